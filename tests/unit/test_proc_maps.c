/* The parser of /proc/PID/maps, on the kernel's lines and on hostile ones. Expected values are
 * written by hand from proc(5), or are this process's own. */
#include "proc/maps.h"
#include "proc/smaps.h"

#include "test.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* Parses a copy, which the mapping's path then points into. */
static char copy[8192];
static bool line_parse(const char *line, struct mapping *ret) {
  snprintf(copy, sizeof(copy), "%s", line);
  return mapping_parse(copy, ret);
}

static void all_fields_of_a_line_are_read(void **state) {
  struct mapping m;
  (void)state;
  assert_true(line_parse("7f1234560000-7f1234580000 r-xp 00026000 fe:01 1835 "
                         "                      /usr/lib/libc.so.6\n",
                         &m));
  assert_int_equal(m.start, 0x7f1234560000);
  assert_int_equal(m.end, 0x7f1234580000);
  assert_int_equal(m.flags, MAPPING_READ | MAPPING_EXECUTE);
  assert_int_equal(m.device, makedev(254, 1));
  assert_int_equal(m.inode, 1835);
  assert_int_equal(m.resident, 0);
  assert_string_equal(m.path, "/usr/lib/libc.so.6");
}

/* The heap grew between two reads of smaps: its lines come twice. */
static void a_mapping_that_is_listed_again_counts_once(void **state) {
  static const struct {
    uint64_t start, end;
  } lines[] = {
      {0x1000, 0x2000}, {0x3000, 0x5000}, {0x3000, 0x9000}, {0x2000, 0x9000}, {0xa000, 0xb000}};
  struct maps maps = {0};
  (void)state;
  for (int i = 0; i < 5; i++)
    assert_true(maps_add(
        &maps, &(struct mapping){.start = lines[i].start, .end = lines[i].end, .path = ""}));
  assert_int_equal(maps.count, 3);
  assert_int_equal(maps.data[1].start, 0x2000);
  assert_int_equal(maps.data[1].end, 0x9000);
  assert_int_equal(maps.data[2].start, 0xa000);
  maps_deinit(&maps);
}

static void a_mapping_without_a_path_has_an_empty_one(void **state) {
  struct mapping m;
  (void)state;
  assert_true(line_parse("1000-2000 rw-s 00000000 00:00 0 \n", &m));
  assert_string_equal(m.path, "");
  assert_int_equal(m.flags, MAPPING_READ | MAPPING_WRITE | MAPPING_SHARED);
}

static void paths_keep_blanks_deletions_and_escapes(void **state) {
  struct mapping m;
  (void)state;
  assert_true(line_parse("1000-2000 r--p 0 00:00 7    /tmp/a b  c (deleted)\n", &m));
  assert_string_equal(m.path, "/tmp/a b  c (deleted)");
  assert_true(line_parse("1000-2000 r--p 0 00:00 7    /tmp/two\\012lines\n", &m));
  assert_string_equal(m.path, "/tmp/two\\012lines");
  assert_true(line_parse("1000-2000 r--p 0 00:00 0    [anon: 1000-2000 rwxp]\n", &m));
  assert_string_equal(m.path, "[anon: 1000-2000 rwxp]");
  assert_int_equal(m.flags, MAPPING_READ);
}

static void a_path_may_be_longer_than_path_max(void **state) {
  char line[6000] = "1000-2000 r--p 0 00:00 7 ";
  size_t n = strlen(line);
  struct mapping m;
  (void)state;
  memset(line + n, 'x', 5000);
  line[n] = '/';
  line[n + 5000] = '\0';
  assert_true(line_parse(line, &m));
  assert_int_equal(strlen(m.path), 5000);
}

static void the_highest_addresses_are_read(void **state) {
  struct mapping m;
  (void)state;
  assert_true(
      line_parse("ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0   [vsyscall]\n", &m));
  assert_true(m.start == 0xffffffffff600000);
  assert_true(line_parse("0-ffffffffffffffff rw-p 0 0:0 18446744073709551615 \n", &m));
  assert_true(m.end == UINT64_MAX);
  assert_true(m.inode == UINT64_MAX);
}

static void what_is_no_mapping_is_refused_and_writes_nothing(void **state) {
  static const char *const lines[] = {
      "",
      "\n",
      "Rss:                 132 kB\n",
      "AnonHugePages:         0 kB\n",
      "VmFlags: rd wr mr mw me ac\n",
      "1000-2000",
      "1000-2000 ",
      "1000-2000 rw-p 0 00:00",
      "1000-2000 rw-p 0 00:00 7", /* cut: the kernel writes a blank behind the inode */
      "1000-2000 rw- 0 00:00 7 /x",
      "1000-2000 rw-px 0 00:00 7 /x",
      "1000-2000rw-p 0 00:00 7 /x",
      "1000 -2000 rw-p 0 00:00 7 /x",
      " 1000-2000 rw-p 0 00:00 7 /x",
      "-1000-2000 rw-p 0 00:00 7 /x",
      "+1000-2000 rw-p 0 00:00 7 /x",
      "0x1000-2000 rw-p 0 00:00 7 /x",
      "1000-2000 rw-p 0 0000 7 /x",
      "1000-2000 rw-p 0 00:00 7f /x",
      "1000-2000 rw-p 0 00:00 /x",
      "10000000000000000-20000000000000000 rw-p 0 00:00 7 /x", /* 65 bits */
      "1000-2000 rw-p 0 00:00 18446744073709551616 /x",
      "2000-1000 rw-p 0 00:00 7 /x",
      "1000-1000 rw-p 0 00:00 7 /x",
  };
  (void)state;
  for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
    struct mapping m = {.start = 42};
    if (line_parse(lines[i], &m) || m.start != 42)
      fail_msg("taken for a mapping: '%s'", lines[i]);
  }
}

