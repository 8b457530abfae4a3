#include "test.h"

#include "model/regex.h"

static bool matches(const char *pattern, const char *subject) {
  _cleanup_regex_ struct regex *regex = NULL;
  bool match = false;
  assert_ok(regex_create(pattern, "--focus", &regex));
  assert_ok(regex_match(regex, subject, &match));
  return match;
}

static void matching_is_unanchored_and_in_gos_syntax(void **state) {
  (void)state;
  assert_true(matches("alloc", "my_alloc_fn"));
  assert_false(matches("^alloc", "my_alloc"));
  assert_true(matches("\\balloc\\d+$", "my alloc12"));
  assert_true(matches("(?i)ALLOC", "alloc"));
  assert_true(matches("a(?:b|c)+?d", "xabcbd"));
  assert_true(matches("operator new\\[\\]", "operator new[](unsigned long)"));
  assert_false(matches("a$", "a\n"));
  assert_true(matches("\xff", "name\xff"));
}

static void anchored_matches_the_whole(void **state) {
  (void)state;
  _cleanup_regex_ struct regex *regex = NULL;
  bool match;
  assert_ok(regex_create_anchored("malloc|calloc", "drop_frames", &regex));
  assert_ok(regex_match(regex, "calloc", &match));
  assert_true(match);
  assert_ok(regex_match(regex, "xcalloc", &match));
  assert_false(match);
  assert_ok(regex_match(regex, "malloc_hook", &match));
  assert_false(match);
  assert_ok(regex_match_n(regex, "malloc(int)", 6, &match));
  assert_true(match);
}

static void a_bad_pattern_is_told(void **state) {
  (void)state;
  struct regex *regex = NULL;
  assert_error(regex_create("a(b", "--focus", &regex), ERROR_BAD_INPUT, "--focus: bad regular");
  assert_null(regex);
  assert_error(regex_create("(a{60000}){60000}", "drop_frames", &regex), ERROR_BAD_INPUT,
               "drop_frames");
}

static void an_endless_match_ends(void **state) {
  (void)state;
  _cleanup_regex_ struct regex *regex = NULL;
  char subject[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab";
  bool match = true;
  assert_ok(regex_create("^(a+)+$", "--hide", &regex));
  assert_error(regex_match(regex, subject, &match), ERROR_BAD_INPUT, "takes too long");
  assert_true(match);
}

RUN(TEST(matching_is_unanchored_and_in_gos_syntax), TEST(anchored_matches_the_whole),
    TEST(a_bad_pattern_is_told), TEST(an_endless_match_ends))
