/* docs.github.com/actions/reference/workflow-commands-for-github-actions: in a message %, CR and LF
 * are escaped, in a property : and , too. Else a name could end the command and begin one. */
#include "report/findings.h"

#include "base/cleanup.h"
#include "base/strbuf.h"
#include "report/text.h"

#include <inttypes.h>
#include <string.h>

static void append_escaped(struct strbuf *sb, const char *text, const char *special) {
  _cleanup_strbuf_ struct strbuf repaired = STRBUF_INIT;
  text_repair(&repaired, text);
  if (strbuf_failed(&repaired)) {
    sb->failed = true;
    return;
  }
  for (const char *s = repaired.data ? repaired.data : ""; *s; s++)
    if (strchr(special, *s) || (unsigned char)*s < ' ')
      strbuf_appendf(sb, "%%%02X", (unsigned char)*s);
    else
      strbuf_append_char(sb, *s);
}

static void append_annotation(struct strbuf *sb, const struct findings *findings,
                              const struct finding_suite *suite, const struct finding *finding,
                              const char *root) {
  strbuf_append(sb, "::error ");
  if (*finding->place.file) {
    strbuf_append(sb, "file=");
    append_escaped(sb, finding_relative(finding->place.file, root), "%:,");
    strbuf_appendf(sb, ",line=%" PRId64 ",", finding->place.line > 0 ? finding->place.line : 1);
  }
  strbuf_append(sb, "title=memprof ");
  append_escaped(sb, findings->command, "%:,");
  strbuf_append(sb, "::");
  append_escaped(sb, suite->name, "%");
  strbuf_append(sb, ": ");
  append_escaped(sb, finding->message, "%");
  strbuf_append_char(sb, '\n');
}

struct error *findings_github(const struct findings *findings, const char *root, FILE *out) {
  _cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
  strbuf_append(&sb, "");
  for (size_t i = 0; i < findings->n_suites; i++)
    for (size_t k = 0; k < findings->suites[i].n_findings; k++)
      if (findings->suites[i].findings[k].level == FINDING_FAILED)
        append_annotation(&sb, findings, &findings->suites[i], &findings->suites[i].findings[k],
                          root);
  if (strbuf_failed(&sb))
    return &error_no_memory;
  fputs(sb.data, out);
  return NULL;
}
