/* A finding's frames in the reports: what is not known of them is left out, in all alike. */
#include "test.h"

#include "base/cleanup.h"
#include "report/findings.h"

#include <stdio.h>

static const struct finding_frame frames[] = {
    {.function = "known", .file = "/src/a.c", .module = "/bin/prog", .line = 7},
    {.function = "no_line", .file = "/src/b.c", .module = "/bin/prog"},
    {.function = "no_file", .file = "", .module = "/lib/c.so"},
    {.function = "nothing", .file = "", .module = ""},
};
static const struct finding_stack stack = {.frames = frames, .n_frames = 4, .note = "a note"};

/* The report of one finding with that stack, which points at the frame without a line. */
static char *report(findings_fn *write) {
  struct finding finding = {.rule = "alloc_space",
                            .name = "whole program",
                            .level = FINDING_FAILED,
                            .message = "too much",
                            .stacks = &stack,
                            .n_stacks = 1,
                            .place = frames[1]};
  struct finding_suite suite = {.name = "p", .findings = &finding, .n_findings = 1, .error = ""};
  struct findings findings = {.command = "check", .suites = &suite, .n_suites = 1};
  char *text = NULL;
  size_t size;
  FILE *out = open_memstream(&text, &size);
  assert_non_null(out);
  assert_ok(write(&findings, "/src", out));
  fclose(out);
  return text;
}

static void assert_frames(findings_fn *write) {
  _cleanup_free_ char *text = report(write);
  assert_non_null(strstr(text, "known (a.c:7)\n"));
  assert_non_null(strstr(text, "no_line (b.c)\n"));
  assert_non_null(strstr(text, "no_file (in /lib/c.so)\n"));
  assert_non_null(strstr(text, "nothing\n"));
  assert_null(strstr(text, ":0"));
}

static char *unescaped(char *text) {
  char *to = text;
  for (const char *from = text; *from;) {
    bool is_underscore = !strncmp(from, "&#95;", 5);
    *to++ = is_underscore ? '_' : *from;
    from += is_underscore ? 5 : 1;
  }
  *to = '\0';
  return text;
}

static void junit_shows_what_is_known_of_a_frame(void **state) {
  (void)state;
  assert_frames(findings_junit);
}

static struct error *markdown(const struct findings *findings, const char *root, FILE *out) {
  char *text = NULL;
  size_t size;
  FILE *raw = open_memstream(&text, &size);
  struct error *err = findings_markdown(findings, root, raw);
  fclose(raw);
  fputs(unescaped(text), out);
  free(text);
  return err;
}

static void markdown_shows_what_is_known_of_a_frame(void **state) {
  (void)state;
  assert_frames(markdown);
  _cleanup_free_ char *text = report(markdown);
  assert_non_null(strstr(text, "| too much | b.c |\n"));
}

RUN(TEST(junit_shows_what_is_known_of_a_frame), TEST(markdown_shows_what_is_known_of_a_frame))
