/* Locations that no sample refers to any more. */
#include "model/drop_locations.h"
#include "test.h"

static void unused_locations_go_and_the_others_keep_their_stacks(void **state) {
  _cleanup_profile_ struct profile *profile = build_profile("types objects/count\n"
                                                            "sample 1 | a;main\n"
                                                            "sample 2 | b;unused;main\n"
                                                            "sample 3 | c;b;main\n");
  (void)state;
  assert_int_equal(profile->n_locations, 5);
  profile->samples[1] = profile->samples[2];
  profile->n_samples = 2;
  assert_ok(profile_drop_locations(profile));
  assert_int_equal(profile->n_locations, 4);
  assert_string_equal(stack_text(profile, 0), "a;main");
  assert_string_equal(stack_text(profile, 1), "c;b;main");
}

static void nothing_is_left_of_a_profile_without_samples(void **state) {
  _cleanup_profile_ struct profile *profile =
      build_profile("types objects/count\nsample 1 | a;b\n");
  (void)state;
  profile->n_samples = 0;
  assert_ok(profile_drop_locations(profile));
  assert_int_equal(profile->n_locations, 0);
}

RUN(TEST(unused_locations_go_and_the_others_keep_their_stacks),
    TEST(nothing_is_left_of_a_profile_without_samples))
