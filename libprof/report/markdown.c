#include "report/findings.h"

#include "base/cleanup.h"
#include "base/strbuf.h"
#include "report/frame_text.h"
#include "report/text.h"

#include <string.h>

/* Most that a comment shows: GitHub takes 65,536 characters of a comment. */
enum { MOST_ROWS = 50, MOST_FOLDED = 20, MOST_FRAMES = 30, MOST_BYTES = 60000 };

/* Characters that mean something to Markdown become entities, which mean nothing in a cell, a
 * heading or HTML; what a terminal would obey is escaped first. */
static void append_text(struct strbuf *sb, const char *text) {
  _cleanup_strbuf_ struct strbuf safe = STRBUF_INIT;
  text_escape(&safe, text);
  if (strbuf_failed(&safe)) {
    sb->failed = true;
    return;
  }
  for (const char *s = safe.data ? safe.data : ""; *s; s++)
    if (strchr("&<>|*_`[]~#\\@!\"", *s))
      strbuf_appendf(sb, "&#%d;", *s);
    else
      strbuf_append_char(sb, *s);
}

static void append_row(struct strbuf *sb, const struct finding_suite *suite,
                       const struct finding *finding, const char *root) {
  strbuf_append(sb, finding->level == FINDING_FAILED   ? "| :x: | "
                    : finding->level == FINDING_ADVICE ? "| :bulb: | "
                                                       : "| :grey_question: | ");
  append_text(sb, suite->name);
  strbuf_append(sb, " | ");
  append_text(sb, finding->message);
  strbuf_append(sb, " | ");
  if (*finding->place.file)
    frame_append_place(sb, &finding->place, root, append_text);
  strbuf_append(sb, " |\n");
}

/* HTML, not a fence: a name cannot end it. */
static void append_stacks(struct strbuf *sb, const struct finding *finding, const char *root) {
  strbuf_append(sb, "<details><summary>");
  append_text(sb, finding->name);
  strbuf_append(sb, "</summary>\n\n<pre>\n");
  for (size_t i = 0; i < finding->n_stacks; i++) {
    append_text(sb, finding->stacks[i].note);
    strbuf_append_char(sb, '\n');
    for (uint32_t k = 0; k < finding->stacks[i].n_frames && k < MOST_FRAMES; k++) {
      strbuf_append(sb, "  ");
      frame_append(sb, &finding->stacks[i].frames[k], root, append_text);
      strbuf_append_char(sb, '\n');
    }
  }
  strbuf_append(sb, "</pre>\n\n</details>\n");
}

struct counts {
  size_t failed, undecided, passed, advice, unchecked;
};

static struct counts count(const struct findings *findings) {
  struct counts counts = {0};
  for (size_t i = 0; i < findings->n_suites; i++) {
    counts.unchecked += *findings->suites[i].error != '\0';
    for (size_t k = 0; k < findings->suites[i].n_findings; k++) {
      enum finding_level level = findings->suites[i].findings[k].level;
      ++*(level == FINDING_FAILED      ? &counts.failed
          : level == FINDING_UNDECIDED ? &counts.undecided
          : level == FINDING_ADVICE    ? &counts.advice
                                       : &counts.passed);
    }
  }
  return counts;
}

static void append_table(struct strbuf *sb, const struct findings *findings, const char *root) {
  size_t rows = 0;
  for (size_t i = 0; i < findings->n_suites; i++)
    for (size_t k = 0; k < findings->suites[i].n_findings; k++) {
      const struct finding *finding = &findings->suites[i].findings[k];
      if (finding->level == FINDING_PASSED)
        continue;
      if (!rows)
        strbuf_append(sb, "\n| | in | what | where |\n| --- | --- | --- | --- |\n");
      if (rows++ < MOST_ROWS)
        append_row(sb, &findings->suites[i], finding, root);
    }
  if (rows > MOST_ROWS)
    strbuf_appendf(sb, "\n%zu more are not shown.\n", rows - MOST_ROWS);
}

static void append_folded(struct strbuf *sb, const struct findings *findings, const char *root) {
  size_t folded = 0;
  strbuf_append_char(sb, '\n');
  for (size_t i = 0; i < findings->n_suites; i++)
    for (size_t k = 0; k < findings->suites[i].n_findings; k++) {
      const struct finding *finding = &findings->suites[i].findings[k];
      if (finding->level == FINDING_FAILED && finding->n_stacks && folded < MOST_FOLDED &&
          sb->length < MOST_BYTES / 2) {
        append_stacks(sb, finding, root);
        folded++;
      }
    }
}

static void append_unchecked(struct strbuf *sb, const struct findings *findings) {
  for (size_t i = 0; i < findings->n_suites; i++)
    if (*findings->suites[i].error) {
      strbuf_append(sb, "\n**Could not be checked:** ");
      append_text(sb, findings->suites[i].name);
      strbuf_append(sb, ": ");
      append_text(sb, findings->suites[i].error);
      strbuf_append_char(sb, '\n');
    }
}

struct error *findings_markdown(const struct findings *findings, const char *root, FILE *out) {
  _cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
  struct counts counts = count(findings);
  strbuf_append(&sb, "### memprof ");
  append_text(&sb, findings->command);
  if (counts.advice)
    strbuf_appendf(&sb, "\n\n:bulb: %zu change%s would pay", counts.advice,
                   counts.advice == 1 ? "" : "s");
  else
    strbuf_appendf(&sb, "\n\n%s%zu failed, %zu passed",
                   counts.failed || counts.unchecked ? ":x: " : ":white_check_mark: ",
                   counts.failed, counts.passed);
  if (counts.undecided)
    strbuf_appendf(&sb, ", insufficient data for %zu", counts.undecided);
  strbuf_append(&sb, ".\n");
  append_unchecked(&sb, findings);
  append_table(&sb, findings, root);
  append_folded(&sb, findings, root);
  if (strbuf_failed(&sb))
    return &error_no_memory;
  fputs(sb.data, out);
  return NULL;
}
