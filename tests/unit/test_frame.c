#include "test.h"

#include "model/frame.h"
#include "model/stable_name.h"

static const char *const PROFILE = "types space/bytes\n"
                                   "mapping 0x1000 0x2000 0 /usr/lib/libfoo.so.1 aa\n"
                                   "mapping 0x3000 0x4000 0 [vdso] bb\n"
                                   "mapping 0x5000 0x6000 0 /opt/libfoo.so.1 cc\n"
                                   "sample 1 | inner<outer;-%0+0x1010;-%1+0x3010;-%2+0x5010;-";

static void frames_have_names_as_in_pprof(void **state) {
  (void)state;
  _cleanup_profile_ struct profile *profile = build_profile(PROFILE);
  assert_string_equal(stack_text(profile, 0),
                      "inner;outer;[libfoo.so.1];[vdso];[libfoo.so.1];<unknown>");
}

static void a_function_without_a_name_falls_back(void **state) {
  (void)state;
  _cleanup_profile_ struct profile *profile = build_profile("types space/bytes\nsample 1 | f@a.c");
  profile->functions[0].name = profile_string(profile, "");
  profile->functions[0].system_name = profile_string(profile, "_Z1f");
  assert_string_equal(stack_text(profile, 0), "_Z1f");
  profile->functions[0].system_name = profile_string(profile, "");
  assert_string_equal(stack_text(profile, 0), "a.c");
}

static void equal_names_are_equal_pointers(void **state) {
  (void)state;
  _cleanup_profile_ struct profile *profile = build_profile(PROFILE);
  struct arena arena = ARENA_INIT;
  struct frame_names names;
  assert_ok(frame_names_init(&names, profile, &arena));
  const char *one = frame_names_get(&names, &profile->locations[1], 0);
  assert_string_equal(one, "[libfoo.so.1]");
  assert_ptr_equal(one, frame_names_get(&names, &profile->locations[3], 0));
  assert_ptr_not_equal(one, frame_names_get(&names, &profile->locations[2], 0));
  frame_names_deinit(&names);
  arena_deinit(&arena);
}

static void assert_stable(const char *name, const char *stable) {
  char text[256] = {0};
  memcpy(text, name, stable_name_length(name));
  assert_string_equal(text, stable);
}

static void compilers_suffixes_are_not_part_of_a_name(void **state) {
  (void)state;
  assert_stable("foo", "foo");
  assert_stable("foo.constprop.0", "foo");
  assert_stable("foo.isra.0.constprop.12", "foo");
  assert_stable("foo.part.0.cold", "foo");
  assert_stable("foo.llvm.1234567890", "foo");
  assert_stable("ns::foo(int) [clone .cold]", "ns::foo(int)");
  assert_stable("ns::foo(int) [clone .isra.0] [clone .cold]", "ns::foo(int)");
  assert_stable("ns::foo(int) (.llvm.123)", "ns::foo(int)");
  assert_stable("core::ops::function::FnOnce::call_once::h0123456789abcdef",
                "core::ops::function::FnOnce::call_once");
  assert_stable("foo::h0123456789abcdef.llvm.77", "foo");
}

static void what_is_no_suffix_stays(void **state) {
  (void)state;
  static const char *const names[] = {
      "",
      ".cold",
      "main.main.func1.2",
      "main.cold_start",
      "operator()(int)",
      "f(int (.*)(int))",
      "hash::h0123456789abcde",
      "hash::h0123456789abcdeg",
      "::h0123456789abcdef",
      "std::vector<int, std::allocator<int> >::push_back(int&&)",
      "(anonymous namespace)::f()",
      "a[clone",
      "]",
      ")",
  };
  for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
    assert_stable(names[i], names[i]);
}

RUN(TEST(frames_have_names_as_in_pprof), TEST(a_function_without_a_name_falls_back),
    TEST(equal_names_are_equal_pointers), TEST(compilers_suffixes_are_not_part_of_a_name),
    TEST(what_is_no_suffix_stays))
