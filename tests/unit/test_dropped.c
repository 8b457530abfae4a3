/* The comment by which a profile says what its recording does not hold. */
#include "test.h"

#include "model/dropped.h"
#include "report/running_lines.h"

static struct profile *with_comments(const char *const *comments) {
  struct profile *profile;
  assert_null(profile_create(&profile));
  for (; *comments; comments++)
    assert_null(profile_add_comment(profile, *comments));
  return profile;
}

static void assert_said(const char *const *comments, const char *wanted) {
  _cleanup_profile_ struct profile *profile = with_comments(comments);
  _cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
  struct profile_dropped dropped;
  assert_true(profile_is_incomplete(profile));
  assert_true(profile_dropped(profile, &dropped));
  dropped_append(&sb, &dropped);
  assert_string_equal(sb.data, wanted);
}

static void a_profile_without_the_comment_is_complete(void **state) {
  (void)state;
  const char *const comments[] = {"totals: allocs=1 frees=0 bytes=8 threads=1", "sampling: exact",
                                  "dropped: space=", "was dropped: space=1 reentrant=1 limit=1",
                                  NULL};
  _cleanup_profile_ struct profile *profile = with_comments(comments);
  assert_false(profile_is_incomplete(profile));
}

static void the_comment_is_put_into_words(void **state) {
  (void)state;
  assert_said((const char *[]){"dropped: space=8 reentrant=0 limit=9 allocs=7 bytes=2048", NULL},
              "7 allocations of 2.0 KiB were not recorded (no room for the recording)");
  assert_said((const char *[]){"dropped: space=0 reentrant=1 limit=0", NULL},
              "1 event was not recorded (made in signal handlers)");
  assert_said((const char *[]){"dropped: space=0 reentrant=2 limit=3 allocs=1 bytes=1", NULL},
              "1 allocation of 1 B was not recorded (made in signal handlers, a table of the "
              "recording was full)");
  /* A thread without counters: no sum has its allocations. */
  assert_said((const char *[]){"dropped: space=0 reentrant=0 limit=1 allocs=0 bytes=0", NULL},
              "1 event was not recorded (a table of the recording was full)");
}

static void merged_profiles_add_up(void **state) {
  (void)state;
  assert_said((const char *[]){"dropped: space=1 reentrant=0 limit=0 allocs=5 bytes=1024",
                               "sampling: exact",
                               "dropped: space=2 reentrant=0 limit=0 allocs=6 bytes=1024", NULL},
              "11 allocations of 2.0 KiB were not recorded (no room for the recording)");
  /* A sampled one does not know its allocations, so their sum is not known. */
  assert_said((const char *[]){"dropped: space=1 reentrant=0 limit=0 allocs=5 bytes=1024",
                               "dropped: space=2 reentrant=0 limit=0", NULL},
              "3 events were not recorded (no room for the recording)");
}

static void the_live_view_says_it_in_place_of_exact(void **state) {
  (void)state;
  _cleanup_strbuf_ struct strbuf whole = STRBUF_INIT, part = STRBUF_INIT;
  struct heap_stats stats = {.exact = true, .n_heap_threads = 2};
  report_running_work(&whole, &stats);
  assert_non_null(strstr(whole.data, "2 threads  exact"));
  stats.dropped = 12;
  report_running_work(&part, &stats);
  assert_non_null(strstr(part.data, "2 threads  12 dropped"));
  assert_null(strstr(part.data, "exact"));
}

RUN(TEST(a_profile_without_the_comment_is_complete), TEST(the_comment_is_put_into_words),
    TEST(merged_profiles_add_up), TEST(the_live_view_says_it_in_place_of_exact))
