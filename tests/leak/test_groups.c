/* Marked blocks put together: the blocks' states and ways are written by hand, the recording too.
 */
#include "build_recording.h"
#include "leak/groups.h"
#include "test.h"

#include <unistd.h>

enum { HEAP = 0x10000 };

struct scene {
  struct recording *recording;
  struct blocks blocks;
};

/* Sites 0 and 1 have one stack (two size classes of one call), site 2 another. */
static void scene_begin(struct scene *scene, struct built *built) {
  static const uint64_t frames[] = {0x1010, 0x1020};
  *scene = (struct scene){0};
  *built = built_init();
  uint32_t a = built_stack(built, 0, 1, 2, frames), b = built_stack(built, 0, 1, 1, frames + 1);
  built_site(built, a, 1, 16);
  built_site(built, a, 1, 32);
  built_site(built, b, 1, 48);
}

/* Block number `i`, of 16 (i + 1) bytes. */
static void scene_add(struct scene *scene, uint32_t i, uint32_t site, enum block_state state,
                      uint32_t via) {
  struct live_object object = {.start = HEAP + 4096 * i, .size = 16 * (i + 1), .site = site};
  assert_true(blocks_add(&scene->blocks, &object));
  scene->blocks.data[i].state = state;
  scene->blocks.data[i].via = via;
  scene->blocks.any_unreachable |= state != BLOCK_REACHABLE;
}

/* A live object in a bucket of its own; the reader asks no bucket's place. */
static void put_origin(struct built *built, uint32_t i, uint32_t site, uint64_t time,
                       uint32_t thread) {
  struct recording_bucket *buckets =
      (void *)(built->image + built->header->table[TABLE_OBJECTS].chunk[0]);
  buckets[i].key[0] = HEAP + 4096 * i;
  buckets[i].object[0] = (struct recording_object){16, time, site, thread};
}

static struct leak_groups group(struct scene *scene, struct built *built, bool uncertain) {
  struct leak_groups groups;
  char path[64];
  int fd = built_file(built, built->size, path);
  assert_ok(blocks_sort(&scene->blocks));
  assert_ok(recording_open_named(path, RECORDING_ALL, &scene->recording));
  assert_ok(leak_groups_make(scene->recording, &scene->blocks, uncertain, &groups));
  close(fd);
  return groups;
}

static void scene_end(struct scene *scene, struct built *built, struct leak_groups *groups) {
  leak_groups_deinit(groups);
  recording_destroy(scene->recording);
  blocks_deinit(&scene->blocks);
  built_deinit(built);
}

/* The group of a site's stack, and of what lost it; fails unless exactly one matches. */
static const struct leak_group *group_find(const struct leak_groups *groups, uint32_t site,
                                           uint32_t lost_by) {
  const struct leak_group *found = NULL;
  for (size_t i = 0; i < groups->count; i++)
    if (groups->data[i].site == site && groups->data[i].lost_by == lost_by) {
      assert_null(found);
      found = &groups->data[i];
    }
  assert_non_null(found);
  return found;
}

static void sites_of_one_stack_are_one_group(void **state) {
  struct built built;
  struct scene scene;
  (void)state;
  scene_begin(&scene, &built);
  scene_add(&scene, 0, 0, BLOCK_UNREACHED, BLOCK_NONE);
  scene_add(&scene, 1, 1, BLOCK_UNREACHED, BLOCK_NONE);
  scene_add(&scene, 2, 1, BLOCK_REACHABLE, BLOCK_NONE);
  scene_add(&scene, 3, 2, BLOCK_POSSIBLE, BLOCK_NONE);
  struct leak_groups groups = group(&scene, &built, false);
  assert_int_equal(groups.count, 2);
  const struct leak_group *a = group_find(&groups, 0, GROUP_NONE),
                          *b = group_find(&groups, 2, GROUP_NONE);
  assert_int_equal(a->values[leak_objects(LEAK_DEFINITE)], 2);
  assert_int_equal(a->values[leak_bytes(LEAK_DEFINITE)], 16 + 32);
  assert_int_equal(a->values[leak_objects(LEAK_REACHABLE)], 1);
  assert_int_equal(a->values[leak_bytes(LEAK_REACHABLE)], 48);
  assert_int_equal(a->largest[LEAK_DEFINITE], 1);
  assert_int_equal(a->largest[LEAK_REACHABLE], 2);
  assert_int_equal(a->largest[LEAK_POSSIBLE], BLOCK_NONE);
  assert_int_equal(b->values[leak_bytes(LEAK_POSSIBLE)], 64);
  scene_end(&scene, &built, &groups);
}

