/* Damaged recordings: one line that names the file, and no memory or time that the file does not
 * pay for. */
#include "recording_cases.h"

#include <fcntl.h>
#include <sys/stat.h>

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
  built.size = at + sizeof(struct recording_site); /* the unused rest may be missing */
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
  } tables[] = {{TABLE_THREADS, "threads"}, {TABLE_MODULES, "modules"},
                {TABLE_STACKS, "stacks"},   {TABLE_SITES, "sites"},
                {TABLE_LEAVES, "leaves"},   {TABLE_WIDE_LEAVES, "wide leaves"}};
  static const uint64_t places[] = {1ull << 40, UINT64_MAX, UINT64_MAX - 100, 8, 1};
  for (size_t t = 0; t < 6; t++)
    for (size_t i = 0; i < 5; i++) {
      struct built built = one_site();
      built_add(&built, TABLE_THREADS, 1);
      built_add(&built, TABLE_LEAVES, 1);
      built_add(&built, TABLE_WIDE_LEAVES, 1);
      built.header->table[tables[t].id].chunk[0] = places[i];
      assert_damaged(&built, built.size, tables[t].says);
    }
}

static void test_counts(void **state) {
  (void)state;
  static const uint64_t counts[] = {5000, 1ull << 32, 1ull << 60, UINT64_MAX};
  for (int id = 0; id < TABLE_COUNT; id++)
    for (size_t i = 0; i < 4 && id != TABLE_OBJECTS; i++) {
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
  struct error *err = recording_open_named(path, RECORDING_ALL, &recording);
  assert_non_null(err);
  assert_int_equal(err->code, ERROR_BAD_INPUT);
  assert_non_null(strstr(err->message, "claim more than the file holds"));
  error_destroy(err);
  close(fd);
  built_deinit(&built);
}

/* Leaves that are counted, for which the file system had no room. */
static void test_missing_leaves(void **state) {
  (void)state;
  enum { CLAIMED = 16 << 12 };
  struct built built = one_site();
  for (unsigned k = 0; k < 20; k++)
    built.header->table[TABLE_LEAVES].chunk[k] = 1ull << 30;
  built.header->table[TABLE_LEAVES].count = CLAIMED;
  char path[64];
  struct recording *recording;
  int fd = built_file(&built, built.size, path);
  assert_int_equal(ftruncate(fd, 64ll << 30), 0);
  struct error *err = recording_open_named(path, RECORDING_ALL, &recording);
  if (err)
    fail_msg("%s", err->message);
  uint64_t kept = recording->header.table[TABLE_LEAVES].count;
  assert_true(kept * sizeof(struct recording_leaf) <= built.size + (1 << 20));
  assert_int_equal(recording->header.dropped[DROP_SPACE], CLAIMED - kept);
  recording_destroy(recording);
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

/* Links of a stack, of two frames or more: to itself, to what comes later, to where nothing is, to
 * another link; nothing but a link; frames that end before the stack does. */
static void test_links(void **state) {
  (void)state;
  static const uint64_t stacks[][5] = {
      {STACK_HEADER(2, 0, 1), 0x1020, STACK_LINK(4)},
      {STACK_HEADER(2, 0, 1), 0x1020, STACK_LINK(5), 0x1010},
      {STACK_HEADER(2, 0, 1), 0x1020, STACK_LINK(0xffffffff)},
      {STACK_LINK(1), STACK_HEADER(2, 0, 1), 0x1020, STACK_LINK(2)},
      {STACK_HEADER(1, 0, 1), STACK_LINK(1)},
      {STACK_HEADER(512, 0, 1), 0x1020, STACK_LINK(1)},
  };
  for (size_t i = 0; i < sizeof(stacks) / sizeof(*stacks); i++) {
    struct built built = one_site(); /* two words */
    memcpy(built_add(&built, TABLE_STACKS, 5), stacks[i], sizeof(stacks[i]));
    built_site(&built, 2 + (i == 3), 1, 1);
    assert_damaged(&built, built.size, "site 1");
  }
}

static void test_granule(void **state) {
  (void)state;
  struct built built = one_site();
  built.header->granule_shift = GRANULE_SHIFT_MOST + 1;
  assert_damaged(&built, built.size, "its granules");
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
  site->size = UINT32_MAX;
  site->size_class = UINT8_MAX;
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
    struct error *err = recording_open_named(names[i], RECORDING_ALL, &recording);
    assert_non_null(err);
    assert_int_equal(err->code, ERROR_BAD_INPUT);
    assert_memory_equal(err->message, names[i], strlen(names[i]));
    assert_false(recording_is(names[i]));
    error_destroy(err);
  }
  unlink(fifo);
  rmdir(folder);
  struct error *err = recording_open_named(fifo, RECORDING_ALL, &recording);
  assert_int_equal(err->code, ERROR_SYSTEM);
  assert_non_null(strstr(err->message, fifo));
  error_destroy(err);
}

static void assert_refused(const char *path, uid_t owner, const char *reason) {
  struct recording *recording;
  struct error *err = owner == ANYBODY ? recording_open(path, &recording)
                                       : recording_open_in(AT_FDCWD, path, path, owner, &recording);
  assert_non_null(err);
  assert_int_equal(err->code, ERROR_BAD_INPUT);
  assert_non_null(strstr(err->message, reason));
  error_destroy(err);
}

/* Files that another user may put where memprof looks for recordings. */
static void test_planted(void **state) {
  (void)state;
  char folder[] = "/tmp/memprof-test.XXXXXX", file[64], link_name[64], second[64];
  struct recording *recording;
  struct built built = one_site();
  assert_non_null(mkdtemp(folder));
  snprintf(file, sizeof(file), "%s/1.0.mprec", folder);
  snprintf(link_name, sizeof(link_name), "%s/2.0.mprec", folder);
  snprintf(second, sizeof(second), "%s/3.0.mprec", folder);
  int fd = open(file, O_WRONLY | O_CREAT | O_EXCL, 0600);
  assert_int_equal(write(fd, built.image, built.size), built.size);
  close(fd);
  assert_null(recording_open(file, &recording));
  recording_destroy(recording);
  assert_refused(file, geteuid() + 1, "the file is user");
  assert_int_equal(symlink(file, link_name), 0);
  assert_refused(link_name, ANYBODY, "a symbolic link");
  assert_null(recording_open_named(link_name, RECORDING_ALL, &recording));
  recording_destroy(recording);
  assert_int_equal(link(file, second), 0);
  assert_refused(file, ANYBODY, "2 names");
  assert_refused(second, geteuid(), "2 names");
  unlink(file), unlink(link_name), unlink(second);
  rmdir(folder);
  built_deinit(&built);
}

RUN(TEST(test_magic), TEST(test_version), TEST(test_cut), TEST(test_header_size), TEST(test_chunks),
    TEST(test_counts), TEST(test_holes), TEST(test_missing_leaves), TEST(test_stacks),
    TEST(test_links), TEST(test_granule), TEST(test_strings), TEST(test_huge_figures),
    TEST(test_no_files), TEST(test_planted))
