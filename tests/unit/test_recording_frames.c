/* The way of a recorded stack's frames into a profile: which module each lies in, and how stacks
 * are put together. */
#include "recording_cases.h"

static void test_mappings(void **state) {
  (void)state;
  struct built built = built_init();
  struct recording_module *lib = built_module(&built, "/lib/a.so", 0x7000, 0x8000);
  lib->offset = 0x3000;
  lib->build_id_size = 3;
  memcpy(lib->build_id, "\x01\xab\xff", 3);
  built_module(&built, "/bin/demo", 0x1000, 0x2000);
  uint32_t stack = built_stack(&built, 0, 1, FRAMES(0x7001, 0x1fff, 0x8001, 0x9000));
  built_site(&built, stack, 1, 1);
  uint32_t edges = built_stack(&built, 0, 1, FRAMES(0x7000, 0x8000, FRAME_EXACT_PC | 0x7000, 0));
  built_site(&built, edges, 1, 1);
  struct profile *profile = profile_of(&built);
  assert_string_equal(profile->mappings[0].file, "/bin/demo"); /* though a.so was first */
  assert_string_equal(file_of(profile, 0, 0), "/lib/a.so");
  assert_string_equal(file_of(profile, 0, 1), "/bin/demo");
  assert_string_equal(file_of(profile, 0, 2), "[unknown]");
  assert_int_equal(frame(profile, 0, 0)->address, 0x7000); /* inside the call */
  const struct profile_mapping *a = &profile->mappings[frame(profile, 0, 0)->mapping];
  assert_int_equal(a->start, 0x7000);
  assert_int_equal(a->limit, 0x8000);
  assert_int_equal(a->offset, 0x3000);
  assert_string_equal(a->build_id, "01abff");
  assert_string_equal(file_of(profile, 1, 0), "[unknown]"); /* returns to the first byte */
  assert_string_equal(file_of(profile, 1, 1), "/lib/a.so"); /* returns past the last */
  assert_int_equal(frame(profile, 1, 2)->address, 0x7000);  /* was executing there */
  assert_string_equal(file_of(profile, 1, 2), "/lib/a.so");
  assert_int_equal(frame(profile, 1, 3)->address, 0);
  const struct profile_mapping *unknown = &profile->mappings[frame(profile, 0, 2)->mapping];
  assert_int_equal(unknown->start, 0);
  assert_int_equal(unknown->limit, 0x9000);
  /* One location for an address. */
  assert_int_equal(profile->samples[0].locations[0], profile->samples[1].locations[2]);
  profile_destroy(profile);
}

/* Three stacks that end alike: the second goes on in the first, the third in the second's own
 * frame. */
static void test_shared_frames(void **state) {
  (void)state;
  struct built built = built_init();
  built_module(&built, "/bin/demo", 0x1000, 0x2000);
  uint32_t first = built_stack(&built, 0, 1, FRAMES(0x1011, 0x1021, 0x1031));
  uint64_t *words = built_add(&built, TABLE_STACKS, 6);
  memcpy(words,
         (uint64_t[]){STACK_HEADER(3, 0, 1), 0x1041, STACK_LINK(first + 2), STACK_HEADER(4, 0, 1),
                      0x1051, STACK_LINK(first + 5)},
         48);
  built_site(&built, first, 1, 1);
  built_site(&built, first + 4, 1, 1);
  built_site(&built, first + 7, 1, 1);
  struct profile *profile = profile_of(&built);
  static const uint64_t wanted[3][4] = {
      {0x1010, 0x1020, 0x1030}, {0x1040, 0x1020, 0x1030}, {0x1050, 0x1040, 0x1020, 0x1030}};
  for (uint32_t i = 0; i < 3; i++) {
    assert_int_equal(profile->samples[i].n_locations, i == 2 ? 4 : 3);
    for (uint32_t k = 0; k < profile->samples[i].n_locations; k++)
      assert_int_equal(frame(profile, i, k)->address, wanted[i][k]);
  }
  profile_destroy(profile);
}

static void test_main_mapping_without_frames(void **state) {
  (void)state;
  struct built built = built_init();
  built_site(&built, built_stack(&built, 0, 1, FRAMES(0x10)), 1, 1);
  struct profile *profile = profile_of(&built);
  assert_string_equal(profile->mappings[0].file, "/bin/demo");
  profile_destroy(profile);
}

/* Libraries that took turns at one address; the second is larger and begins lower. */
static void test_generations(void **state) {
  (void)state;
  struct built built = built_init();
  built_module(&built, "/lib/first.so", 0x5000, 0x6000)->unloaded = 3;
  struct recording_module *m = built_module(&built, "/lib/second.so", 0x4000, 0x8000);
  m->loaded = 3;
  m->unloaded = 6;
  m = built_module(&built, "/lib/third.so", 0x5000, 0x6000);
  m->loaded = 7;
  static const struct {
    uint32_t generation;
    uint64_t address;
    const char *file;
  } cases[] = {
      {1, 0x5500, "/lib/first.so"},  {2, 0x5500, "/lib/first.so"},  {3, 0x5500, "/lib/second.so"},
      {5, 0x5500, "/lib/second.so"}, {3, 0x4100, "/lib/second.so"}, {3, 0x7f00, "/lib/second.so"},
      {7, 0x5500, "/lib/third.so"},  {9, 0x5500, "/lib/third.so"},  {4, 0x8100, "[unknown]"},
      {1, 0x4100, "/lib/second.so"}, /* not there yet, but nothing else ever was */
  };
  enum { N = sizeof(cases) / sizeof(*cases) };
  for (int i = 0; i < N; i++)
    built_site(&built, built_stack(&built, 0, cases[i].generation, FRAMES(cases[i].address + 1)), 1,
               1);
  struct profile *profile = profile_of(&built);
  for (int i = 0; i < N; i++)
    assert_string_equal(file_of(profile, (size_t)i, 0), cases[i].file);
  profile_destroy(profile);
}

