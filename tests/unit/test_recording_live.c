/* Recordings that are being written. */
#include "recording/totals.h"
#include "recording/writer.h"
#include "recording_cases.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <time.h>

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
  assert_null(recording_open_named(path, RECORDING_ALL, &recording));
  assert_true(recording_has_writer(recording));
  assert_null(recording_profile(recording, &profile));
  assert_string_equal(profile->default_sample_type, "inuse_space");
  /* Another file of the same device is not this one. */
  char other_path[64];
  int other = built_file(&built, built.size, other_path);
  void *other_map = mmap(NULL, 4096, PROT_READ, MAP_SHARED, other, 0);
  assert_true(other_map != MAP_FAILED);
  munmap(map, 4096);
  assert_false(recording_has_writer(recording));
  munmap(other_map, 4096);
  close(other);
  profile_destroy(profile);
  recording_destroy(recording);
  built_deinit(&built);
  close(fd);
}

/* A writer that never rests, as the shim writes: a stack, then a site of it; and a thread of blocks
 * of ten bytes whose counters are folded now and then. */
enum { SITES_WRITTEN = 20000, CALLS_WRITTEN = 50000 };

static void write_calls(struct recording_header *h, struct recording_thread *t, uint64_t i) {
  for (int k = 0; k < 5; k++) { /* each time by a new draw */
    uint64_t draw = 1ull << (10 + (i + (uint64_t)k) % 11);
    __atomic_store_n(&t->granted, t->granted + 11 - t->left + draw, __ATOMIC_RELEASE);
    __atomic_store_n(&t->left, draw, __ATOMIC_RELEASE);
    __atomic_store_n(&t->by_size[3], t->by_size[3] + 1, __ATOMIC_RELEASE);
  }
  if (i % 8)
    return;
  __atomic_store_n(&t->tid, UINT32_MAX, __ATOMIC_RELEASE);
  __atomic_store_n(&h->exited.by_size[3], h->exited.by_size[3] + t->by_size[3], __ATOMIC_RELEASE);
  __atomic_store_n(&h->exited.granted, h->exited.granted + t->granted - t->left, __ATOMIC_RELEASE);
  __atomic_store_n(&t->by_size[3], 0, __ATOMIC_RELEASE);
  __atomic_store_n(&t->granted, 0, __ATOMIC_RELEASE);
  __atomic_store_n(&t->left, 0, __ATOMIC_RELEASE);
  __atomic_store_n(&t->tid, 7, __ATOMIC_RELEASE);
}

static void *write_sites(void *image) {
  struct recording_header *h = image;
  for (uint64_t i = 0; i < SITES_WRITTEN; i++) {
    uint64_t place, at = 2 * i;
    char *chunk = (char *)image + h->table[TABLE_STACKS].chunk[chunk_of(TABLE_STACKS, at, &place)];
    uint64_t *words = (uint64_t *)(void *)chunk + place;
    __atomic_store_n(&h->table[TABLE_STACKS].count, at + 2, __ATOMIC_RELEASE);
    words[1] = 0x1000 + i + 1;
    __atomic_store_n(&words[0], STACK_HEADER(1, 0, 1), __ATOMIC_RELEASE);
    chunk = (char *)image + h->table[TABLE_SITES].chunk[chunk_of(TABLE_SITES, i, &place)];
    struct recording_site *site = (struct recording_site *)(void *)chunk + place;
    __atomic_store_n(&h->table[TABLE_SITES].count, i + 1, __ATOMIC_RELEASE);
    site->stack = (uint32_t)at;
    site->rate = 1;
    site->alloc_objects = (i + 1) << OBJECTS_SHIFT;
    __atomic_store_n(&site->state, SITE_OWN, __ATOMIC_RELEASE);
  }
  __atomic_store_n(&h->parent_pid, 0, __ATOMIC_RELEASE);
  return NULL;
}

/* With pauses between samples, as the shim's budget makes them: several times what a look takes
 * even where a sanitizer slows it, so that not every one of its tries falls into a call. */
static void *write_sums(void *image) {
  struct recording_header *h = image;
  struct recording_thread *thread = (void *)((char *)image + h->table[TABLE_THREADS].chunk[0]);
  for (uint64_t i = 0; i < CALLS_WRITTEN / 5; i++) {
    write_calls(h, thread, i);
    nanosleep(&(struct timespec){.tv_nsec = 100000}, NULL);
  }
  __atomic_store_n(&h->parent_pid, 0, __ATOMIC_RELEASE);
  return NULL;
}

/* Whether what was read is of one piece; the number of sites in it. */
static size_t read_moving(const char *path, bool *over) {
  _cleanup_recording_ struct recording *recording = NULL;
  _cleanup_profile_ struct profile *profile = NULL;
  struct error *err = recording_open_named(path, RECORDING_ALL, &recording);
  if (!err)
    err = recording_profile(recording, &profile);
  if (err)
    fail_msg("%s", err->message);
  for (size_t i = 0; i < profile->n_samples; i++)
    assert_int_equal(profile->samples[i].values[ALLOC_OBJECTS],
                     frame(profile, i, 0)->address - 0x1000 + 1);
  *over = recording->header.parent_pid == 0;
  return profile->n_samples;
}

