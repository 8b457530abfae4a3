/* Recordings made by hand, good and damaged: expected figures are the ones put in. */
#include "build_recording.h"
#include "record/profile.h"
#include "test.h"

#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ALLOC_OBJECTS, ALLOC_SPACE, INUSE_OBJECTS, INUSE_SPACE, PEAK_OBJECTS, PEAK_SPACE };

static struct profile *profile_of(struct built *built) {
  char path[64];
  struct profile *profile = NULL;
  int fd = built_file(built, built->size, path);
  struct error *err = recording_read_profile(path, &profile);
  if (err)
    fail_msg("%s", err->message);
  close(fd);
  built_deinit(built);
  return profile;
}

/* Reading the first n bytes fails with one line that names the file and says `says`. */
static void assert_damaged(struct built *built, size_t n, const char *says) {
  char path[64];
  struct profile *profile = NULL;
  int fd = built_file(built, n, path);
  struct error *err = recording_read_profile(path, &profile);
  close(fd);
  assert_non_null(err);
  if (!strstr(err->message, says))
    fail_msg("'%s' does not say '%s'", err->message, says);
  assert_int_equal(err->code, ERROR_BAD_INPUT);
  assert_non_null(strstr(err->message, path));
  assert_null(strchr(err->message, '\n'));
  assert_null(profile);
  error_destroy(err);
  built_deinit(built);
}

#define FRAMES(...)                                                                                \
  (sizeof((uint64_t[]){__VA_ARGS__}) / 8), (uint64_t[]) {                                          \
    __VA_ARGS__                                                                                    \
  }

static const struct profile_location *frame(const struct profile *profile, size_t sample,
                                            size_t i) {
  return &profile->locations[profile->samples[sample].locations[i]];
}

static const char *file_of(const struct profile *profile, size_t sample, size_t i) {
  return profile->mappings[frame(profile, sample, i)->mapping].file;
}

static const struct profile_label *label(const struct profile *profile, size_t sample,
                                         const char *key) {
  for (uint32_t i = 0; i < profile->samples[sample].n_labels; i++)
    if (!strcmp(profile->samples[sample].labels[i].key, key))
      return &profile->samples[sample].labels[i];
  return NULL;
}

static void test_values(void **state) {
  (void)state;
  struct built built = built_init();
  struct recording_site *site = built_site(&built, built_stack(&built, 0, 1, FRAMES(0x10)), 10, 48);
  site->freed_objects = 3 << OBJECTS_SHIFT;
  site->freed_bytes = 3 * 48 << BYTES_SHIFT;
  site->peak_epoch = 1;
  site->peak_objects = 8 << OBJECTS_SHIFT;
  site->peak_bytes = 8 * 48 << BYTES_SHIFT;
  struct profile *profile = profile_of(&built);
  static const char *const types[] = {"alloc_objects", "alloc_space",  "inuse_objects",
                                      "inuse_space",   "peak_objects", "peak_space"};
  assert_int_equal(profile->n_sample_types, 6);
  for (int i = 0; i < 6; i++) {
    assert_string_equal(profile->sample_types[i].type, types[i]);
    assert_string_equal(profile->sample_types[i].unit, i % 2 ? "bytes" : "count");
  }
  assert_string_equal(profile->default_sample_type, "alloc_space");
  assert_string_equal(profile->period_type.type, "space");
  assert_int_equal(profile->period, 1);
  assert_int_equal(profile->time_nanos, 1700000000ll * 1000000000);
  assert_int_equal(profile->duration_nanos, 4000);
  assert_int_equal(profile->n_samples, 1);
  const int64_t wanted[] = {10, 480, 7, 336, 8, 384};
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
  struct recording_site *site = built_site(&built, built_stack(&built, 0, 1, FRAMES(0x10)), 0, 0);
  site->rate = 246;
  site->alloc_objects = (uint64_t)(7 * 2.9996 * (1 << OBJECTS_SHIFT));
  site->alloc_bytes = (uint64_t)(7 * 299.96 * (1 << BYTES_SHIFT));
  site->freed_objects = (uint64_t)(6 * 2.9996 * (1 << OBJECTS_SHIFT));
  site->freed_bytes = (uint64_t)(6 * 299.96 * (1 << BYTES_SHIFT));
  struct profile *profile = profile_of(&built);
  const int64_t wanted[] = {21, 2100, 3, 300, 3, 300};
  assert_memory_equal(profile->samples[0].values, wanted, sizeof(wanted));
  assert_int_equal(label(profile, 0, "bytes")->num, 100);
  assert_int_equal(label(profile, 0, "rate")->num, 246);
  profile_destroy(profile);
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
  built.header->exited = (struct recording_thread){.allocs = 10, .frees = 4, .granted = 1010};
  built.header->threads_started = 3;
  for (int i = 0; i < 2; i++) {
    struct recording_thread *thread = built_add(&built, TABLE_THREADS, 1);
    *thread = (struct recording_thread){
        .tid = 7, .allocs = 5, .frees = 1, .granted = 155, .left = i ? 50 : 0};
  }
  built.header->dropped[DROP_SPACE] = 8;
  built.header->truncated_stacks = 9;
  struct profile *profile = profile_of(&built);
  assert_true(has_comment(profile, "command: demo 'two words'"));
  assert_true(has_comment(profile, "sampling: exact"));
  /* 1010 - 10, 155 - 5, 155 - 50 - 5 */
  assert_true(has_comment(profile, "totals: allocs=20 frees=6 bytes=1250 threads=3"));
  assert_true(has_comment(profile, "dropped: space=8 reentrant=0 limit=0"));
  assert_true(has_comment(profile, "stacks: truncated=9 incomplete=0"));
  profile_destroy(profile);
}

