/* The form is Jenkins': github.com/jenkinsci/xunit-plugin, junit-10.xsd. */
#include "report/findings.h"

#include "base/cleanup.h"
#include "base/strbuf.h"
#include "report/frame_text.h"
#include "report/text.h"

/* XML 1.0 has no way to write most control characters, U+FFFE and U+FFFF: they become U+FFFD. */
static void append_character(struct strbuf *sb, const char **at) {
  const unsigned char *s = (const unsigned char *)*at;
  bool is_none = *s < ' ' && *s != '\n' && *s != '\t';
  bool is_past = s[0] == 0xef && s[1] == 0xbf && s[2] >= 0xbe;
  if (is_none || is_past)
    strbuf_append(sb, "\xef\xbf\xbd");
  else if (*s == '<' || *s == '&' || *s == '>' || *s == '"' || *s == '\n' || *s == '\t')
    strbuf_appendf(sb, "&#%d;", *s);
  else
    strbuf_append_char(sb, (char)*s);
  *at += is_past ? 3 : 1;
}

static void append_text(struct strbuf *sb, const char *text) {
  _cleanup_strbuf_ struct strbuf repaired = STRBUF_INIT;
  text_repair(&repaired, text);
  if (strbuf_failed(&repaired)) {
    sb->failed = true;
    return;
  }
  for (const char *at = repaired.data ? repaired.data : ""; *at;)
    append_character(sb, &at);
}

static void append_attribute(struct strbuf *sb, const char *name, const char *value) {
  strbuf_appendf(sb, " %s=\"", name);
  append_text(sb, value);
  strbuf_append_char(sb, '"');
}

static void append_stacks(struct strbuf *sb, const struct finding *finding, const char *root) {
  append_text(sb, finding->message);
  strbuf_append_char(sb, '\n');
  for (size_t i = 0; i < finding->n_stacks; i++) {
    strbuf_append_char(sb, '\n');
    append_text(sb, finding->stacks[i].note);
    strbuf_append_char(sb, '\n');
    for (uint32_t k = 0; k < finding->stacks[i].n_frames; k++) {
      strbuf_append(sb, "    ");
      frame_append(sb, &finding->stacks[i].frames[k], root, append_text);
      strbuf_append_char(sb, '\n');
    }
  }
}

static void append_case(struct strbuf *sb, const struct findings *findings,
                        const struct finding_suite *suite, const struct finding *finding,
                        const char *root) {
  strbuf_append(sb, "    <testcase");
  append_attribute(sb, "name", finding->name);
  append_attribute(sb, "classname", suite->name);
  strbuf_append(sb, " time=\"0\"");
  if (finding->level == FINDING_PASSED || finding->level == FINDING_ADVICE) {
    strbuf_append(sb, "/>\n");
    return;
  }
  bool is_failed = finding->level == FINDING_FAILED;
  strbuf_append(sb, is_failed ? ">\n      <failure" : ">\n      <skipped");
  append_attribute(sb, "message", finding->message);
  if (is_failed) {
    strbuf_append(sb, " type=\"memprof.");
    append_text(sb, findings->command);
    strbuf_append_char(sb, '.');
    append_text(sb, finding->rule);
    strbuf_append(sb, "\">");
    append_stacks(sb, finding, root);
    strbuf_append(sb, "</failure>\n");
  } else
    strbuf_append(sb, "/>\n");
  strbuf_append(sb, "    </testcase>\n");
}

/* A suite that could not be checked has a case of its own, which is in error. */
static void append_error(struct strbuf *sb, const struct finding_suite *suite) {
  strbuf_append(sb, "    <testcase name=\"checked\"");
  append_attribute(sb, "classname", suite->name);
  strbuf_append(sb, " time=\"0\">\n      <error type=\"memprof.unchecked\"");
  append_attribute(sb, "message", suite->error);
  strbuf_append(sb, "/>\n    </testcase>\n");
}

struct counts {
  size_t all, failures, skipped, errors;
};

static struct counts count(const struct finding_suite *suite) {
  struct counts counts = {.all = suite->n_findings};
  for (size_t i = 0; i < suite->n_findings; i++) {
    counts.failures += suite->findings[i].level == FINDING_FAILED;
    counts.skipped += suite->findings[i].level == FINDING_UNDECIDED;
  }
  counts.errors = *suite->error != '\0';
  counts.all += counts.errors;
  return counts;
}

static void append_suite(struct strbuf *sb, const struct findings *findings,
                         const struct finding_suite *suite, const char *root) {
  struct counts counts = count(suite);
  strbuf_append(sb, "  <testsuite");
  append_attribute(sb, "name", suite->name);
  strbuf_appendf(sb, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\" time=\"0\">\n",
                 counts.all, counts.failures, counts.errors, counts.skipped);
  if (counts.errors)
    append_error(sb, suite);
  for (size_t i = 0; i < suite->n_findings; i++)
    append_case(sb, findings, suite, &suite->findings[i], root);
  strbuf_append(sb, "  </testsuite>\n");
}

struct error *findings_junit(const struct findings *findings, const char *root, FILE *out) {
  _cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
  strbuf_append(&sb, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"memprof ");
  append_text(&sb, findings->command);
  strbuf_append(&sb, "\">\n");
  for (size_t i = 0; i < findings->n_suites; i++)
    append_suite(&sb, findings, &findings->suites[i], root);
  strbuf_append(&sb, "</testsuites>\n");
  if (strbuf_failed(&sb))
    return &error_no_memory;
  fputs(sb.data, out);
  return NULL;
}
