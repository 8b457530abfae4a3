#include "test.h"

#include <stdio.h>

static void strings_are_interned(void **state) {
  (void)state;
  _cleanup_profile_ struct profile *profile = NULL;
  assert_ok(profile_create(&profile));
  const char *hello = profile_string(profile, "hello");
  char copy[] = "hello";
  assert_string_equal(hello, "hello");
  assert_ptr_equal(profile_string(profile, copy), hello);
  assert_ptr_equal(profile_string_n(profile, "hello, world", 5), hello);
  assert_ptr_not_equal(profile_string(profile, "hellp"), hello);
  assert_ptr_equal(profile_string(profile, NULL), profile_string(profile, ""));
  assert_ptr_equal(profile_string(profile, ""), profile->drop_frames);
}

static void a_string_ends_at_a_nul(void **state) {
  (void)state;
  _cleanup_profile_ struct profile *profile = NULL;
  assert_ok(profile_create(&profile));
  assert_ptr_equal(profile_string_n(profile, "ab\0cd", 5), profile_string(profile, "ab"));
}

static void interning_survives_growth(void **state) {
  (void)state;
  enum { N = 20000 };
  static const char *strings[N];
  char text[32];
  _cleanup_profile_ struct profile *profile = NULL;
  assert_ok(profile_create(&profile));
  for (int i = 0; i < N; i++) {
    snprintf(text, sizeof(text), "function_%d", i);
    strings[i] = profile_string(profile, text);
  }
  for (int i = 0; i < N; i++) {
    snprintf(text, sizeof(text), "function_%d", i);
    assert_ptr_equal(profile_string(profile, text), strings[i]);
    assert_string_equal(strings[i], text);
  }
}

static void indices_count_up(void **state) {
  (void)state;
  _cleanup_profile_ struct profile *profile = NULL;
  assert_ok(profile_create(&profile));
  for (uint32_t i = 0; i < 1000; i++) {
    uint32_t index = 77;
    struct profile_function function = {.name = profile_string(profile, "f"), .start_line = i};
    assert_ok(profile_add_function(profile, &function, &index));
    assert_int_equal(index, i);
  }
  assert_int_equal(profile->n_functions, 1000);
  assert_int_equal(profile->functions[999].start_line, 999);
}

static void sample_types_by_name(void **state) {
  (void)state;
  _cleanup_profile_ struct profile *profile =
      build_profile("types alloc_objects/count alloc_space/bytes inuse_space/bytes");
  assert_int_equal(profile_sample_type(profile, "alloc_space"), 1);
  assert_int_equal(profile_sample_type(profile, "space"), -1);
  /* pprof: the last one unless the profile says. */
  assert_int_equal(profile_sample_type(profile, NULL), 2);
  profile->default_sample_type = profile_string(profile, "alloc_objects");
  assert_int_equal(profile_sample_type(profile, NULL), 0);
  profile->default_sample_type = profile_string(profile, "gone");
  assert_int_equal(profile_sample_type(profile, NULL), 2);
}

RUN(TEST(strings_are_interned), TEST(a_string_ends_at_a_nul), TEST(interning_survives_growth),
    TEST(indices_count_up), TEST(sample_types_by_name))
