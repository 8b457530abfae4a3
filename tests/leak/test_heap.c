/* Which memory is taken for heap: this process's own, whose allocator is glibc's, and mappings made
 * here. Expected places come from malloc's own answers and pointers. */
#include "leak/arenas.h"
#include "leak/heap.h"
#include "test.h"

#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

struct scene {
  struct maps maps;
  struct memory memory;
  struct blocks blocks;
  struct ranges heap;
};

static void add_block(struct scene *scene, const void *start, size_t size) {
  struct live_object object = {.start = (uintptr_t)start, .size = size};
  assert_true(blocks_add(&scene->blocks, &object));
}

static void scene_look(struct scene *scene) {
  assert_ok(blocks_sort(&scene->blocks));
  assert_ok(maps_read(getpid(), &scene->maps));
  assert_ok(memory_open(getpid(), &scene->memory));
  assert_ok(heap_find(&scene->maps, &scene->memory, &scene->blocks, &scene->heap));
}

static void scene_end(struct scene *scene) {
  ranges_deinit(&scene->heap);
  blocks_deinit(&scene->blocks);
  memory_close(&scene->memory);
  maps_deinit(&scene->maps);
}

static bool is_heap(const struct scene *scene, const void *address) {
  return ranges_hold(&scene->heap, (uintptr_t)address);
}

