#include "model/prune.h"
#include "test.h"

#include "model/filter.h"

#include <stdio.h>

static const char *const PROFILE =
    "types space/bytes\n"
    "mapping 0x1000 0x2000 0 /usr/lib/libfoo.so aa\n"
    "sample 1 | alloc@a.c;work@w.c;main@m.c | bytes=100 thread='io'\n"
    "sample 2 | alloc@a.c<inl@i.h;main@m.c | bytes=4096bytes thread='worker'\n"
    "sample 4 | -%0+0x1010;main@m.c | thread_id=7\n"
    "sample 8 | other@o.c;rec@r.c;work@w.c;rec@r.c;start@s.c | bytes=65536\n";

/* The samples that are left: "value stack, ..." */
static const char *filtered(const struct profile_filter *filter,
                            struct profile_filter_matched *matched) {
  static char text[4096];
  _cleanup_profile_ struct profile *profile = build_profile(PROFILE);
  assert_ok(profile_filter(profile, filter, matched));
  size_t n = 0;
  text[0] = '\0';
  for (size_t i = 0; i < profile->n_samples; i++)
    n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%lld %s", i ? ", " : "",
                          (long long)sample_value(profile, i, NULL), stack_text(profile, i));
  return text;
}

#define FILTERED(...) filtered(&(struct profile_filter){__VA_ARGS__}, NULL)

static void nothing_asked_nothing_done(void **state) {
  (void)state;
  assert_string_equal(FILTERED(.focus = ""),
                      "1 alloc;work;main, 2 alloc;inl;main, 4 [libfoo.so];main, "
                      "8 other;rec;work;rec;start");
}

static void focus_keeps_whole_stacks(void **state) {
  (void)state;
  assert_string_equal(FILTERED(.focus = "work"), "1 alloc;work;main, 8 other;rec;work;rec;start");
  assert_string_equal(FILTERED(.focus = "^inl$"), "2 alloc;inl;main");
  assert_string_equal(FILTERED(.focus = "i\\.h"), "2 alloc;inl;main");
  assert_string_equal(FILTERED(.focus = "libfoo"), "4 [libfoo.so];main");
}

static void ignore_drops_whole_stacks(void **state) {
  (void)state;
  assert_string_equal(FILTERED(.ignore = "work|libfoo"), "2 alloc;inl;main");
  assert_string_equal(FILTERED(.focus = "work", .ignore = "start"), "1 alloc;work;main");
}

static void hide_drops_frames(void **state) {
  (void)state;
  assert_string_equal(FILTERED(.hide = "alloc|libfoo|rec"),
                      "1 work;main, 2 inl;main, 4 main, 8 other;work;start");
  /* A stack of which nothing is left goes. */
  assert_string_equal(FILTERED(.hide = "main|libfoo|alloc"),
                      "1 work, 2 inl, 8 other;rec;work;rec;start");
}

static void show_keeps_frames(void **state) {
  (void)state;
  assert_string_equal(FILTERED(.show = "^work$|^inl$"), "1 work, 2 inl, 8 work");
  assert_string_equal(FILTERED(.show = "libfoo"), "4 [libfoo.so]");
}

static void focus_sees_what_hide_hides(void **state) {
  (void)state;
  assert_string_equal(FILTERED(.focus = "inl", .hide = "inl"), "2 alloc;main");
}

static void show_from_cuts_callers(void **state) {
  (void)state;
  /* The outermost match, seen from the root. */
  assert_string_equal(FILTERED(.show_from = "^rec$"), "8 other;rec;work;rec");
  assert_string_equal(FILTERED(.show_from = "^alloc$"), "1 alloc, 2 alloc");
  assert_string_equal(FILTERED(.show_from = "libfoo"), "4 [libfoo.so]");
  assert_string_equal(FILTERED(.show_from = "nobody"), "");
}

static void tags_by_expression(void **state) {
  (void)state;
  assert_string_equal(FILTERED(.tagfocus = "thread:wor"), "2 alloc;inl;main");
  assert_string_equal(FILTERED(.tagfocus = "thread=io,worker"),
                      "1 alloc;work;main, 2 alloc;inl;main");
  /* Without a key all have to match. */
  assert_string_equal(FILTERED(.tagfocus = "io,worker"), "");
  assert_string_equal(FILTERED(.tagignore = "thread=."),
                      "4 [libfoo.so];main, 8 other;rec;work;rec;start");
}

