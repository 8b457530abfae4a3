/* Profiles through files and back: nothing is lost, and no file or reader comes to harm. */
#include "base/cleanup.h"
#include "pprof/read_file.h"
#include "pprof/write_file.h"
#include "same_profile.h"
#include "test.h"

#include "pprof/decode.h"
#include "pprof/encode.h"
#include "pprof/gzip.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const PROFILE =
    "types alloc_objects/count alloc_space/bytes\nperiod 512 space/bytes\ntime "
    "1700000000000000001\n"
    "duration 5\ncomment one\ncomment two \xc3\xa9\ndefault alloc_space\ndrop malloc\nkeep "
    "my_malloc\n"
    "mapping 0x1000 0x3000 0x100 /bin/a id1\nmapping 0x7fffffffe000 0x7ffffffff000 0 [vdso] \n"
    "sample 1 100 | inl@i.h:2<f@a.c:1%0+0x1010;main%0+0x1020 | bytes=100bytes rate=512\n"
    "sample -2 9223372036854775807 | -%1+0x7fffffffe010;main%0+0x1020 | thread='a_b' thread_id=7\n"
    "sample 0 -9223372036854775808 | \n";

/* A fresh folder for one test, current while it runs. */
static int enter_folder(void **state) {
  char *folder = strdup("/tmp/memprof-test-XXXXXX");
  *state = folder;
  return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static int leave_folder(void **state) {
  char command[100];
  snprintf(command, sizeof(command), "rm -rf %s", (char *)*state);
  int status = chdir("/") || system(command);
  free(*state);
  return status;
}

static size_t n_files(void) {
  size_t n = 0;
  DIR *folder = opendir(".");
  while (readdir(folder))
    n++;
  closedir(folder);
  return n - 2;
}

static void nothing_is_lost_in_a_file(void **state) {
  (void)state;
  _cleanup_profile_ struct profile *profile = build_profile(PROFILE), *again = NULL;
  profile->locations[0].is_folded = true;
  profile->functions[0].start_line = 77;
  profile->mappings[0].has_inline_frames = true;
  assert_ok(pprof_write_file(profile, "a.pb.gz"));
  assert_ok(pprof_read_file("a.pb.gz", &again));
  assert_same_profile(profile, again);
  assert_valid_profile(again);
}

static void the_same_profile_gives_the_same_bytes(void **state) {
  (void)state;
  _cleanup_profile_ struct profile *a = build_profile(PROFILE), *b = build_profile(PROFILE);
  void *x, *y;
  size_t n, m;
  assert_ok(pprof_encode(a, &x, &n));
  assert_ok(pprof_encode(b, &y, &m));
  assert_int_equal(n, m);
  assert_memory_equal(x, y, n);
  free(x);
  free(y);
}

static void an_uncompressed_file_will_do(void **state) {
  (void)state;
  _cleanup_profile_ struct profile *profile = build_profile(PROFILE), *again = NULL;
  struct strbuf raw = STRBUF_INIT;
  void *bytes;
  size_t n;
  assert_ok(pprof_encode(profile, &bytes, &n));
  assert_ok(gzip_inflate(bytes, n, &raw));
  assert_ok(pprof_decode(raw.data, raw.length, "raw", &again));
  assert_same_profile(profile, again);
  strbuf_deinit(&raw);
  free(bytes);
}

static void several_gzip_members_are_one_file(void **state) {
  (void)state;
  _cleanup_profile_ struct profile *profile = build_profile(PROFILE), *again = NULL;
  assert_ok(pprof_write_file(profile, "a.pb.gz"));
  assert_int_equal(system("gunzip -c a.pb.gz > a.pb && (head -c 100 a.pb | gzip; tail -c +101 a.pb "
                          "| gzip) > b.pb.gz"),
                   0);
  assert_ok(pprof_read_file("b.pb.gz", &again));
  assert_same_profile(profile, again);
}

static void gos_own_heap_profile_is_read(void **state) {
  (void)state;
  _cleanup_profile_ struct profile *profile = NULL;
  assert_ok(pprof_read_file(TEST_DATA "/go-heap.pb.gz", &profile));
  assert_valid_profile(profile);
  assert_int_equal(profile->n_sample_types, 4);
  assert_string_equal(profile->sample_types[3].type, "inuse_space");
  assert_int_equal(profile->default_rate, 524288); /* runtime.MemProfileRate */
  bool found = false;
  for (size_t i = 0; i < profile->n_functions; i++)
    found |= strcmp(profile->functions[i].name, "main.keepLarge") == 0;
  assert_true(found);
}

/* So large that its compressed bytes become the profile's memory. */
static void a_large_file_is_read(void **state) {
  (void)state;
  enum { SAMPLES = 60000 };
  _cleanup_profile_ struct profile *profile =
                                       build_profile("types a_space/bytes\nsample 1 | f;main\n"),
                                   *again = NULL;
  struct stat st;
  uint64_t random = 1;
  for (int i = 0; i < SAMPLES; i++) {
    struct profile_sample sample = profile->samples[0];
    random = random * UINT64_C(6364136223846793005) + 1442695040888963407;
    sample.values = profile_array(profile, 1, sizeof(*sample.values));
    sample.values[0] = (int64_t)(random >> 20);
    sample.locations = profile_array(profile, 2, sizeof(*sample.locations));
    sample.locations[0] = (uint32_t)i % 2;
    sample.locations[1] = 1;
    assert_ok(profile_add_sample(profile, &sample));
  }
  assert_ok(pprof_write_file(profile, "large.pb.gz"));
  assert_int_equal(stat("large.pb.gz", &st), 0);
  assert_true(st.st_size > 300000);
  assert_ok(pprof_read_file("large.pb.gz", &again));
  assert_int_equal(again->n_samples, SAMPLES + 1);
  for (size_t i = 0; i < again->n_samples; i++) {
    assert_int_equal(again->samples[i].values[0], profile->samples[i].values[0]);
    assert_memory_equal(again->samples[i].locations, profile->samples[i].locations,
                        2 * sizeof(uint32_t));
  }
  assert_valid_profile(again);
}

static void writing_replaces_a_file_whole(void **state) {
  (void)state;
  _cleanup_profile_ struct profile *profile = build_profile(PROFILE), *again = NULL;
  assert_int_equal(system("echo old > a.pb.gz && ln a.pb.gz old"), 0);
  umask(022);
  assert_ok(pprof_write_file(profile, "a.pb.gz"));
  /* Another file took the name: who has the old one open still reads all of it. */
  assert_int_equal(system("test \"$(cat old)\" = old && test $(stat -c %a a.pb.gz) = 600"), 0);
  assert_ok(pprof_read_file("a.pb.gz", &again));
  assert_int_equal(n_files(), 2);
}

static void a_planted_link_is_not_followed(void **state) {
  (void)state;
  _cleanup_profile_ struct profile *profile = build_profile(PROFILE);
  assert_int_equal(system("echo precious > victim && ln -s victim a.pb.gz"), 0);
  assert_ok(pprof_write_file(profile, "a.pb.gz"));
  assert_int_equal(system("test \"$(cat victim)\" = precious && test ! -L a.pb.gz"), 0);
}

static void a_failed_write_leaves_nothing(void **state) {
  (void)state;
  _cleanup_profile_ struct profile *profile = build_profile(PROFILE);
  assert_error(pprof_write_file(profile, "missing/a.pb.gz"), ERROR_SYSTEM, "missing/a.pb.gz");
  assert_int_equal(mkdir("folder", 0700), 0);
  assert_error(pprof_write_file(profile, "folder"), ERROR_BAD_INPUT, "folder: it is a directory");
  /* By way of a link, so that a writer gone wrong replaces that and not the machine's device. */
  assert_int_equal(symlink("/dev/full", "full"), 0);
  assert_error(pprof_write_file(profile, "full"), ERROR_SYSTEM, "cannot write full");
  /* A file's size limit stands in for a full disk. */
  assert_int_equal(system("echo old > a.pb.gz"), 0);
  pid_t pid = fork();
  if (pid == 0) {
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &(struct rlimit){.rlim_cur = 10, .rlim_max = 10});
    struct error *err = pprof_write_file(profile, "a.pb.gz");
    _exit(err && err->code == ERROR_SYSTEM && strstr(err->message, "a.pb.gz") ? 0 : 1);
  }
  int status;
  waitpid(pid, &status, 0);
  assert_int_equal(status, 0);
  assert_int_equal(system("test \"$(cat a.pb.gz)\" = old"), 0);
  assert_int_equal(n_files(), 3);
}

