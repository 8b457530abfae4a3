/* Suppressions, read and applied. The rules are those of LeakSanitizer's and valgrind's manuals. */
#include "base/strbuf.h"
#include "leak/suppress.h"
#include "test.h"

#define TYPES                                                                                      \
  "types definite_objects/count definite_space/bytes indirect_objects/count indirect_space/bytes " \
  "possible_objects/count possible_space/bytes reachable_objects/count reachable_space/bytes "     \
  "suppressed_objects/count suppressed_space/bytes\n"                                              \
  "mapping 0x1000 0x9000 0 /usr/lib/libfoo.so.1 id1\n"

/* One stack: make_tree <- Parser::parse (in src/parser.c, line 7) <- main. */
#define STACK                                                                                      \
  " | make_tree@src/tree.c:3%0+0x1010;Parser::parse@src/parser.c:7%0+0x1020;main%0+0x1030 "
static const char *const DEFINITE = TYPES "sample 2 200 0 0 0 0 0 0 0 0" STACK "| site=1\n";
static const char *const REACHABLE = TYPES "sample 0 0 0 0 0 0 2 200 0 0" STACK "| site=1\n";

static struct error *read_text(struct suppressions *suppressions, const char *text) {
  return suppressions_parse(suppressions, text, strlen(text), "known.supp");
}

/* The bytes of the profile's first sample that the text suppresses. */
static int64_t suppressed(const char *profile_text, const char *text) {
  struct suppressions suppressions = {0};
  _cleanup_profile_ struct profile *profile = build_profile(profile_text);
  assert_ok(read_text(&suppressions, text));
  assert_ok(suppressions_apply(&suppressions, profile));
  suppressions_deinit(&suppressions);
  return sample_value(profile, 0, "suppressed_space");
}

#define COUNT_OF(entries) (sizeof(entries) / sizeof((entries)[0]))

/* Each of the texts suppresses that many bytes of a definite leak. */
static void assert_each(const char *const *texts, size_t n, int64_t bytes) {
  for (size_t i = 0; i < n; i++)
    if (suppressed(DEFINITE, texts[i]) != bytes)
      fail_msg("%s: %s", bytes ? "does not match" : "matches", texts[i]);
}

static void leak_sanitizers_patterns_match_any_part_of_any_frame(void **state) {
  static const char *const matching[] = {"leak:make_tree", "leak:tree",
                                         "leak:arse",      "leak:^Parser::",
                                         "leak:parser.c$", "leak:libfoo",
                                         "leak:make*tree", "leak:^main$",
                                         "leak:Par*par*e", "# a comment\n\n  leak:main  \nleak:x"};
  static const char *const others[] = {"leak:tree_make", "leak:^parse",     "leak:Parser$",
                                       "leak:^ain",      "leak:parse*Pars", ""};
  (void)state;
  assert_each(matching, COUNT_OF(matching), 200);
  assert_each(others, COUNT_OF(others), 0);
  assert_int_equal(suppressed(REACHABLE, "leak:main"), 0);
}

#define ENTRY(frames) "{\n  a name\n  Memcheck:Leak\n" frames "}\n"

static void valgrinds_entries_match_from_the_allocation_on(void **state) {
  static const char *const matching[] = {
      ENTRY("fun:make_tree\n"),
      ENTRY("fun:malloc\nfun:make_tree\n"),
      ENTRY("fun:*alloc\nfun:make_*\nfun:Parser::pars?\nfun:main\n"),
      ENTRY("...\nfun:main\n"),
      ENTRY("fun:make_tree\n...\nsrc:parser.c:7\n"),
      ENTRY("src:tree.c\n"),
      ENTRY("obj:*/libfoo.so*\n"),
      "{\n  a name\n  Addrcheck,Memcheck:Leak\n  fun:make_tree\n}\n",
  };
  static const char *const others[] = {
      ENTRY("fun:main\n"),
      ENTRY("fun:make_tree\nfun:main\n"),
      ENTRY("fun:malloc\nfun:main\n"),
      ENTRY("...\nfun:Parser::parse\nfun:make_tree\n"),
      ENTRY("fun:make_tree\n...\nsrc:parser.c:8\n"),
      ENTRY("fun:make\n"),
      "{\n  a name\n  Memcheck:Cond\n  fun:make_tree\n}\n",
      "{\n  a name\n  Helgrind:Leak\n  fun:make_tree\n}\n",
  };
  (void)state;
  assert_each(matching, COUNT_OF(matching), 200);
  assert_each(others, COUNT_OF(others), 0);
}

/* A mapping at 0x1000 shows the file from its start on, so that frame 0x1010 is at 0x10. */
static void code_without_a_name_is_matched_by_its_place(void **state) {
  static const char *const matching[] = {
      ENTRY("obj:build-id:id1+0x10\n"),
      ENTRY("...\nobj:build-id:id1+0x20\nfun:main\n"),
      ENTRY("obj:build-id:*+0x10\n"),
  };
  static const char *const others[] = {
      ENTRY("obj:build-id:id1+0x11\n"),
      ENTRY("obj:build-id:id2+0x10\n"),
      ENTRY("obj:build-id:id1\n"),
      ENTRY("obj:/usr/lib/libfoo.so.1+0x10\n"),
  };
  (void)state;
  assert_each(matching, COUNT_OF(matching), 200);
  assert_each(others, COUNT_OF(others), 0);
}