/* Every line cut at every byte is either refused or a line with a shorter path. */
static void a_cut_line_has_true_numbers_or_none(void **state) {
  static const char line[] = "7f00-7f10 rw-p 1234 fe:01 99 /usr/bin/x";
  (void)state;
  for (size_t n = 0; n < sizeof(line); n++) {
    char part[sizeof(line)] = "";
    struct mapping m;
    memcpy(part, line, n);
    assert_int_equal(mapping_parse(part, &m), n >= strlen("7f00-7f10 rw-p 1234 fe:01 99 "));
    if (n >= strlen("7f00-7f10 rw-p 1234 fe:01 99 "))
      assert_true(m.start == 0x7f00 && m.end == 0x7f10 && m.inode == 99);
  }
}

/* A file with a blank and a newline in its name, mapped here. */
static void *map_file(char *path, struct stat *st, size_t size) {
  int fd = mkstemp(path);
  assert_true(fd >= 0);
  assert_int_equal(ftruncate(fd, (off_t)size), 0);
  assert_int_equal(fstat(fd, st), 0);
  void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  assert_ptr_not_equal(at, MAP_FAILED);
  close(fd);
  return at;
}

static void the_own_mappings_are_found_by_address(void **state) {
  char path[] = "/tmp/maps \n.XXXXXX";
  struct stat st;
  void *at = map_file(path, &st, 8192);
  struct maps maps;
  (void)state;
  assert_null(maps_read(getpid(), &maps));
  const struct mapping *m = maps_find(&maps, (uintptr_t)at + 8191);
  assert_non_null(m);
  assert_true(m->start == (uintptr_t)at && m->end == (uintptr_t)at + 8192);
  assert_true(m->inode == st.st_ino && m->device == st.st_dev);
  assert_int_equal(m->flags, MAPPING_READ | MAPPING_WRITE | MAPPING_SHARED);
  assert_non_null(strstr(m->path, "/tmp/maps \\012."));
  assert_ptr_equal(maps_find_file(&maps, path + strlen("/tmp/maps \n")), m);
  assert_null(maps_find(&maps, 0));
  assert_ptr_not_equal(maps_find(&maps, (uintptr_t)at + 8192), m);
  maps_deinit(&maps);
  munmap(at, 8192);
  unlink(path);
}

static void touched_pages_are_resident(void **state) {
  enum { PAGES = 16, TOUCHED = 5 };
  char path[] = "/tmp/smaps.XXXXXX";
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  struct stat st;
  char *at = map_file(path, &st, PAGES * page);
  struct maps maps;
  (void)state;
  for (int i = 0; i < TOUCHED; i++)
    at[(size_t)i * page] = 1;
  assert_null(smaps_read(getpid(), &maps));
  const struct mapping *m = maps_find(&maps, (uintptr_t)at);
  assert_non_null(m);
  assert_int_equal(m->resident, TOUCHED * page);
  maps_deinit(&maps);
  munmap(at, PAGES * page);
  unlink(path);
}

static bool count_first(void *context, const struct mapping *mapping) {
  assert_true(mapping->start < mapping->end);
  return ++*(int *)context < 3;
}

static void a_visit_ends_when_the_visitor_says_so(void **state) {
  int n = 0;
  (void)state;
  assert_int_equal(maps_visit(getpid(), count_first, &n), 0);
  assert_int_equal(n, 3);
}

static void a_process_that_is_not_there_is_an_error(void **state) {
  struct maps maps;
  (void)state;
  struct error *err = maps_read(0x7ffffff0, &maps);
  assert_non_null(err);
  assert_int_equal(err->code, ERROR_SYSTEM);
  error_destroy(err);
  err = smaps_read(0x7ffffff0, &maps);
  assert_non_null(err);
  assert_int_equal(err->code, ERROR_CANNOT);
  error_destroy(err);
}

RUN(TEST(all_fields_of_a_line_are_read), TEST(a_mapping_that_is_listed_again_counts_once),
    TEST(a_mapping_without_a_path_has_an_empty_one), TEST(paths_keep_blanks_deletions_and_escapes),
    TEST(a_path_may_be_longer_than_path_max), TEST(the_highest_addresses_are_read),
    TEST(what_is_no_mapping_is_refused_and_writes_nothing),
    TEST(a_cut_line_has_true_numbers_or_none), TEST(the_own_mappings_are_found_by_address),
    TEST(touched_pages_are_resident), TEST(a_visit_ends_when_the_visitor_says_so),
    TEST(a_process_that_is_not_there_is_an_error))
