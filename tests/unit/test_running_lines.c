#include "test.h"

#include "report/running_lines.h"

#define MIB ((uint64_t)1 << 20)

static void assert_memory(uint64_t live, uint64_t rss, uint64_t anonymous, const char *expected) {
  _cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
  char program[] = "py\033thon3";
  struct heap_stats stats = {.live_bytes = live * MIB, .program = program};
  strbuf_append(&sb, "");
  report_running_memory(&sb, &stats, rss * MIB, anonymous * MIB);
  assert_string_equal(sb.data, expected);
}

static void the_heaps_share_and_who_has_the_rest(void **state) {
  (void)state;
  assert_memory(46, 346, 340,
                "live heap 13% of RSS; 98% of the rest is anonymous memory of py\\x1bthon3");
  assert_memory(10, 100, 20,
                "live heap 10% of RSS; 89% of the rest is mapped files of py\\x1bthon3");
}

static void parts_that_are_not_known_are_left_out(void **state) {
  (void)state;
  assert_memory(46, 0, 0, "");
  assert_memory(10, 100, 0, "live heap 10% of RSS");
  /* Blocks that were never written to are not resident. */
  assert_memory(300, 100, 90, "live heap 100% of RSS");
}

RUN(TEST(the_heaps_share_and_who_has_the_rest), TEST(parts_that_are_not_known_are_left_out))
