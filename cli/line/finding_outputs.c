#include "cli/line/finding_outputs.h"

#include "base/cleanup.h"
#include "cli/line/output.h"
#include "report/findings.h"

#include <errno.h>
#include <string.h>

static const char *junit, *sarif, *markdown, *gitlab;

static const struct option_spec specs[] = {
    {.name = "junit",
     .argument = "FILE",
     .help = "Write JUnit XML to FILE, - is standard output (likewise below)",
     .kind = OPTION_STRING,
     .value = &junit},
    {.name = "sarif",
     .argument = "FILE",
     .help = "Write SARIF 2.1.0, which code scanning reads, to FILE",
     .kind = OPTION_STRING,
     .value = &sarif},
    {.name = "markdown",
     .argument = "FILE",
     .help = "Write Markdown for a comment on a pull request to FILE",
     .kind = OPTION_STRING,
     .value = &markdown},
    {.name = "gitlab",
     .argument = "FILE",
     .help = "Write GitLab's code quality report to FILE",
     .kind = OPTION_STRING,
     .value = &gitlab},
    {0},
};
const struct option_group finding_options = {"Reports for build servers", specs};

static const struct {
  const char **path;
  findings_fn *write;
} outputs[] = {{&junit, findings_junit},
               {&sarif, findings_sarif},
               {&markdown, findings_markdown},
               {&gitlab, findings_gitlab}};
enum { N_OUTPUTS = sizeof(outputs) / sizeof(*outputs) };

bool finding_outputs_wanted(void) {
  for (size_t i = 0; i < N_OUTPUTS; i++)
    if (*outputs[i].path)
      return true;
  return false;
}

bool finding_outputs_take_stdout(void) {
  for (size_t i = 0; i < N_OUTPUTS; i++)
    if (*outputs[i].path && !strcmp(*outputs[i].path, "-"))
      return true;
  return false;
}

struct error *finding_outputs_check(void) {
  struct error *err = NULL;
  for (size_t i = 0; i < N_OUTPUTS && !err; i++)
    err = output_check(*outputs[i].path, OUTPUT_IN_PLACE);
  return err;
}

static struct error *write_one(const char *path, findings_fn *write,
                               const struct findings *findings, const char *root) {
  FILE *out;
  struct error *err = output_open(path, &out);
  if (err)
    return err;
  err = write(findings, root, out);
  struct error *close = output_close(path, out);
  if (!err)
    return close;
  error_destroy(close);
  return err;
}

struct error *finding_outputs_write(const struct findings *findings) {
  _cleanup_free_ char *root = get_current_dir_name();
  struct error *first = NULL;
  for (size_t i = 0; i < N_OUTPUTS; i++) {
    const char *path = *outputs[i].path;
    struct error *err = path ? write_one(path, outputs[i].write, findings, root ? root : "") : NULL;
    if (first)
      error_destroy(err);
    else
      first = err;
  }
  return first;
}

/* Paths of annotations are taken relative to the repository. */
static char *repository(void) {
  const char *workspace = getenv("GITHUB_WORKSPACE");
  return workspace && *workspace ? strdup(workspace) : get_current_dir_name();
}

struct error *finding_outputs_github(const struct findings *findings, FILE *out) {
  const char *actions = getenv("GITHUB_ACTIONS"), *summary = getenv("GITHUB_STEP_SUMMARY");
  if (!actions || strcmp(actions, "true") != 0)
    return NULL;
  _cleanup_free_ char *root = repository();
  struct error *err = findings_github(findings, root ? root : "", out);
  if (err || !summary || !*summary)
    return err;
  /* Appended: other commands of the step may have written to the file before. */
  FILE *file = fopen(summary, "ae");
  if (!file)
    return error_system(errno, "%s (GITHUB_STEP_SUMMARY)", summary);
  err = findings_markdown(findings, root ? root : "", file);
  bool failed = ferror(file);
  if ((fclose(file) || failed) && !err)
    err = error_system(errno, "%s (GITHUB_STEP_SUMMARY)", summary);
  return err;
}
