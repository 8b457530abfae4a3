/* Recordings made by hand: expected figures are the ones put in. */
#include "recording/totals.h"
#include "recording_cases.h"

static void test_values(void **state) {
  (void)state;
  struct built built = built_init();
  struct recording_site *site = built_site(&built, built_stack(&built, 0, 1, FRAMES(0x10)), 10, 48);
  site->freed_objects = 3 << OBJECTS_SHIFT;
  site->freed_bytes = 3 * 48 << BYTES_SHIFT;
  site->lifetime_sum = 5 + 7 + 6; /* units of 1024 ns */
  site->peak_epoch = 1;
  site->peak_objects = 8 << OBJECTS_SHIFT;
  site->peak_bytes = 8 * 48 << BYTES_SHIFT;
  struct profile *profile = profile_of(&built);
  static const char *const types[] = {"alloc_objects", "alloc_space",  "inuse_objects",
                                      "inuse_space",   "peak_objects", "peak_space",
                                      "lifetime"};
  assert_int_equal(profile->n_sample_types, 7);
  for (int i = 0; i < 7; i++) {
    assert_string_equal(profile->sample_types[i].type, types[i]);
    assert_string_equal(profile->sample_types[i].unit, i == 6  ? "nanoseconds"
                                                       : i % 2 ? "bytes"
                                                               : "count");
  }
  assert_string_equal(profile->default_sample_type, "alloc_space");
  assert_string_equal(profile->period_type.type, "space");
  assert_int_equal(profile->period, 1);
  assert_int_equal(profile->time_nanos, 1700000000ll * 1000000000);
  assert_int_equal(profile->duration_nanos, 4000);
  assert_int_equal(profile->n_samples, 1);
  const int64_t wanted[] = {10, 480, 7, 336, 8, 384, 3 * 6 * 1024};
  assert_memory_equal(profile->samples[0].values, wanted, sizeof(wanted));
  assert_int_equal(label(profile, 0, "bytes")->num, 48);
  assert_string_equal(label(profile, 0, "bytes")->unit, "bytes");
  assert_int_equal(label(profile, 0, "rate")->num, 1);
  assert_null(label(profile, 0, "thread"));
  profile_destroy(profile);
}

/* An allocation of 100 bytes drawn with p = 1/3 stands for 3 of them: 3 and 300, in fixed point. */
static void test_weights(void **state) {
  (void)state;
  struct built built = built_init();
  struct recording_site *site = built_site(&built, built_stack(&built, 0, 1, FRAMES(0x10)), 0, 100);
  site->rate = 246;
  site->alloc_objects = (uint64_t)(7 * 2.9996 * (1 << OBJECTS_SHIFT));
  site->alloc_bytes = (uint64_t)(7 * 299.96 * (1 << BYTES_SHIFT));
  site->freed_objects = (uint64_t)(6 * 2.9996 * (1 << OBJECTS_SHIFT));
  site->freed_bytes = (uint64_t)(6 * 299.96 * (1 << BYTES_SHIFT));
  /* Two samples of 5 and 7 units of 1024 ns stand for the 18. */
  site->freed_samples = 2;
  site->lifetime_sum = 5 + 7;
  struct profile *profile = profile_of(&built);
  const int64_t wanted[] = {21, 2100, 3, 300, 3, 300, 18 * 6 * 1024};
  assert_memory_equal(profile->samples[0].values, wanted, sizeof(wanted));
  assert_int_equal(label(profile, 0, "bytes")->num, 100);
  assert_int_equal(label(profile, 0, "rate")->num, 246);
  profile_destroy(profile);
}

static void test_inherited(void **state) {
  (void)state;
  struct built built = built_init();
  built_site(&built, built_stack(&built, 0, 1, FRAMES(0x10)), 5, 20)->state = SITE_INHERITED;
  struct profile *profile = profile_of(&built);
  const int64_t wanted[] = {0, 0, 5, 100, 5, 100};
  assert_memory_equal(profile->samples[0].values, wanted, sizeof(wanted));
  profile_destroy(profile);
}

static void test_freed_before_allocated(void **state) {
  (void)state;
  struct built built = built_init();
  struct recording_site *site = built_site(&built, built_stack(&built, 0, 1, FRAMES(0x10)), 1, 20);
  site->freed_objects = 2 << OBJECTS_SHIFT;
  site->freed_bytes = 40 << BYTES_SHIFT;
  struct profile *profile = profile_of(&built);
  assert_int_equal(profile->samples[0].values[INUSE_OBJECTS], 0);
  assert_int_equal(profile->samples[0].values[INUSE_SPACE], 0);
  profile_destroy(profile);
}

static void test_unpublished(void **state) {
  (void)state;
  struct built built = built_init();
  uint32_t stack = built_stack(&built, 0, 1, FRAMES(0x1010));
  built_module(&built, "/lib/not-yet.so", 0x1000, 0x2000)->state = 0;
  built_site(&built, stack, 1, 1)->state = SITE_UNPUBLISHED;
  built_site(&built, UINT32_MAX, 1, 1)->state = SITE_UNPUBLISHED;
  built_site(&built, stack, 2, 2);
  struct profile *profile = profile_of(&built);
  assert_int_equal(profile->n_samples, 1);
  assert_int_equal(profile->samples[0].values[ALLOC_OBJECTS], 2);
  assert_string_equal(file_of(profile, 0, 0), "[unknown]");
  profile_destroy(profile);
}