/* A recording with room for all that is to be written, still empty; mapped. */
static void *moving_image(char path[64], size_t *size, int *fd) {
  struct built built = built_init();
  built_add(&built, TABLE_THREADS, 1);
  for (int i = 0; i < SITES_WRITTEN; i++) {
    built_add(&built, TABLE_SITES, 1);
    built_add(&built, TABLE_STACKS, 2);
  }
  built.header->table[TABLE_SITES].count = built.header->table[TABLE_STACKS].count = 0;
  *size = built.size;
  *fd = built_file(&built, built.size, path);
  assert_int_equal(posix_fallocate(*fd, 0, (off_t)built.size), 0);
  void *image = mmap(NULL, built.size, PROT_READ | PROT_WRITE, MAP_SHARED, *fd, 0);
  assert_true(image != MAP_FAILED);
  built_deinit(&built);
  return image;
}

static void test_moving(void **state) {
  (void)state;
  bool over = false;
  int looks = 0;
  for (int round = 0; round < 20 && looks < 200; round++) {
    char path[64];
    pthread_t writer;
    size_t size;
    int fd;
    void *image = moving_image(path, &size, &fd);
    assert_int_equal(pthread_create(&writer, NULL, write_sites, image), 0);
    for (over = false; !over; looks++)
      read_moving(path, &over);
    pthread_join(writer, NULL);
    assert_int_equal(read_moving(path, &over), SITES_WRITTEN);
    munmap(image, size);
    close(fd);
  }
  assert_true(looks > 20); /* else it was no race */
}

/* Sums are never off by more than the call of the moment, though draws are of a MiB. */
static void test_moving_sums(void **state) {
  (void)state;
  char path[64];
  pthread_t writer;
  uint64_t before = 0, looks = 0;
  size_t size;
  int fd;
  void *image = moving_image(path, &size, &fd);
  assert_int_equal(pthread_create(&writer, NULL, write_sums, image), 0);
  for (bool over = false; !over; looks++) {
    _cleanup_recording_ struct recording *recording = NULL;
    assert_null(recording_open_named(path, RECORDING_COUNTERS, &recording));
    struct recording_totals totals = recording_totals(recording);
    int64_t off = (int64_t)(totals.bytes - 10 * totals.allocs);
    if (off < -100 || off > 100 || totals.allocs < before)
      fail_msg("%lu bytes in %lu calls, %lu before", totals.bytes, totals.allocs, before);
    before = totals.allocs;
    over = recording->header.parent_pid == 0;
  }
  pthread_join(writer, NULL);
  assert_int_equal(before, CALLS_WRITTEN);
  assert_true(looks > 100); /* else it was no race */
  munmap(image, size);
  close(fd);
}

static void test_counters(void **state) {
  (void)state;
  struct built built = built_init();
  char path[64];
  struct recording *recording;
  built_site(&built, built_stack(&built, 0, 1, FRAMES(0x10)), 1, 1);
  struct recording_thread *thread = built_add(&built, TABLE_THREADS, 1);
  *thread = (struct recording_thread){.tid = 1, .ledger = {.by_size[3] = 2, .granted = 12}};
  int fd = built_file(&built, built.size, path);
  assert_null(recording_open_named(path, RECORDING_COUNTERS, &recording));
  assert_int_equal(recording_totals(recording).bytes, 10);
  assert_int_equal(recording->n_sites, 0);
  recording_destroy(recording);
  built_deinit(&built);
  close(fd);
}

/* Blocks at the peak: the shim's, noted at the last sample; those of now, if the estimate is at its
 * maximum still and more of them have come, or if it is above. */
static void test_blocks_at_the_peak(void **state) {
  (void)state;
  static const struct {
    uint64_t live_bytes, live_blocks;
    double expected;
  } cases[] = {{900, 70, 50}, {1000, 40, 50}, {1000, 70, 70}, {1100, 40, 40}};
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct built built = built_init();
    char path[64];
    struct recording *recording;
    struct known_totals known;
    built.header->flags = RECORDING_BUDGET;
    built.header->peak_bytes = 1000;
    built.header->peak_blocks = 50;
    built.header->live_bytes = cases[i].live_bytes;
    built.header->exited.by_size[3] = 100;
    built.header->exited.frees = 100 - cases[i].live_blocks;
    int fd = built_file(&built, built.size, path);
    assert_null(recording_open_named(path, RECORDING_ALL, &recording));
    assert_true(recording_known_totals(recording, &known));
    assert_true(known.live == (double)cases[i].live_blocks);
    assert_true(known.peak == cases[i].expected);
    recording_destroy(recording);
    built_deinit(&built);
    close(fd);
  }
}

RUN(TEST(test_live), TEST(test_moving), TEST(test_moving_sums), TEST(test_counters),
    TEST(test_blocks_at_the_peak))
