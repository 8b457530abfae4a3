/* Names and stacks that are the same across builds, and two kinds of profile as one. */
#include "test.h"

#include "model/align.h"
#include "model/join.h"
#include "model/leak_kinds.h"
#include "model/sample_types.h"
#include "model/stable_name.h"
#include "model/totals.h"

#include <stdio.h>

static void compilers_suffixes_take_no_part(void **state) {
  (void)state;
  static const struct {
    const char *name, *stable;
  } cases[] = {{"parse", "parse"},
               {"parse.constprop.0", "parse"},
               {"parse.part.3.isra.0", "parse"},
               {"parse.cold", "parse"},
               {"parse.llvm.1234567890", "parse"},
               {"parse [clone .cold]", "parse"},
               {"parse(int) [clone .isra.0] [clone .part.1]", "parse(int)"},
               {"a::b::h0123456789abcdef", "a::b"},
               {"a::b::h0123456789abcdeg", "a::b::h0123456789abcdeg"},
               {"main.main.func1.2", "main.main.func1.2"}, /* Go's own numbers */
               {"x.words", "x.words"},
               {".cold", ".cold"}, /* nothing would be left */
               {"", ""}};
  for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
    char text[100];
    snprintf(text, sizeof(text), "%.*s", (int)stable_name_length(cases[i].name), cases[i].name);
    assert_string_equal(text, cases[i].stable);
  }
}

/* The numbers of all samples of both profiles. */
static void align(const char *a, const char *b, uint32_t *ret) {
  struct arena arena = ARENA_INIT;
  struct alignment alignment;
  alignment_init(&alignment, &arena);
  for (int i = 0; i < 2; i++) {
    _cleanup_profile_ struct profile *profile = build_profile(i ? b : a);
    assert_ok(alignment_begin(&alignment, profile));
    for (size_t k = 0; k < profile->n_samples; k++)
      assert_ok(alignment_stack(&alignment, &profile->samples[k], ret++));
    alignment_end(&alignment);
  }
  alignment_deinit(&alignment);
  arena_deinit(&arena);
}

static void stacks_are_the_same_across_builds(void **state) {
  (void)state;
  uint32_t n[6];
  align("types space/bytes\n"
        "sample 1 | f@a.c:1;main@m.c:9\n"
        "sample 1 | f@a.c:1;g@a.c:2;main@m.c:9\n"
        "sample 1 | g@a.c:1;f@a.c:2;main@m.c:9\n",
        /* Other lines, another order, inlined, and split by the compiler. */
        "types space/bytes\n"
        "sample 1 | f@a.c:7<g@a.c:8;main@m.c:1\n"
        "sample 1 | f.constprop.0@b.c:4;main.cold@m.c:3\n"
        "sample 1 | f.part.0@a.c:4;f@a.c:5;main@m.c:3\n",
        n);
  assert_true(n[0] != n[1] && n[0] != n[2] && n[1] != n[2]);
  assert_int_equal(n[3], n[1]);
  assert_int_equal(n[4], n[0]);
  assert_int_equal(n[5], n[0]); /* f and the part that was split off from it are one */
}

static void recursion_is_no_split(void **state) {
  (void)state;
  uint32_t n[2];
  align("types space/bytes\nsample 1 | f;main\n", "types space/bytes\nsample 1 | f;f;main\n", n);
  assert_true(n[0] != n[1]);
}

static void joined_profiles_have_the_types_of_both(void **state) {
  (void)state;
  _cleanup_profile_ struct profile *a = build_profile("types alloc_space/bytes\ncomment mine\n"
                                                      "default alloc_space\n"
                                                      "sample 5 | f;main | thread='t'\n");
  _cleanup_profile_ struct profile *b = build_profile("types definite_space/bytes\ncomment other\n"
                                                      "sample 3 | f;main\n");
  _cleanup_profile_ struct profile *joined = NULL;
  assert_ok(profile_join(a, b, &joined));
  assert_int_equal(joined->n_sample_types, 2);
  assert_int_equal(joined->n_samples, 2);
  assert_int_equal(sample_value(joined, 0, "alloc_space"), 5);
  assert_int_equal(sample_value(joined, 0, "definite_space"), 0);
  assert_int_equal(sample_value(joined, 1, "alloc_space"), 0);
  assert_int_equal(sample_value(joined, 1, "definite_space"), 3);
  assert_string_equal(stack_text(joined, 1), "f;main");
  assert_int_equal(joined->n_functions, 2); /* common to both */
  assert_int_equal(joined->n_comments, 1);
  assert_string_equal(joined->comments[0], "mine");
  assert_string_equal(joined->default_sample_type, "alloc_space");
  struct profile *none = NULL;
  assert_error(profile_join(a, a, &none), ERROR_BAD_INPUT, "both profiles have the sample type");
  assert_null(none);
}

/* "definite" and "definite_space": two tables that must agree. */
static void leak_kinds_are_sample_types(void **state) {
  (void)state;
  _cleanup_profile_ struct profile *profile = NULL;
  assert_ok(profile_create(&profile));
  assert_ok(leak_kinds_set(profile));
  for (enum leak_kind kind = 0; kind < N_LEAK_KINDS; kind++) {
    char name[40];
    snprintf(name, sizeof(name), "%s_objects", leak_kind_names[kind]);
    assert_int_equal(profile_sample_type(profile, name), leak_objects(kind));
    assert_string_equal(profile->sample_types[leak_objects(kind)].unit, "count");
    snprintf(name, sizeof(name), "%s_space", leak_kind_names[kind]);
    assert_int_equal(profile_sample_type(profile, name), leak_bytes(kind));
    assert_string_equal(profile->sample_types[leak_bytes(kind)].unit, "bytes");
  }
  assert_string_equal(profile->default_sample_type, "definite_space");
}

static void types_are_found_by_name_wherever_they_stand(void **state) {
  (void)state;
  _cleanup_profile_ struct profile *profile =
      build_profile("types objects/count space/bytes alloc_space/bytes\nsample 1 10 100 | f\n"
                    "sample 2 20 9223372036854775807 | f\n");
  assert_int_equal(sample_type_index(profile, SAMPLE_ALLOC_SPACE), 2);
  assert_int_equal(sample_type_index(profile, SAMPLE_INUSE_SPACE), -1);
  assert_int_equal(sample_type_named(profile, "inuse_space"), 1);
  assert_int_equal(sample_type_named(profile, "peak_space"), -1);
  assert_true(profile_type_sum(profile, SAMPLE_ALLOC_SPACE) == INT64_MAX); /* not past it */
  assert_int_equal(profile_type_sum(profile, SAMPLE_PEAK_SPACE), 0);
}

RUN(TEST(compilers_suffixes_take_no_part), TEST(stacks_are_the_same_across_builds),
    TEST(recursion_is_no_split), TEST(joined_profiles_have_the_types_of_both),
    TEST(leak_kinds_are_sample_types), TEST(types_are_found_by_name_wherever_they_stand))