static void tags_by_range(void **state) {
  (void)state;
  assert_string_equal(FILTERED(.tagfocus = "4kb"), "2 alloc;inl;main");
  assert_string_equal(FILTERED(.tagfocus = "4kb:"), "2 alloc;inl;main, 8 other;rec;work;rec;start");
  assert_string_equal(FILTERED(.tagfocus = ":4kb"), "1 alloc;work;main, 2 alloc;inl;main");
  assert_string_equal(FILTERED(.tagfocus = "bytes=101b:64kb"),
                      "2 alloc;inl;main, 8 other;rec;work;rec;start");
  assert_string_equal(FILTERED(.tagignore = "1b:1gb"), "4 [libfoo.so];main");
  assert_string_equal(FILTERED(.tagfocus = "thread_id=7"), "4 [libfoo.so];main");
  assert_string_equal(FILTERED(.tagfocus = "thread_id=8:"), "");
}

static void what_matched_is_told(void **state) {
  (void)state;
  struct profile_filter_matched matched = {0};
  filtered(&(struct profile_filter){.focus = "work", .ignore = "nobody", .hide = "nobody"},
           &matched);
  assert_true(matched.focus && matched.show && matched.tagfocus);
  assert_false(matched.ignore || matched.hide);
  filtered(&(struct profile_filter){.tagfocus = "nobody", .show_from = "nobody"}, &matched);
  assert_false(matched.tagfocus || matched.show_from);
}

static void a_bad_expression_changes_nothing(void **state) {
  (void)state;
  _cleanup_profile_ struct profile *profile = build_profile(PROFILE);
  struct profile_filter bad = {.focus = "work", .hide = "work", .tagignore = "thread=("};
  assert_error(profile_filter(profile, &bad, NULL), ERROR_BAD_INPUT, "--tagignore");
  bad = (struct profile_filter){.focus = "work", .show_from = "["};
  assert_error(profile_filter(profile, &bad, NULL), ERROR_BAD_INPUT, "--show-from");
  assert_int_equal(profile->n_samples, 4);
  assert_string_equal(stack_text(profile, 0), "alloc;work;main");
}

/* Prune: pprof's profile_test.go cases in spirit. */
static const char *pruned(const char *text) {
  static char stacks[4096];
  _cleanup_profile_ struct profile *profile = build_profile(text);
  assert_ok(profile_prune(profile));
  size_t n = 0;
  stacks[0] = '\0';
  for (size_t i = 0; i < profile->n_samples; i++)
    n += (size_t)snprintf(stacks + n, sizeof(stacks) - n, "%s%s", i ? ", " : "",
                          stack_text(profile, i));
  return stacks;
}

static void dropped_frames_go_with_what_they_called(void **state) {
  (void)state;
  assert_string_equal(pruned("types space/bytes\ndrop malloc|operator new.*\n"
                             "sample 1 | sysmalloc;malloc;user;main\n"
                             "sample 1 | malloc;operator new(unsigned long)<make;main\n"
                             "sample 1 | my_malloc;user;malloc_user;main"),
                      "user;main, make;main, my_malloc;user;malloc_user;main");
}

static void drop_matches_the_name_without_arguments(void **state) {
  (void)state;
  assert_string_equal(pruned("types space/bytes\ndrop operator new\n"
                             "sample 1 | operator new(unsigned long);main\n"
                             "sample 1 | operator new[](unsigned long);main"),
                      "main, operator new[](unsigned long);main");
}

static void keep_overrules_drop(void **state) {
  (void)state;
  assert_string_equal(pruned("types space/bytes\ndrop .*alloc\nkeep my_.*\n"
                             "sample 1 | malloc;my_alloc;main"),
                      "my_alloc;main");
}

static void a_stack_of_nothing_else_stays(void **state) {
  (void)state;
  assert_string_equal(pruned("types space/bytes\ndrop .*alloc\n"
                             "sample 1 | malloc;realloc\n"
                             "sample 1 | malloc;user;calloc"),
                      "malloc;realloc, user;calloc");
}

static void a_hostile_drop_frames_is_refused(void **state) {
  (void)state;
  _cleanup_profile_ struct profile *profile = build_profile(
      "types space/bytes\ndrop (a+)+\nsample 1 | aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab");
  assert_error(profile_prune(profile), ERROR_BAD_INPUT, "drop_frames");
  profile->drop_frames = profile_string(profile, "(");
  assert_error(profile_prune(profile), ERROR_BAD_INPUT, "drop_frames");
}

RUN(TEST(nothing_asked_nothing_done), TEST(focus_keeps_whole_stacks),
    TEST(ignore_drops_whole_stacks), TEST(hide_drops_frames), TEST(show_keeps_frames),
    TEST(focus_sees_what_hide_hides), TEST(show_from_cuts_callers), TEST(tags_by_expression),
    TEST(tags_by_range), TEST(what_matched_is_told), TEST(a_bad_expression_changes_nothing),
    TEST(dropped_frames_go_with_what_they_called), TEST(drop_matches_the_name_without_arguments),
    TEST(keep_overrules_drop), TEST(a_stack_of_nothing_else_stays),
    TEST(a_hostile_drop_frames_is_refused))
