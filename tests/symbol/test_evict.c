/* Which files leave the cache when it is full. */
#include "symbol/cache_evict.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char directory[64];

static void path_of(const char *name, char ret[static 128]) {
  snprintf(ret, 128, "%s/%s", directory, name);
}

static void make(const char *name, int size, int age) {
  char path[128];
  path_of(name, path);
  FILE *f = fopen(path, "w");
  assert_non_null(f);
  assert_int_equal(ftruncate(fileno(f), size), 0);
  fclose(f);
  struct timespec times[2] = {{.tv_sec = 1000000 - age}, {.tv_sec = 1000000 - age}};
  assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static int exists(const char *name) {
  char path[128];
  path_of(name, path);
  return access(path, F_OK) == 0;
}

static int setup(void **state) {
  (void)state;
  snprintf(directory, sizeof(directory), "/tmp/memprof-evict.XXXXXX");
  return mkdtemp(directory) == NULL;
}

static int teardown(void **state) {
  (void)state;
  static const char *const names[] = {"old.sym",  "middle.sym", "young.sym",
                                      "left.tmp", "notes.txt",  ".looked"};
  for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
    char path[128];
    path_of(names[i], path);
    unlink(path);
  }
  return rmdir(directory);
}

static void make_all(void) {
  make("old.sym", 100, 30);
  make("middle.sym", 100, 20);
  make("young.sym", 100, 10);
  make("left.tmp", 100, 40);
  make("notes.txt", 100000, 50);
}

static void test_oldest_go(void **state) {
  (void)state;
  make_all();
  symbol_cache_evict(directory, 250);
  assert_false(exists("left.tmp"));
  assert_false(exists("old.sym"));
  assert_true(exists("middle.sym"));
  assert_true(exists("young.sym"));
}

static void test_others_stay(void **state) {
  (void)state;
  make_all();
  symbol_cache_evict(directory, 0);
  assert_false(exists("young.sym"));
  assert_true(exists("notes.txt"));
}

static void test_nothing_goes_while_there_is_room(void **state) {
  (void)state;
  make_all();
  symbol_cache_evict(directory, 400);
  assert_true(exists("left.tmp"));
  assert_true(exists("old.sym"));
}

static void test_a_minute_passes_between_looks(void **state) {
  (void)state;
  make_all();
  symbol_cache_evict_seldom(directory, 350);
  assert_false(exists("left.tmp"));
  symbol_cache_evict_seldom(directory, 0);
  assert_true(exists("old.sym"));
  make(".looked", 0, 0); /* long ago */
  symbol_cache_evict_seldom(directory, 0);
  assert_false(exists("old.sym"));
}

/* A clock that was set back is no reason to wait. */
static void test_a_look_in_the_future_is_none(void **state) {
  (void)state;
  make_all();
  make(".looked", 0, -2000000000);
  symbol_cache_evict_seldom(directory, 0);
  assert_false(exists("old.sym"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_oldest_go, setup, teardown),
      cmocka_unit_test_setup_teardown(test_others_stay, setup, teardown),
      cmocka_unit_test_setup_teardown(test_nothing_goes_while_there_is_room, setup, teardown),
      cmocka_unit_test_setup_teardown(test_a_minute_passes_between_looks, setup, teardown),
      cmocka_unit_test_setup_teardown(test_a_look_in_the_future_is_none, setup, teardown)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