/* What a thread is doing right now can make its sum one byte less than nothing. */
static void test_bytes_below_zero(void **state) {
  (void)state;
  struct recording_thread thread = {.allocs = 1, .granted = 100, .left = 100};
  assert_int_equal(recording_thread_bytes(&thread), 0);
}

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

/* A process lives as long as it maps the file. */
static void test_live(void **state) {
  (void)state;
  struct built built = built_init();
  char path[64];
  struct recording *recording;
  struct profile *profile;
  built.header->pid = (uint32_t)getpid();
  int fd = built_file(&built, built.size, path);
  void *map = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
  assert_true(map != MAP_FAILED);
  assert_null(recording_open(path, &recording));
  assert_true(recording_is_live(recording));
  assert_null(recording_profile(recording, &profile));
  assert_string_equal(profile->default_sample_type, "inuse_space");
  munmap(map, 4096);
  assert_false(recording_is_live(recording));
  profile_destroy(profile);
  recording_destroy(recording);
  built_deinit(&built);
  close(fd);
}

static void test_counters(void **state) {
  (void)state;
  struct built built = built_init();
  char path[64];
  struct recording *recording;
  built_site(&built, built_stack(&built, 0, 1, FRAMES(0x10)), 1, 1);
  struct recording_thread *thread = built_add(&built, TABLE_THREADS, 1);
  *thread = (struct recording_thread){.tid = 1, .allocs = 2, .granted = 12};
  int fd = built_file(&built, built.size, path);
  assert_null(recording_open_counters(path, &recording));
  assert_int_equal(recording_totals(recording).bytes, 10);
  assert_int_equal(recording->n_sites, 0);
  recording_destroy(recording);
  built_deinit(&built);
  close(fd);
}

/* Damage. */

static struct built one_site(void) {
  struct built built = built_init();
  built_module(&built, "/bin/demo", 0x1000, 0x2000);
  built_site(&built, built_stack(&built, 0, 1, FRAMES(0x1010)), 1, 1);
  return built;
}

static void test_magic(void **state) {
  (void)state;
  struct built built = one_site();
  built.header->magic[3] ^= 1;
  assert_damaged(&built, built.size, "not a memprof recording");
  built = one_site();
  assert_damaged(&built, 0, "not a memprof recording");
  built = one_site();
  assert_damaged(&built, 7, "not a memprof recording");
}