static void pipes_work_both_ways(void **state) {
  (void)state;
  _cleanup_profile_ struct profile *profile = build_profile(PROFILE), *again = NULL;
  assert_int_equal(mkfifo("pipe", 0600), 0);
  pid_t pid = fork();
  if (pid == 0)
    _exit(pprof_write_file(profile, "pipe") ? 1 : 0);
  assert_ok(pprof_read_file("pipe", &again));
  int status;
  waitpid(pid, &status, 0);
  assert_int_equal(status, 0);
  assert_same_profile(profile, again);
  assert_int_equal(n_files(), 1);
}

static void standard_input_and_output(void **state) {
  (void)state;
  _cleanup_profile_ struct profile *profile = build_profile(PROFILE), *again = NULL;
  int in = dup(0), out = dup(1);
  int file = open("both", O_RDWR | O_CREAT | O_APPEND, 0600);
  assert_int_equal(write(file, "", 0), 0);
  dup2(file, 1);
  struct error *err = pprof_write_file(profile, "/dev/stdout");
  dup2(out, 1);
  assert_ok(err);
  lseek(file, 0, SEEK_SET);
  dup2(file, 0);
  err = pprof_read_file("-", &again);
  dup2(in, 0);
  assert_ok(err);
  assert_same_profile(profile, again);
  assert_int_equal(n_files(), 1);
  close(file);
  close(in);
  close(out);
}