/* The same question, answered by looking at every module. */
static uint64_t random_state = 1;
static uint32_t draw(uint32_t n) {
  random_state = random_state * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)(random_state >> 33) % n;
}

struct span {
  uint64_t start, limit;
  uint32_t loaded, unloaded;
};

static int holder(const struct span *spans, int n, uint64_t address, uint32_t generation) {
  for (int i = 0; i < n; i++)
    if (address >= spans[i].start && address < spans[i].limit && generation >= spans[i].loaded &&
        (!spans[i].unloaded || generation < spans[i].unloaded))
      return i;
  return -1;
}

/* Whether a new module would be where another is at the same time. */
static bool collides(const struct span *spans, int n, const struct span *s) {
  for (int i = 0; i < n; i++)
    if (s->start < spans[i].limit && spans[i].start < s->limit &&
        (!s->unloaded || spans[i].loaded < s->unloaded) &&
        (!spans[i].unloaded || s->loaded < spans[i].unloaded))
      return true;
  return false;
}

static void test_modules_by_chance(void **state) {
  (void)state;
  enum { MODULES = 150, QUESTIONS = 400 };
  struct span spans[MODULES];
  struct {
    uint64_t address;
    uint32_t generation;
  } asked[QUESTIONS];
  struct built built = built_init();
  char name[32];
  for (int n = 0; n < MODULES;) {
    uint64_t start = 0x1000 + draw(60) * 16;
    uint32_t loaded = 1 + draw(40);
    struct span s = {start, start + 1 + draw(100), loaded, draw(4) ? loaded + 1 + draw(6) : 0};
    if (collides(spans, n, &s))
      continue;
    spans[n] = s;
    snprintf(name, sizeof(name), "%d", n++);
    struct recording_module *module = built_module(&built, name, s.start, s.limit);
    module->loaded = s.loaded;
    module->unloaded = s.unloaded;
  }
  for (int i = 0; i < QUESTIONS; i++) {
    asked[i].address = 0x1000 + draw(60 * 16);
    asked[i].generation = 1 + draw(45);
    uint32_t stack =
        built_stack(&built, 0, asked[i].generation, FRAMES(asked[i].address | FRAME_EXACT_PC));
    built_site(&built, stack, 1, 1);
  }
  struct profile *profile = profile_of(&built);
  int held = 0;
  for (int i = 0; i < QUESTIONS; i++) {
    int wanted = holder(spans, MODULES, asked[i].address, asked[i].generation);
    snprintf(name, sizeof(name), "%d", wanted);
    if (wanted >= 0)
      assert_string_equal(file_of(profile, (size_t)i, 0), name);
    held += wanted >= 0;
  }
  assert_true(held > QUESTIONS / 10);
  profile_destroy(profile);
}

static const char *root_name(const struct profile *profile, size_t sample) {
  const struct profile_location *root =
      frame(profile, sample, profile->samples[sample].n_locations - 1);
  return root->n_lines ? profile->functions[root->lines[0].function].name : "";
}

static void test_markers(void **state) {
  (void)state;
  struct built built = built_init();
  built_site(&built, built_stack(&built, STACK_TRUNCATED, 1, FRAMES(0x10, 0x20)), 1, 1);
  built_site(&built, built_stack(&built, STACK_INCOMPLETE, 1, FRAMES(0x10, 0x20)), 1, 1);
  built_site(&built, built_stack(&built, STACK_INCOMPLETE, 1, FRAMES(0x10)), 1, 1);
  built_site(&built, built_stack(&built, 0, 1, FRAMES(0x10, 0x20)), 1, 1);
  struct profile *profile = profile_of(&built);
  assert_int_equal(profile->samples[0].n_locations, 3);
  assert_string_equal(root_name(profile, 0), "[truncated]");
  assert_string_equal(root_name(profile, 1), "[incomplete]");
  assert_string_equal(root_name(profile, 2), "[incomplete]");
  assert_int_equal(profile->samples[1].locations[2], profile->samples[2].locations[1]);
  assert_int_equal(profile->samples[3].n_locations, 2);
  assert_string_equal(root_name(profile, 3), "");
  profile_destroy(profile);
}

/* Tables of several chunks: 2000 sites (chunks of 256, 512, 1024, ...), stacks of 5 words each
 * (which do not fit chunks of 4096 and 8192 evenly). */
static void test_many(void **state) {
  (void)state;
  enum { N = 2000 };
  struct built built = built_init();
  for (uint64_t i = 0; i < N; i++)
    built_site(&built, built_stack(&built, 0, 1, FRAMES(0x100 + i, 0x20, 0x30, 0x40)), i, 3);
  struct profile *profile = profile_of(&built);
  assert_int_equal(profile->n_samples, N);
  for (uint64_t i = 0; i < N; i++) {
    assert_int_equal(profile->samples[i].values[ALLOC_OBJECTS], i);
    assert_int_equal(profile->samples[i].n_locations, 4);
    assert_int_equal(frame(profile, i, 0)->address, 0x100 + i - 1);
  }
  assert_int_equal(profile->n_locations, N + 3);
  profile_destroy(profile);
}

RUN(TEST(test_mappings), TEST(test_shared_frames), TEST(test_main_mapping_without_frames),
    TEST(test_generations), TEST(test_modules_by_chance), TEST(test_markers), TEST(test_many))