/* 0 (site 2) lost 1, which lost 2; 3 (site 0) lost 4. All of 1, 2 and 4 are of site 1. */
static void indirectly_lost_blocks_go_by_the_head_of_their_way(void **state) {
  struct built built;
  struct scene scene;
  (void)state;
  scene_begin(&scene, &built);
  scene_add(&scene, 0, 2, BLOCK_UNREACHED, BLOCK_NONE);
  scene_add(&scene, 1, 1, BLOCK_INDIRECT, 0);
  scene_add(&scene, 2, 1, BLOCK_INDIRECT, 1);
  scene_add(&scene, 3, 0, BLOCK_UNREACHED, BLOCK_NONE);
  scene_add(&scene, 4, 1, BLOCK_INDIRECT, 3);
  struct leak_groups groups = group(&scene, &built, false);
  assert_int_equal(groups.count, 4);
  const struct leak_group *by_2 = group_find(&groups, 0, 2), *by_0 = group_find(&groups, 0, 0);
  assert_int_equal(by_2->values[leak_objects(LEAK_INDIRECT)], 2);
  assert_int_equal(by_2->values[leak_bytes(LEAK_INDIRECT)], 32 + 48);
  assert_int_equal(by_0->values[leak_bytes(LEAK_INDIRECT)], 80);
  assert_int_equal(group_find(&groups, 2, GROUP_NONE)->values[leak_bytes(LEAK_DEFINITE)], 16);
  assert_int_equal(group_find(&groups, 0, GROUP_NONE)->values[leak_bytes(LEAK_DEFINITE)], 64);
  scene_end(&scene, &built, &groups);
}

static void what_was_not_seen_whole_is_only_possibly_lost(void **state) {
  struct built built;
  struct scene scene;
  (void)state;
  scene_begin(&scene, &built);
  scene_add(&scene, 0, 2, BLOCK_UNREACHED, BLOCK_NONE);
  scene_add(&scene, 1, 0, BLOCK_INDIRECT, 0);
  scene_add(&scene, 2, 0, BLOCK_REACHABLE, BLOCK_NONE);
  scene_add(&scene, 3, 0, BLOCK_UNREACHED, BLOCK_NONE);
  scene.blocks.data[3].ignored = true;
  struct leak_groups groups = group(&scene, &built, true);
  int64_t sums[2 * N_LEAK_KINDS] = {0};
  for (size_t i = 0; i < groups.count; i++)
    for (int k = 0; k < 2 * N_LEAK_KINDS; k++)
      sums[k] += groups.data[i].values[k];
  assert_int_equal(sums[leak_bytes(LEAK_DEFINITE)], 0);
  assert_int_equal(sums[leak_bytes(LEAK_INDIRECT)], 0);
  assert_int_equal(sums[leak_bytes(LEAK_POSSIBLE)], 16 + 32);
  assert_int_equal(sums[leak_bytes(LEAK_REACHABLE)], 48);
  assert_int_equal(sums[leak_bytes(LEAK_SUPPRESSED)], 64);
  scene_end(&scene, &built, &groups);
}

/* Reachable blocks do not count. */
static void ages_and_threads_are_those_of_lost_blocks(void **state) {
  struct built built;
  struct scene scene;
  (void)state;
  scene_begin(&scene, &built);
  scene_add(&scene, 0, 0, BLOCK_UNREACHED, BLOCK_NONE);
  scene_add(&scene, 1, 0, BLOCK_UNREACHED, BLOCK_NONE);
  scene_add(&scene, 2, 0, BLOCK_REACHABLE, BLOCK_NONE);
  scene_add(&scene, 3, 2, BLOCK_POSSIBLE, BLOCK_NONE);
  scene_add(&scene, 4, 2, BLOCK_POSSIBLE, BLOCK_NONE);
  put_origin(&built, 0, 0, 9, 3);
  put_origin(&built, 1, 0, 5, 3);
  put_origin(&built, 2, 0, 1, 4);
  put_origin(&built, 3, 2, 2, 6);
  put_origin(&built, 4, 2, 2, 7);
  struct leak_groups groups = group(&scene, &built, false);
  const struct leak_group *a = group_find(&groups, 0, GROUP_NONE),
                          *b = group_find(&groups, 2, GROUP_NONE);
  assert_true(a->has_age && b->has_age);
  assert_int_equal(a->oldest, 5);
  assert_int_equal(a->newest, 9);
  assert_int_equal(a->thread, 3);
  assert_int_equal(b->thread, GROUP_THREADS);
  scene_end(&scene, &built, &groups);
}

RUN(TEST(sites_of_one_stack_are_one_group),
    TEST(indirectly_lost_blocks_go_by_the_head_of_their_way),
    TEST(what_was_not_seen_whole_is_only_possibly_lost),
    TEST(ages_and_threads_are_those_of_lost_blocks))
