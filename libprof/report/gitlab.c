/* docs.gitlab.com/ci/testing/code_quality: description, check_name, fingerprint, severity,
 * location.path, location.lines.begin. GitLab drops entries without a path. */
#include "report/findings.h"

#include "report/fingerprint.h"
#include "report/json.h"

static json_t *entry_json(const struct finding_suite *suite, const struct finding *finding,
                          const char *root) {
  char fingerprint[FINGERPRINT_SIZE];
  const char *file =
      *finding->place.file ? finding_relative(finding->place.file, root) : finding->place.module;
  fingerprint_of(suite, finding, fingerprint);
  return json_pack("{s:o, s:o, s:s, s:s, s:{s:o, s:{s:I}}}", "description",
                   json_text(finding->message), "check_name", json_text(finding->rule),
                   "fingerprint", fingerprint, "severity", "major", "location", "path",
                   json_text(*file ? file : suite->name), "lines", "begin",
                   (json_int_t)(finding->place.line > 0 ? finding->place.line : 1));
}

struct error *findings_gitlab(const struct findings *findings, const char *root, FILE *out) {
  json_t *array = json_array();
  int failed = 0;
  for (size_t i = 0; i < findings->n_suites; i++)
    for (size_t k = 0; k < findings->suites[i].n_findings; k++)
      if (findings->suites[i].findings[k].level == FINDING_FAILED)
        failed |= json_array_append_new(
            array, entry_json(&findings->suites[i], &findings->suites[i].findings[k], root));
  return json_write(array, failed, out);
}
