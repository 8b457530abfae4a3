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

/* Ranges that come one by one, or many at once, make the set that a map of single addresses makes. */
static void ranges_are_those_of_single_addresses(void **state) {
  enum { ADDRESSES = 256, ROUNDS = 300 };
  (void)state;
  uint64_t random = 88172645463325252;
  for (int round = 0; round < ROUNDS; round++) {
    bool there[ADDRESSES + 1] = {0};
    struct ranges set = {0};
    for (int i = 0; i < 40; i++) {
      random ^= random << 13;
      random ^= random >> 7;
      random ^= random << 17;
      uint64_t start = random % ADDRESSES, end = start + (random >> 20) % 12;
      end = end < ADDRESSES ? end : ADDRESSES;
      assert_true(ranges_add(&set, start, end));
      memset(&there[start], true, end - start);
      if ((random >> 40) % 12 < (uint64_t)(round % 12)) /* after few, or after many */
        ranges_sort(&set);
    }
    ranges_sort(&set);
    size_t n = 0;
    for (int i = 0; i < ADDRESSES; i++) {
      assert_int_equal(ranges_hold(&set, (uint64_t)i), there[i]);
      n += there[i] && !there[i + 1];
    }
    assert_int_equal(set.count, n);
    ranges_deinit(&set);
  }
}

RUN(TEST(overlaps_are_joined_and_gaps_are_what_is_left), TEST(ranges_are_those_of_single_addresses))
