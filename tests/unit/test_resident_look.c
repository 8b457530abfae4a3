/* Looks at where resident memory is: as comments of profiles, and in words. */
#include "test.h"

#include "model/resident_look.h"
#include "report/memory_rest.h"

#define MIB "000000"
#define TYPES "types alloc_space/bytes inuse_space/bytes peak_space/bytes\n"
#define PARTS(total, live, allocator, anonymous, blocks, rest)                                     \
  "comment resident: total=" total " live=" live " allocator=" allocator " anonymous=" anonymous   \
  " blocks=" blocks " stacks=0 modules=" rest " files=0 shared=0 recording=0 age_ns=1500000000"

static void assert_rest(const char *text, const char *expected) {
  _cleanup_profile_ struct profile *profile = build_profile(text);
  _cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
  strbuf_append(&sb, "");
  assert_int_equal(memory_rest_append(&sb, profile), *expected != '\0');
  assert_string_equal(sb.data, expected);
}

static void the_largest_part_is_named(void **state) {
  (void)state;
  assert_rest(TYPES
              "comment memory: peak_rss=310" MIB
              "\n" PARTS("308" MIB, "8" MIB, "0", "294" MIB, "0", "6" MIB) " detailed=1 program=py",
              "98% of the rest is anonymous memory that py mapped itself");
  assert_rest(TYPES "comment memory: peak_rss=308" MIB "\n" PARTS(
                  "308" MIB, "8" MIB, "0", "294" MIB, "0", "6" MIB) " detailed=0 program=a b",
              "98% of the rest is anonymous memory of a b");
  assert_rest(TYPES
              "comment memory: peak_rss=308" MIB
              "\n" PARTS("308" MIB, "8" MIB, "6" MIB, "0", "0", "294" MIB) " detailed=1 program=",
              "98% of the rest is code and data of the program and its libraries");
}

static void parts_are_named_until_they_are_half(void **state) {
  (void)state;
  assert_rest(
      TYPES PARTS("108" MIB, "8" MIB, "30" MIB, "40" MIB, "0", "30" MIB) " detailed=1 program=py",
      "40% of the rest is anonymous memory that py mapped itself, 30% free blocks and "
      "rounding of the allocator's");
}

/* Memory that may be blocks which were not sampled is not called the program's own. */
static void a_doubt_is_not_stated(void **state) {
  (void)state;
  assert_rest(
      TYPES PARTS("108" MIB, "8" MIB, "0", "94" MIB, "40" MIB, "6" MIB) " detailed=1 program=py",
      "94% of the rest is anonymous memory of py");
}

static void another_moment_than_the_peak_is_said(void **state) {
  (void)state;
  static const char was[] =
      "94% of the rest was anonymous memory that py mapped itself when 1.0 MiB were "
      "resident, 0 B of it in live blocks, 1.5 s after its start";
  assert_rest(TYPES "comment memory: peak_rss=1200000\n" PARTS("1048576", "0", "0", "985661", "0",
                                                               "62915") " detailed=1 program=py",
              was);
  /* The heap had gone by then. */
  assert_rest(TYPES
              "sample 500000 0 500000 | f | bytes=100\ncomment memory: peak_rss=1048576\n" PARTS(
                  "1048576", "0", "0", "985661", "0", "62915") " detailed=1 program=py",
              was);
}

static void the_process_with_most_counts(void **state) {
  (void)state;
  assert_rest(TYPES PARTS("10" MIB, "0", "0", "10" MIB, "0", "0") " detailed=1 program=a\n" PARTS(
                  "100" MIB, "0", "0", "100" MIB, "0",
                  "0") " detailed=1 program=b\n" PARTS("20" MIB, "0", "0", "20" MIB, "0",
                                                       "0") " detailed=1 program=c",
              "100% of the rest is anonymous memory that b mapped itself");
}

/* Profiles have rounding since 2026-11-29; it takes no part in the words. */
static void older_comments_are_read(void **state) {
  (void)state;
  struct resident_look look;
  const char *program;
  _cleanup_profile_ struct profile *profile =
      build_profile(TYPES PARTS("10" MIB, "1" MIB, "9" MIB, "0", "0", "0") " detailed=1 program=a");
  assert_true(profile_resident_look(profile, &look, &program));
  assert_int_equal(look.rounding, 0);
  _cleanup_profile_ struct profile *newer = build_profile(TYPES PARTS(
      "10" MIB, "1" MIB, "9" MIB, "0", "0", "0") " detailed=1 rounding=400 program=rounding=7");
  assert_true(profile_resident_look(newer, &look, &program));
  assert_int_equal(look.rounding, 400);
  assert_string_equal(program, "rounding=7");
}

static void nothing_is_said_where_nobody_looked(void **state) {
  (void)state;
  assert_rest(TYPES "comment memory: peak_rss=310" MIB, "");
  assert_rest(
      TYPES PARTS("8" MIB, "8" MIB, "0", "0", "0", "0") " detailed=1 program=all is malloc's", "");
  assert_rest(TYPES "comment resident: total=junk", "");
  assert_rest(TYPES "comment resident: total=5", "");
  assert_rest(TYPES PARTS("8" MIB, "8" MIB, "0", "0", "0", "0"), "");
}

RUN(TEST(the_largest_part_is_named), TEST(parts_are_named_until_they_are_half),
    TEST(a_doubt_is_not_stated), TEST(another_moment_than_the_peak_is_said),
    TEST(the_process_with_most_counts), TEST(older_comments_are_read),
    TEST(nothing_is_said_where_nobody_looked))