static struct recording_tag *add_tag(struct built *built, uint16_t parent, const char *key,
                                     const char *value) {
  struct recording_tag *tag = built_add(built, TABLE_TAGS, 1);
  tag->state = 1;
  tag->parent = parent;
  memcpy(tag->key, key, strlen(key));
  memcpy(tag->value, value, strlen(value));
  return tag;
}

static void test_tags(void **state) {
  (void)state;
  struct built built = built_init();
  struct recording_site *site = built_site(&built, built_stack(&built, 0, 1, FRAMES(0x10)), 1, 1);
  add_tag(&built, 0, "work", "outer");
  add_tag(&built, 1, "rate", "not ours");
  add_tag(&built, 2, "kind", "inner");
  add_tag(&built, 3, "work", "hides outer");
  site->tag = 4;
  struct profile *profile = profile_of(&built);
  assert_int_equal(profile->samples[0].n_labels, 4); /* bytes, rate */
  assert_string_equal(label(profile, 0, "work")->str, "hides outer");
  assert_string_equal(label(profile, 0, "kind")->str, "inner");
  assert_int_equal(label(profile, 0, "rate")->num, 1);
  profile_destroy(profile);
}

/* Rings, parents that are not there, texts without an end. */
static void test_damaged_tags(void **state) {
  (void)state;
  static const uint16_t parents[] = {1, 2, 7, UINT16_MAX};
  for (int i = 0; i < 4; i++) {
    struct built built = built_init();
    uint32_t stack = built_stack(&built, 0, 1, FRAMES(0x10));
    built_site(&built, stack, 1, 1)->tag = 1;
    built_site(&built, stack, 1, 1)->tag = UINT16_MAX;
    struct recording_tag *tag = add_tag(&built, parents[i], "", "");
    memset((char *)tag + offsetof(struct recording_tag, key), 'k',
           sizeof(tag->key) + sizeof(tag->value));
    struct profile *profile = profile_of(&built);
    assert_int_equal(profile->samples[0].n_labels, 3);
    assert_int_equal(strlen(profile->samples[0].labels[2].key), sizeof(tag->key));
    assert_int_equal(profile->samples[1].n_labels, 2);
    profile_destroy(profile);
  }
}

static void test_threads(void **state) {
  (void)state;
  struct built built = built_init();
  struct recording_site *site = built_site(&built, built_stack(&built, 0, 1, FRAMES(0x10)), 1, 1);
  site->thread = 2;
  site->thread_tid = 4711;
  memcpy(site->thread_name, "sixteen-letters!", 16); /* and no NUL */
  struct profile *profile = profile_of(&built);
  assert_string_equal(label(profile, 0, "thread")->str, "sixteen-letters!");
  assert_int_equal(label(profile, 0, "thread_id")->num, 4711);
  profile_destroy(profile);
}

static bool has_comment(const struct profile *profile, const char *wanted) {
  for (size_t i = 0; i < profile->n_comments; i++)
    if (!strcmp(profile->comments[i], wanted))
      return true;
  return false;
}

static void test_comments(void **state) {
  (void)state;
  struct built built = built_init();
  built.header->exited = (struct recording_thread){
      .ledger = {.by_size = {[3] = 6, [63] = 4}, .frees = 4, .granted = 1010}};
  built.header->threads_started = 3;
  for (int i = 0; i < 2; i++) {
    struct recording_thread *thread = built_add(&built, TABLE_THREADS, 1);
    *thread = (struct recording_thread){
        .tid = 7,
        .ledger = {.recorded = 3, .by_size[3] = 2, .frees = 1, .granted = 155, .left = i ? 50 : 0}};
  }
  built.header->dropped[DROP_SPACE] = 8;
  built.header->truncated_stacks = 9;
  struct profile *profile = profile_of(&built);
  assert_true(has_comment(profile, "command: demo 'two words'"));
  assert_true(has_comment(profile, "sampling: exact"));
  /* 1010 - 10, 155 - 5, 155 - 50 - 5 */
  assert_true(has_comment(profile, "totals: allocs=20 frees=6 bytes=1250 threads=3"));
  assert_true(has_comment(profile, "dropped: space=8 reentrant=0 limit=0 allocs=20 bytes=1250"));
  assert_true(has_comment(profile, "stacks: truncated=9 incomplete=0"));
  profile_destroy(profile);
}

/* A call under way can make a thread's sum one byte less than nothing. */
static void test_bytes_below_zero(void **state) {
  (void)state;
  struct recording_thread thread = {.ledger = {.recorded = 1, .granted = 100, .left = 100}};
  assert_int_equal(recording_thread_bytes(&thread), 0);
}

RUN(TEST(test_values), TEST(test_weights), TEST(test_inherited), TEST(test_freed_before_allocated),
    TEST(test_unpublished), TEST(test_tags), TEST(test_damaged_tags), TEST(test_threads),
    TEST(test_comments), TEST(test_bytes_below_zero))
