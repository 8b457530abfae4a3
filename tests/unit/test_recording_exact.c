/* The parts that only exact recordings have: leaves of live objects, sites of frees, wrong frees.
 * And the peak, which sites of frees take part in. */
#include "test.h"

#include "model/leak_kinds.h"
#include "model/wrong_free.h"
#include "recording/objects.h"
#include "recording/wrong_frees.h"
#include "recording_cases.h"

enum { MOST = 16 };
struct found {
  struct live_object objects[MOST];
  size_t n;
};

static bool object_keep(void *context, const struct live_object *object) {
  struct found *found = context;
  if (found->n < MOST)
    found->objects[found->n] = *object;
  found->n++;
  return true;
}

static struct recording *open_built(struct built *built) {
  char path[64];
  struct recording *recording = NULL;
  int fd = built_file(built, built->size, path);
  struct error *err = recording_open_named(path, RECORDING_ALL, &recording);
  if (err)
    fail_msg("%s", err->message);
  close(fd);
  built_deinit(built);
  return recording;
}

static struct built with_sites(uint64_t n) {
  struct built built = built_init();
  built_module(&built, "/bin/demo", 0x1000, 0x2000);
  for (uint64_t i = 0; i < n; i++)
    built_site(&built, built_stack(&built, 0, 1, FRAMES(0x1010 + 0x10 * i)), 10, 64);
  return built;
}

static void granule_put(struct built *built, uint64_t start, unsigned place, uint32_t what,
                        uint32_t site, uint32_t time) {
  struct recording_leaf *leaf = built_add(built, TABLE_LEAVES, 1);
  leaf->start = start;
  leaf->granule[place] = (struct recording_granule){what, site, time};
}

static void test_leaves(void **state) {
  (void)state;
  struct built built = with_sites(2);
  /* Leaves of two chunks, out of order; freed and empty granules, leaves that were never published.
   */
  for (uint64_t i = 0; i < table_first(TABLE_LEAVES) - 2; i++)
    granule_put(&built, 0, 2, GRANULE_PACK(0, 16, 0), 0, 1);
  granule_put(&built, 0x7f0000005000, 63, GRANULE_PACK(16, 48, GRANULE_THREAD_BITS(7u)), 1, 3);
  granule_put(&built, 0x7f0000001000, 0,
              GRANULE_PACK(0, 0, GRANULE_THREAD_BITS(2u | OBJECT_IGNORED)), 0, 0);
  granule_put(&built, 0x7f0000003000, 2, GRANULE_FREED | 16, 1, 9);
  granule_put(
      &built, 0x7f0000009000, 1,
      GRANULE_PACK(8, GRANULE_SIZE_MAX, GRANULE_THREAD_BITS(40000u) | 3u << GRANULE_FAMILY_SHIFT),
      1, 1);
  granule_put(&built, 0x7f0000004000, 1, GRANULE_PACK(0, 16, 0), 5, 1); /* no such site */
  _cleanup_recording_ struct recording *recording = open_built(&built);
  struct found found = {0};
  uint64_t rejected;
  assert_null(recording_objects(recording, object_keep, &found, &rejected));
  assert_int_equal(found.n, 3);
  assert_int_equal(rejected, 1);
  const struct live_object *o = found.objects;
  assert_int_equal(o[0].start, 0x7f0000001000);
  assert_int_equal(o[0].size, 0);
  assert_int_equal(o[0].thread, 2u | OBJECT_IGNORED);
  assert_int_equal(o[0].time, 0);
  assert_int_equal(o[1].start, 0x7f00000057f0);
  assert_int_equal(o[1].size, 48);
  assert_int_equal(o[1].site, 1);
  assert_int_equal(o[1].thread, 7);
  assert_int_equal(o[1].time, 3 * 1048576);
  assert_int_equal(o[2].start, 0x7f0000009028);
  assert_int_equal(o[2].size, 255);
  assert_int_equal(o[2].thread, GRANULE_THREAD_MAX);
}

