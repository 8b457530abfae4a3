/* Sets of address ranges. */
#include "leak/ranges.h"
#include "test.h"

static void overlaps_are_joined_and_gaps_are_what_is_left(void **state) {
  struct ranges hidden = {0}, rest = {0};
  (void)state;
  assert_true(ranges_add(&hidden, 50, 60) && ranges_add(&hidden, 10, 20) &&
              ranges_add(&hidden, 15, 30) && ranges_add(&hidden, 60, 60));
  ranges_sort(&hidden);
  assert_int_equal(hidden.count, 2);
  assert_true(ranges_hold(&hidden, 29) && !ranges_hold(&hidden, 30) && ranges_hold(&hidden, 50) &&
              !ranges_hold(&hidden, 9));
  assert_true(ranges_add_rest(&rest, 0, 55, &hidden));
  ranges_sort(&rest);
  assert_int_equal(rest.count, 2);
  assert_int_equal(rest.data[0].end, 10);
  assert_int_equal(rest.data[1].start, 30);
  assert_int_equal(rest.data[1].end, 50);
  ranges_deinit(&hidden);
  ranges_deinit(&rest);
}

RUN(TEST(overlaps_are_joined_and_gaps_are_what_is_left))