static void what_is_no_file_is_told(void **state) {
  (void)state;
  struct profile *profile = NULL;
  assert_error(pprof_read_file("missing", &profile), ERROR_BAD_INPUT, "missing: no such file");
  assert_error(pprof_read_file("/", &profile), ERROR_BAD_INPUT, "/: a directory");
  assert_error(pprof_read_file("/dev/null", &profile), ERROR_BAD_INPUT,
               "/dev/null: the file is empty");
  assert_error(pprof_read_file("/dev/zero", &profile), ERROR_BAD_INPUT, "/dev/zero: not a pprof");
  assert_int_equal(
      system("head -c 3 /dev/urandom | gzip > a.gz; : | gzip > e.gz; gzip < e.gz > t.gz"), 0);
  assert_error(pprof_read_file("e.gz", &profile), ERROR_BAD_INPUT, "empty");
  assert_error(pprof_read_file("t.gz", &profile), ERROR_BAD_INPUT, "twice");
}

static void damaged_gzip_is_told(void **state) {
  (void)state;
  struct profile *profile = NULL;
  assert_int_equal(
      system("cp " TEST_DATA "/go-heap.pb.gz a.gz && head -c 400 a.gz > short.gz && "
             "cp a.gz sum.gz && truncate -s -8 sum.gz && printf '12345678' >> sum.gz && "
             "cp a.gz tail.gz && echo junk >> tail.gz"),
      0);
  assert_error(pprof_read_file("short.gz", &profile), ERROR_BAD_INPUT, "truncated");
  assert_error(pprof_read_file("sum.gz", &profile), ERROR_BAD_INPUT, "damaged gzip");
  assert_error(pprof_read_file("tail.gz", &profile), ERROR_BAD_INPUT, "damaged gzip");
}

/* 128 MiB of a field that no profile has, in 128 KiB. */
static void a_gzip_bomb_is_refused(void **state) {
  (void)state;
  struct profile *profile = NULL;
  assert_int_equal(system("head -c 134217728 /dev/zero | tr '\\0' 'z' | gzip -9 > bomb.gz"), 0);
  assert_error(pprof_read_file("bomb.gz", &profile), ERROR_BAD_INPUT, "gzip bomb");
}

/* Words of three letters, so that there is something to find again, at any distance. */
static char *some_text(size_t n) {
  char *text = malloc(n + 1);
  uint32_t random = 1;
  for (size_t i = 0; i < n; i++) {
    random = random * 1664525 + 1013904223;
    text[i] = i % 3 ? (char)(text[i - 1] + 1) : (char)('a' + (random >> 24) % 20);
  }
  return text;
}

static size_t zlib_size(const char *text, size_t n) {
  unsigned char room[100000];
  uLongf size = sizeof(room);
  assert_int_equal(compress2(room, &size, (const Bytef *)text, n, Z_BEST_SPEED), Z_OK);
  return size;
}

/* Small ones get small tables, by their size. */
static void any_size_is_compressed_well(void **state) {
  (void)state;
  static const size_t sizes[] = {0,    1,    255,   256,   257,   511,   512,   513,  1000,
                                 4095, 4097, 16383, 16384, 16385, 32768, 60000, 99999};
  static struct gzip_writer writer;
  for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
    _cleanup_free_ char *text = some_text(sizes[i]);
    _cleanup_strbuf_ struct strbuf back = STRBUF_INIT;
    gzip_writer_init(&writer);
    gzip_writer_append(&writer, text, sizes[i]);
    assert_ok(gzip_writer_finish(&writer));
    FILE *file = fopen("a.gz", "w");
    assert_int_equal(fwrite(writer.out.data, 1, writer.out.length, file), writer.out.length);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(system("gunzip -t a.gz"), 0);
    assert_true(writer.out.length <= zlib_size(text, sizes[i]) * 21 / 20 + 32);
    assert_ok(gzip_inflate(writer.out.data, writer.out.length, &back));
    assert_int_equal(back.length, sizes[i]);
    assert_memory_equal(back.data, text, sizes[i]);
    gzip_writer_deinit(&writer);
  }
}

#define FILE_TEST(name) cmocka_unit_test_setup_teardown(name, enter_folder, leave_folder)
RUN(FILE_TEST(nothing_is_lost_in_a_file), TEST(the_same_profile_gives_the_same_bytes),
    TEST(an_uncompressed_file_will_do), FILE_TEST(several_gzip_members_are_one_file),
    TEST(gos_own_heap_profile_is_read), FILE_TEST(a_large_file_is_read),
    FILE_TEST(writing_replaces_a_file_whole), FILE_TEST(a_planted_link_is_not_followed),
    FILE_TEST(a_failed_write_leaves_nothing), FILE_TEST(pipes_work_both_ways),
    FILE_TEST(standard_input_and_output), FILE_TEST(what_is_no_file_is_told),
    FILE_TEST(damaged_gzip_is_told), FILE_TEST(a_gzip_bomb_is_refused),
    FILE_TEST(any_size_is_compressed_well))