/* Leaves of two chunks; a wide granule's address is in units of 8 bytes, and its size is its own. */
static void test_wide_leaves(void **state) {
  (void)state;
  struct built built = with_sites(2);
  for (uint64_t i = 0; i < table_first(TABLE_WIDE_LEAVES); i++)
    built_add(&built, TABLE_WIDE_LEAVES, 1);
  struct recording_wide_leaf *leaf = built_add(&built, TABLE_WIDE_LEAVES, 1);
  leaf->start = 0x7f0000001000;
  leaf->granule[0] = (struct recording_wide_granule){
      {WIDE_GRANULE_PACK(0x7f0000001010, GRANULE_THREAD_BITS(7u)), 1, 3}, 256};
  leaf->granule[1] = (struct recording_wide_granule){{GRANULE_FREED | 2, 1, 0}, 300};
  leaf->granule[15] =
      (struct recording_wide_granule){{WIDE_GRANULE_PACK(0x7f0000001ff8, 0), 0, 1}, 65535};
  _cleanup_recording_ struct recording *recording = open_built(&built);
  struct found found = {0};
  uint64_t rejected;
  assert_null(recording_objects(recording, object_keep, &found, &rejected));
  assert_int_equal(found.n, 2);
  const struct live_object *o = found.objects;
  assert_int_equal(o[0].start, 0x7f0000001010);
  assert_int_equal(o[0].size, 256);
  assert_int_equal(o[0].site, 1);
  assert_int_equal(o[0].thread, 7);
  assert_int_equal(o[0].time, 3 * 1048576);
  assert_int_equal(o[1].start, 0x7f0000001ff8);
  assert_int_equal(o[1].size, 65535);
}

/* A granule for each 16 bytes; the second of two blocks of 24 does not begin where its granule
 * does. */
static void test_small_granules(void **state) {
  (void)state;
  static const uint64_t starts[] = {0x7f0000001400, 0x7f0000001418, 0x7f0000001430, 0x7f00000017f8};
  struct built built = with_sites(1);
  built.header->granule_shift = 4;
  struct recording_leaf *leaf = built_add(&built, TABLE_LEAVES, 1);
  leaf->start = starts[0];
  for (int i = 0; i < 4; i++)
    leaf->granule[(starts[i] - starts[0]) / 16] =
        (struct recording_granule){GRANULE_PACK(starts[i], 24, 0), 0, 1};
  _cleanup_recording_ struct recording *recording = open_built(&built);
  struct found found = {0};
  uint64_t rejected;
  assert_null(recording_objects(recording, object_keep, &found, &rejected));
  assert_int_equal(found.n, 4);
  for (int i = 0; i < 4; i++)
    assert_int_equal(found.objects[i].start, starts[i]);
}

/* A site of 10 blocks of 64 bytes, and what other threads freed of it. */
static struct recording_site *add_frees(struct built *built, uint32_t of, uint64_t n) {
  struct recording_site *site = built_add(built, TABLE_SITES, 1);
  *site = (struct recording_site){.state = SITE_FREES, .stack = of, .rate = 1};
  site->freed_objects = n << OBJECTS_SHIFT;
  site->freed_bytes = n * 64 << BYTES_SHIFT;
  return site;
}

static void assert_values(struct built *built, int64_t live, int64_t peak) {
  struct profile *profile = profile_of(built);
  assert_int_equal(profile->n_samples, 1);
  const int64_t *values = profile->samples[0].values;
  assert_int_equal(values[ALLOC_OBJECTS], 10);
  assert_int_equal(values[INUSE_OBJECTS], live);
  assert_int_equal(values[INUSE_SPACE], live * 64);
  assert_int_equal(values[PEAK_OBJECTS], peak);
  assert_int_equal(values[PEAK_SPACE], peak * 64);
  profile_destroy(profile);
}

static void test_frees_of_others(void **state) {
  (void)state;
  /* Neither has changed since the peak: what is live now was live then. */
  struct built built = with_sites(1);
  built.header->peak_epoch = 5;
  add_frees(&built, 0, 3);
  add_frees(&built, 0, 2);
  built.header->peak_bytes = 640 << BYTES_SHIFT;
  assert_values(&built, 5, 5);

  /* At the peak the site held 9 and one of them was freed by others, two more since. */
  built = with_sites(1);
  built.header->peak_epoch = 5;
  built.header->peak_bytes = 640 << BYTES_SHIFT;
  struct recording_site *site = (void *)(built.image + built.header->table[TABLE_SITES].chunk[0]);
  site->peak_epoch = 5;
  site->peak_objects = 9 << OBJECTS_SHIFT;
  site->peak_bytes = 9 * 64 << BYTES_SHIFT;
  struct recording_site *frees = add_frees(&built, 0, 3);
  frees->peak_epoch = 5;
  frees->peak_objects = (uint64_t) - (1ll << OBJECTS_SHIFT);
  frees->peak_bytes = (uint64_t) - (64ll << BYTES_SHIFT);
  assert_values(&built, 7, 8);
}