static void test_version(void **state) {
  (void)state;
  struct built built = one_site();
  built.header->version = 77;
  assert_damaged(&built, built.size, "version 77");
  built = one_site();
  built.header->version = 77; /* its header may be shorter than ours */
  assert_damaged(&built, 200, "version 77");
}

static void test_cut(void **state) {
  (void)state;
  for (size_t n = 8; n < sizeof(struct recording_header); n += 61) {
    struct built built = one_site();
    assert_damaged(&built, n, "cut short within its header");
  }
  /* The last table to begin is cut to nothing; then its only element is. */
  struct built built = one_site();
  uint64_t at = built.header->table[TABLE_SITES].chunk[0];
  assert_damaged(&built, at, "table of sites");
  built = one_site();
  assert_damaged(&built, at + sizeof(struct recording_site) - 1, "table of sites");
  built = one_site();
  built.size = at + sizeof(struct recording_site); /* what is not in use may be missing */
  profile_destroy(profile_of(&built));
}

static void test_header_size(void **state) {
  (void)state;
  struct built built = one_site();
  built.header->header_size = 4096;
  assert_damaged(&built, built.size, "header");
}

static void test_chunks(void **state) {
  (void)state;
  static const struct {
    enum recording_table_id id;
    const char *says;
  } tables[] = {{TABLE_THREADS, "threads"},
                {TABLE_MODULES, "modules"},
                {TABLE_STACKS, "stacks"},
                {TABLE_SITES, "sites"}};
  static const uint64_t places[] = {1ull << 40, UINT64_MAX, UINT64_MAX - 100, 8, 1};
  for (size_t t = 0; t < 4; t++)
    for (size_t i = 0; i < 5; i++) {
      struct built built = one_site();
      built_add(&built, TABLE_THREADS, 1);
      built.header->table[tables[t].id].chunk[0] = places[i];
      assert_damaged(&built, built.size, tables[t].says);
    }
}

static void test_counts(void **state) {
  (void)state;
  static const uint64_t counts[] = {5000, 1ull << 32, 1ull << 60, UINT64_MAX};
  for (int id = 0; id < TABLE_OBJECTS; id++)
    for (size_t i = 0; i < 4; i++) {
      struct built built = one_site();
      built_add(&built, TABLE_THREADS, 1);
      built.header->table[id].count = counts[i];
      assert_damaged(&built, built.size, "counts");
    }
}

/* Chunks in the hole that a recording's apparent size is. */
static void test_holes(void **state) {
  (void)state;
  struct built built = one_site();
  for (unsigned k = 1; k < 20; k++)
    built.header->table[TABLE_SITES].chunk[k] = 1ull << 30;
  built.header->table[TABLE_SITES].count = 256 << 16;
  char path[64];
  struct recording *recording;
  int fd = built_file(&built, built.size, path);
  assert_int_equal(ftruncate(fd, 64ll << 30), 0);
  struct error *err = recording_open(path, &recording);
  assert_non_null(err);
  assert_int_equal(err->code, ERROR_BAD_INPUT);
  assert_non_null(strstr(err->message, "claim more than the file holds"));
  error_destroy(err);
  close(fd);
  built_deinit(&built);
}

static void test_stacks(void **state) {
  (void)state;
  /* Each is a header word: too deep for any stack, for its chunk, for what was given out; none. */
  static const uint64_t words[] = {STACK_HEADER(513, 0, 1), STACK_HEADER(65535, 0, 1),
                                   STACK_HEADER(2, 0, 1), 0};
  for (int i = 0; i < 4; i++) {
    struct built built = one_site();
    memcpy(built.image + built.header->table[TABLE_STACKS].chunk[0], &words[i], 8);
    assert_damaged(&built, built.size, "site 0");
  }
  struct built built = one_site();
  built_site(&built, UINT32_MAX, 1, 1);
  assert_damaged(&built, built.size, "site 1");
  /* Across the end of the first chunk, with the second one there. */
  built = one_site();
  uint64_t *words_left = built_add(&built, TABLE_STACKS, 4094);
  built_add(&built, TABLE_STACKS, 100);
  words_left[4093] = STACK_HEADER(1, 0, 1);
  built_site(&built, 4095, 1, 1);
  assert_damaged(&built, built.size, "site 1");
}