/* 601 patterns on 200 locations of 250 frames each are 30,050,000 comparisons. */
static void comparisons_are_limited(void **state) {
  struct strbuf text = STRBUF_INIT, patterns = STRBUF_INIT;
  struct suppressions suppressions = {0};
  (void)state;
  strbuf_append(&text, TYPES);
  for (int i = 0; i < 200; i++) {
    strbuf_append(&text, "sample 2 200 0 0 0 0 0 0 0 0 | f");
    for (int k = 1; k < 250; k++)
      strbuf_append(&text, "<f");
    strbuf_appendf(&text, "%%0+0x%x | site=1\n", 0x1010 + i);
  }
  for (int i = 0; i < 601; i++)
    strbuf_appendf(&patterns, "leak:g%d\n", i);
  _cleanup_profile_ struct profile *profile = build_profile(text.data);
  assert_ok(read_text(&suppressions, patterns.data));
  assert_error(suppressions_apply(&suppressions, profile), ERROR_BAD_INPUT,
               "more than 30000000 comparisons");
  suppressions_deinit(&suppressions);
  strbuf_deinit(&text);
  strbuf_deinit(&patterns);
}

static void match_leak_kinds_chooses_the_kinds(void **state) {
  (void)state;
  assert_int_equal(suppressed(REACHABLE, ENTRY("fun:make_tree\n")), 200);
  assert_int_equal(suppressed(REACHABLE, ENTRY("match-leak-kinds: reachable\nfun:make_tree\n")),
                   200);
  assert_int_equal(
      suppressed(REACHABLE, ENTRY("match-leak-kinds: definite,possible\nfun:make_tree\n")), 0);
  assert_int_equal(suppressed(DEFINITE, ENTRY("match-leak-kinds: reachable\nfun:make_tree\n")), 0);
  assert_int_equal(suppressed(DEFINITE, ENTRY("match-leak-kinds: none\nfun:make_tree\n")), 0);
  assert_int_equal(suppressed(DEFINITE, ENTRY("match-leak-kinds: all\nfun:make_tree\n")), 200);
}

static void the_blocks_that_a_suppressed_leak_lost_go_with_it(void **state) {
  static const char text[] =
      TYPES "sample 1 100 0 0 0 0 0 0 0 0 | head%0+0x1010 | site=1\n"
            "sample 0 0 3 30 0 0 0 0 0 0 | node%0+0x1020 | site=2 lost_by=1\n"
            "sample 0 0 5 50 0 0 0 0 0 0 | node%0+0x1020 | site=2 lost_by=7\n";
  struct suppressions suppressions = {0};
  _cleanup_profile_ struct profile *profile = build_profile(text);
  (void)state;
  assert_ok(read_text(&suppressions, "leak:head"));
  assert_ok(suppressions_apply(&suppressions, profile));
  assert_int_equal(sample_value(profile, 0, "definite_space"), 0);
  assert_int_equal(sample_value(profile, 0, "suppressed_objects"), 1);
  assert_int_equal(sample_value(profile, 1, "suppressed_objects"), 3);
  assert_int_equal(sample_value(profile, 1, "indirect_space"), 0);
  assert_int_equal(sample_value(profile, 2, "suppressed_space"), 0);
  assert_int_equal(suppressions.data[0].used_bytes, 130);
  assert_int_equal(suppressions.data[0].used_objects, 4);
  suppressions_forget_uses(&suppressions);
  assert_int_equal(suppressions.data[0].used_bytes, 0);
  suppressions_deinit(&suppressions);
}

static void faults_are_reported_with_their_line(void **state) {
  static const struct {
    const char *text, *message;
  } faults[] = {
      {"leak:a\nbogus\n", "known.supp:2: expected"},
      {"leak:\n", "known.supp:1: expected"},
      {"\n{\na name\nMemcheck:Leak\nfun:f\n", "lacks its '}'"},
      {"{\na name\n}\n", "known.supp:3: an entry needs a name"},
      {"{\n}\n", "known.supp:2: an entry needs a name"},
      {"{\na name\nMemcheck:Leak\n}\n", "known.supp:4: an entry needs frames"},
      {"{\na name\nMemcheck:Leak\nmain\n}\n", "known.supp:4: expected a frame"},
      {ENTRY("match-leak-kinds: lost\nfun:f\n"), "known.supp:4: match-leak-kinds"},
  };
  (void)state;
  for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
    struct suppressions suppressions = {0};
    assert_error(read_text(&suppressions, faults[i].text), ERROR_BAD_INPUT, faults[i].message);
    suppressions_deinit(&suppressions);
  }
}

RUN(TEST(leak_sanitizers_patterns_match_any_part_of_any_frame),
    TEST(valgrinds_entries_match_from_the_allocation_on),
    TEST(code_without_a_name_is_matched_by_its_place), TEST(comparisons_are_limited),
    TEST(match_leak_kinds_chooses_the_kinds),
    TEST(the_blocks_that_a_suppressed_leak_lost_go_with_it),
    TEST(faults_are_reported_with_their_line))