static void test_peak_epochs(void **state) {
  (void)state;
  struct built built = built_init();
  uint32_t stack = built_stack(&built, 0, 1, FRAMES(0x10));
  built.header->peak_epoch = 5;
  for (uint64_t epoch = 4; epoch <= 6; epoch++) {
    struct recording_site *site = built_site(&built, stack, 2, 8);
    site->peak_epoch = epoch;
    site->peak_objects = epoch << OBJECTS_SHIFT;
    site->peak_bytes = 8 * epoch << BYTES_SHIFT;
  }
  struct profile *profile = profile_of(&built);
  assert_int_equal(profile->samples[0].values[PEAK_OBJECTS], 2); /* unchanged since the peak */
  assert_int_equal(profile->samples[0].values[PEAK_SPACE], 16);
  assert_int_equal(profile->samples[1].values[PEAK_OBJECTS], 5);
  assert_int_equal(profile->samples[1].values[PEAK_SPACE], 40);
  assert_int_equal(profile->samples[2].values[PEAK_OBJECTS], 6); /* began while we were reading */
  profile_destroy(profile);
}

/* Live bytes above the highest peak that was looked for: the peak is now. */
static void test_peak_is_now(void **state) {
  (void)state;
  struct built built = with_sites(1);
  struct recording_site *site = (void *)(built.image + built.header->table[TABLE_SITES].chunk[0]);
  built.header->peak_epoch = site->peak_epoch = 5;
  site->peak_objects = 4 << OBJECTS_SHIFT;
  site->peak_bytes = 256 << BYTES_SHIFT;
  struct recording_thread *thread = built_add(&built, TABLE_THREADS, 1);
  thread->tid = 1;
  thread->live = 640 << BYTES_SHIFT;
  built.header->peak_bytes = 256 << BYTES_SHIFT;
  struct built same = built;
  same.image = malloc(built.size);
  memcpy(same.image, built.image, built.size);
  same.header = (void *)same.image;
  ((struct recording_thread *)(same.image + same.header->table[TABLE_THREADS].chunk[0]))->live =
      256 << BYTES_SHIFT;
  assert_values(&built, 10, 10);
  assert_values(&same, 10, 4);
}

static void test_wrong_frees(void **state) {
  (void)state;
  struct built built = with_sites(2);
  uint32_t call = built_stack(&built, 0, 1, FRAMES(0x1100)),
           first = built_stack(&built, 0, 1, FRAMES(0x1200));
  built.header->n_wrong_frees = 4;
  built.header->wrong_free[0] = (struct recording_wrong_free){
      WRONG_FREE_DOUBLE, call, 1, first, 0x5000, .thread = 3, .count = 2};
  built.header->wrong_free[1].kind = 77;
  built.header->wrong_free[2] = (struct recording_wrong_free){
      WRONG_FREE_INTERIOR, UINT32_MAX, 9, WRONG_FREE_NONE, 0x6008, 8, 64, .count = 1};
  _cleanup_recording_ struct recording *recording = open_built(&built);
  _cleanup_profile_ struct profile *profile = NULL;
  assert_null(recording_wrong_frees(recording, &profile));
  assert_non_null(profile);
  assert_int_equal(wrong_free_calls(profile), 3);
  static const char *const roles[] = {"call", "allocated", "freed", "call"};
  static const uint64_t frames[] = {0x10ff, 0x101f, 0x11ff, 0};
  assert_int_equal(profile->n_samples, 4);
  for (size_t i = 0; i < 4; i++) {
    const struct profile_sample *sample = &profile->samples[i];
    assert_string_equal(leak_text_label(sample, WRONG_FREE_LABEL_ROLE), roles[i]);
    assert_int_equal(sample->n_locations, frames[i] != 0);
    if (frames[i])
      assert_int_equal(profile->locations[sample->locations[0]].address, frames[i]);
  }
  assert_string_equal(leak_text_label(&profile->samples[0], WRONG_FREE_LABEL_KIND), "double");
  assert_string_equal(leak_text_label(&profile->samples[3], WRONG_FREE_LABEL_KIND), "interior");
}

RUN(TEST(test_leaves), TEST(test_wide_leaves), TEST(test_small_granules),
    TEST(test_frees_of_others), TEST(test_peak_epochs), TEST(test_peak_is_now),
    TEST(test_wrong_frees))