static char *map(size_t size, int protection) {
  char *at = mmap(NULL, size, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  assert_ptr_not_equal(at, MAP_FAILED);
  return at;
}

static void the_break_area_is_heap_without_a_block(void **state) {
  struct scene scene = {0};
  char *p = malloc(24), *last = (char *)sbrk(0) - 1;
  (void)state;
  scene_look(&scene);
  assert_true(is_heap(&scene, p));
  assert_true(is_heap(&scene, last));
  free(p);
  scene_end(&scene);
}

/* A thread's own arena, which begins at a multiple of 64 MiB (glibc's HEAP_MAX_SIZE). */
static void *allocate(void *context) {
  (void)context;
  return malloc(24);
}

static void an_arena_is_heap_without_a_block(void **state) {
  struct scene scene = {0};
  pthread_t thread;
  void *p;
  (void)state;
  assert_int_equal(pthread_create(&thread, NULL, allocate, NULL), 0);
  assert_int_equal(pthread_join(thread, &p), 0);
  char *arena = (char *)p - (uintptr_t)p % (64u << 20);
  scene_look(&scene);
  assert_non_null(maps_find(&scene.maps, (uintptr_t)arena));
  assert_int_equal(maps_find(&scene.maps, (uintptr_t)p)->path[0], '\0');
  assert_true(is_heap(&scene, p));
  assert_true(is_heap(&scene, arena));
  free(p);
  scene_end(&scene);
}

/* The kernel joins mappings that lie side by side, and may have joined a block's with one of the
 * program's: the chunk's header says where the block's ends. */
static void a_block_with_a_mapping_of_its_own_takes_only_that(void **state) {
  enum { SIZE = 64 << 20 }; /* above any threshold of glibc's */
  struct scene scene = {0};
  char *volatile block = malloc(SIZE);
  (void)state;
  char *first = block - 16;
  const size_t *volatile header = (const size_t *)(void *)first;
  char *end_of_chunk = first + (header[1] & ~(size_t)7);
  add_block(&scene, block, SIZE);
  scene_look(&scene);
  assert_int_equal((uintptr_t)first % 4096, 0);
  assert_true(is_heap(&scene, first));
  assert_true(is_heap(&scene, block + SIZE - 1));
  assert_int_equal(ranges_end(&scene.heap, (uintptr_t)block), (uintptr_t)end_of_chunk);
  assert_false(is_heap(&scene, first - 1));
  free(block);
  scene_end(&scene);
}

static void a_mapping_of_another_allocator_is_heap_if_it_holds_a_block(void **state) {
  struct scene scene = {0};
  /* Inaccessible pages on both sides, so that the kernel joins nothing. */
  char *with = map(6 * 4096, PROT_NONE), *without = with + 3 * 4096;
  (void)state;
  assert_int_equal(mprotect(with + 4096, 4096, PROT_READ | PROT_WRITE), 0);
  assert_int_equal(mprotect(without + 4096, 4096, PROT_READ | PROT_WRITE), 0);
  add_block(&scene, with + 4096 + 8, 8);
  scene_look(&scene);
  assert_true(is_heap(&scene, with + 4096));
  assert_true(is_heap(&scene, with + 2 * 4096 - 1));
  assert_false(is_heap(&scene, with + 4095));
  assert_false(is_heap(&scene, with + 2 * 4096));
  assert_false(is_heap(&scene, without + 4096));
  munmap(with, 6 * 4096);
  scene_end(&scene);
}

static char in_data[64] = "initialised", in_bss[1 << 16];

static void a_block_in_the_programs_data_takes_only_itself(void **state) {
  struct scene scene = {0};
  (void)state;
  in_bss[0] = in_data[0];
  add_block(&scene, in_data + 8, 16);
  add_block(&scene, in_bss + 4096, 16);
  scene_look(&scene);
  assert_true(is_heap(&scene, in_data + 8) && is_heap(&scene, in_data + 23));
  assert_false(is_heap(&scene, in_data + 7) || is_heap(&scene, in_data + 24));
  assert_true(is_heap(&scene, in_bss + 4096) && is_heap(&scene, in_bss + 4111));
  assert_false(is_heap(&scene, in_bss + 4095) || is_heap(&scene, in_bss + 4112));
  scene_end(&scene);
}

/* A chunk that was freed into the unsorted bin points into glibc's main arena: what malloc says of
 * its place is the expected value. */
static void the_main_arena_is_found_in_libc(void **state) {
  struct scene scene = {0};
  struct ranges found = {0};
  void *volatile barrier;
  uintptr_t *volatile chunk = malloc(2000);
  (void)state;
  barrier = malloc(24);
  free(chunk);
  uintptr_t volatile *freed = chunk;
  uintptr_t bin = freed[0];
  scene_look(&scene);
  assert_non_null(strstr(maps_find(&scene.maps, bin)->path, "/libc"));
  assert_true(heap_find_main_arena(&scene.maps, &scene.memory, &found));
  ranges_sort(&found);
  assert_int_equal(found.count, 1);
  assert_true(ranges_hold(&found, bin));
  /* The unsorted bin is the first, 14 words from the arena's start, and points 2 words back. */
  assert_int_equal(found.data[0].start, bin - 12 * sizeof(uint64_t));
  ranges_deinit(&found);
  free(barrier);
  scene_end(&scene);
}

static bool note_arena(void *context, uint64_t arena) {
  *(uint64_t *)context = arena;
  return true;
}

/* Bins that point at themselves look the same 2 words before the arena; a bitmap of bins stands there
 * where the next arena's address is to be, and it may look like one. */
static void an_arena_is_found_where_it_is_whatever_its_bitmap(void **state) {
  struct scene scene = {0};
  uint64_t found = 0, *words = (uint64_t *)map(65536, PROT_READ | PROT_WRITE);
  uint64_t *arena = words + 500, address = (uintptr_t)arena;
  (void)state;
  for (int i = ARENA_BINS; i < ARENA_BINS + 2 * ARENA_N_BINS; i++)
    arena[i] = address + 8 * (unsigned)((i & ~1) - 2);
  arena[ARENA_TOP] = address + 8 * (ARENA_BINS - 2);
  arena[ARENA_NEXT - 2] = 1 << 30; /* bin 30 has been used */
  arena[ARENA_NEXT] = address;
  arena[ARENA_THREADS] = 1;
  scene_look(&scene);
  struct maps maps = {0};
  assert_true(maps_add(&maps, &(struct mapping){.start = (uintptr_t)words,
                                                .end = (uintptr_t)words + 65536,
                                                .flags = MAPPING_READ | MAPPING_WRITE,
                                                .path = "/lib/libc.so.6"}));
  assert_true(arena_each_main(&maps, &scene.memory, note_arena, &found));
  assert_int_equal(found, address);
  maps_deinit(&maps);
  munmap(words, 65536);
  scene_end(&scene);
}

/* The arena's test is the last: an arena stays, and the kernel may have put it right behind the
 * mapping that another test expects to end. */
RUN(TEST(the_break_area_is_heap_without_a_block),
    TEST(a_block_with_a_mapping_of_its_own_takes_only_that),
    TEST(a_mapping_of_another_allocator_is_heap_if_it_holds_a_block),
    TEST(a_block_in_the_programs_data_takes_only_itself), TEST(the_main_arena_is_found_in_libc),
    TEST(an_arena_is_found_where_it_is_whatever_its_bitmap), TEST(an_arena_is_heap_without_a_block))