/* Strings without an end are cut where their field ends. */
static void test_strings(void **state) {
  (void)state;
  struct built built = built_init();
  struct recording_module *module = built_module(&built, "", 0x1000, 0x2000);
  memset(module->path, 'p', sizeof(module->path));
  module->build_id_size = UINT32_MAX;
  memset(module->build_id, 0xee, sizeof(module->build_id));
  memset(built.header->executable, 'e', RECORDING_PATH_SIZE);
  memset(built.header->command, 'c', RECORDING_TEXT_SIZE);
  built.header->command_size = UINT32_MAX;
  built_site(&built, built_stack(&built, 0, 1, FRAMES(0x1010)), 1, 1);
  struct profile *profile = profile_of(&built);
  assert_int_equal(strlen(profile->mappings[0].file), RECORDING_PATH_SIZE - 1);
  assert_int_equal(strlen(file_of(profile, 0, 0)), RECORDING_PATH_SIZE - 1);
  assert_int_equal(strlen(profile->mappings[frame(profile, 0, 0)->mapping].build_id), 64);
  size_t longest = 0;
  for (size_t i = 0; i < profile->n_comments; i++)
    if (strlen(profile->comments[i]) > longest)
      longest = strlen(profile->comments[i]);
  assert_true(longest > 4000 && longest < 4200);
  profile_destroy(profile);
}

/* Values that would turn negative or not fit. */
static void test_huge_figures(void **state) {
  (void)state;
  struct built built = built_init();
  struct recording_site *site = built_site(&built, built_stack(&built, 0, 1, FRAMES(0x10)), 0, 0);
  site->alloc_objects = 1;
  site->alloc_bytes = site->peak_bytes = site->peak_objects = site->rate = UINT64_MAX;
  site->peak_epoch = built.header->peak_epoch = UINT64_MAX;
  built.header->rate = built.header->start_realtime = built.header->last_monotonic = UINT64_MAX;
  struct profile *profile = profile_of(&built);
  for (int i = 0; i < 6; i++)
    assert_true(profile->samples[0].values[i] >= 0);
  assert_true(label(profile, 0, "rate")->num > 0 && label(profile, 0, "bytes")->num > 0);
  assert_true(profile->period > 0 && profile->time_nanos > 0 && profile->duration_nanos > 0);
  profile_destroy(profile);
}

static void test_no_files(void **state) {
  (void)state;
  char folder[] = "/tmp/memprof-test.XXXXXX", fifo[64];
  struct recording *recording;
  assert_non_null(mkdtemp(folder));
  snprintf(fifo, sizeof(fifo), "%s/fifo", folder);
  assert_int_equal(mkfifo(fifo, 0600), 0);
  const char *const names[] = {folder, fifo, "/dev/null"};
  for (int i = 0; i < 3; i++) {
    struct error *err = recording_open(names[i], &recording);
    assert_non_null(err);
    assert_int_equal(err->code, ERROR_BAD_INPUT);
    assert_memory_equal(err->message, names[i], strlen(names[i]));
    assert_false(recording_is(names[i]));
    error_destroy(err);
  }
  unlink(fifo);
  rmdir(folder);
  struct error *err = recording_open(fifo, &recording);
  assert_int_equal(err->code, ERROR_SYSTEM);
  assert_non_null(strstr(err->message, fifo));
  error_destroy(err);
}

RUN(TEST(test_values), TEST(test_weights), TEST(test_peak_epochs), TEST(test_inherited),
    TEST(test_freed_before_allocated), TEST(test_unpublished), TEST(test_threads),
    TEST(test_comments), TEST(test_bytes_below_zero), TEST(test_mappings),
    TEST(test_main_mapping_without_frames), TEST(test_generations), TEST(test_modules_by_chance),
    TEST(test_markers), TEST(test_many), TEST(test_live), TEST(test_counters), TEST(test_magic),
    TEST(test_version), TEST(test_cut), TEST(test_header_size), TEST(test_chunks),
    TEST(test_counts), TEST(test_holes), TEST(test_stacks), TEST(test_strings),
    TEST(test_huge_figures), TEST(test_no_files))
