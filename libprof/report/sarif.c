/* The specification is docs.oasis-open.org/sarif/sarif/v2.1.0; sections below are its. */
#include "report/findings.h"

#include "base/cleanup.h"
#include "base/strbuf.h"
#include "report/fingerprint.h"
#include "report/json.h"
#include "report/uri.h"

#include <string.h>

static json_t *finished(json_t *value, int failed) {
  if (!failed)
    return value;
  json_decref(value);
  return NULL;
}

static json_t *message_json(const char *text) {
  return json_pack("{s:o}", "text", json_text(text));
}

static json_t *rules_json(const struct findings *findings) {
  json_t *array = json_array();
  int failed = 0;
  for (size_t i = 0; i < findings->n_rules; i++)
    failed |= json_array_append_new(
        array, json_pack("{s:o, s:o}", "id", json_text(findings->rules[i].id), "shortDescription",
                         message_json(findings->rules[i].summary)));
  return finished(array, failed);
}

/* 3.29 physicalLocation; NULL reference is for a frame without a file. */
static int set_place(json_t *location, const struct finding_frame *frame, const char *root) {
  if (!*frame->file)
    return 0;
  _cleanup_strbuf_ struct strbuf uri = STRBUF_INIT;
  uri_append(&uri, frame->file, root);
  if (strbuf_failed(&uri))
    return 1;
  json_t *place = json_pack("{s:{s:o}}", "artifactLocation", "uri", json_text(uri.data));
  int failed = place == NULL;
  if (frame->line > 0)
    failed |= json_object_set_new(place, "region",
                                  json_pack("{s:I}", "startLine", (json_int_t)frame->line));
  return failed | json_object_set_new(location, "physicalLocation", place);
}

static json_t *location_json(const struct finding_frame *frame, const char *root) {
  json_t *location = json_object();
  int failed = set_place(location, frame, root);
  failed |= json_object_set_new(location, "logicalLocations",
                                json_pack("[{s:o, s:s}]", "fullyQualifiedName",
                                          json_text(frame->function), "kind", "function"));
  return finished(location, failed);
}

static json_t *frame_json(const struct finding_frame *frame, const char *root) {
  json_t *location = json_object(), *object = json_object();
  int failed = set_place(location, frame, root);
  failed |= json_object_set_new(location, "message", message_json(frame->function));
  failed |= json_object_set_new(object, "location", location);
  if (*frame->module)
    failed |= json_object_set_new(object, "module", json_text(frame->module));
  return finished(object, failed);
}

/* 3.44 stack; its frames are those of 3.45, innermost first. */
static json_t *stack_json(const struct finding_stack *stack, const char *root) {
  json_t *object = json_object(), *frames = json_array();
  int failed = 0;
  if (*stack->note)
    failed |= json_object_set_new(object, "message", message_json(stack->note));
  for (uint32_t i = 0; i < stack->n_frames; i++)
    failed |= json_array_append_new(frames, frame_json(&stack->frames[i], root));
  failed |= json_object_set_new(object, "frames", frames);
  return finished(object, failed);
}

static json_t *result_json(const struct finding_suite *suite, const struct finding *finding,
                           const char *root) {
  json_t *object = json_object(), *stacks = json_array();
  bool is_open = finding->level == FINDING_UNDECIDED;
  const char *level = is_open ? "none" : finding->level == FINDING_ADVICE ? "note" : "error";
  char fingerprint[FINGERPRINT_SIZE];
  fingerprint_of(suite, finding, fingerprint);
  int failed = json_object_set_new(object, "ruleId", json_text(finding->rule));
  failed |= json_object_set_new(object, "kind", json_string(is_open ? "open" : "fail"));
  /* 3.27.10: only what is of the kind "fail" has a level; a note is of it, too. */
  failed |= json_object_set_new(object, "level", json_string(level));
  failed |= json_object_set_new(object, "message", message_json(finding->message));
  if (*finding->place.function)
    failed |= json_object_set_new(object, "locations",
                                  json_pack("[o]", location_json(&finding->place, root)));
  for (size_t i = 0; i < finding->n_stacks; i++)
    failed |= json_array_append_new(stacks, stack_json(&finding->stacks[i], root));
  failed |= json_object_set_new(object, "stacks", stacks);
  failed |= json_object_set_new(object, "partialFingerprints",
                                json_pack("{s:s}", "memprof/v1", fingerprint));
  return finished(object, failed);
}

static json_t *results_json(const struct findings *findings, const char *root) {
  json_t *array = json_array();
  int failed = 0;
  for (size_t i = 0; i < findings->n_suites; i++)
    for (size_t k = 0; k < findings->suites[i].n_findings; k++)
      if (findings->suites[i].findings[k].level != FINDING_PASSED)
        failed |= json_array_append_new(
            array, result_json(&findings->suites[i], &findings->suites[i].findings[k], root));
  return finished(array, failed);
}

/* 3.20 invocation: the check itself succeeded unless something could not be checked. */
static json_t *invocation_json(const struct findings *findings) {
  json_t *notifications = json_array();
  int failed = 0;
  for (size_t i = 0; i < findings->n_suites; i++) {
    const struct finding_suite *suite = &findings->suites[i];
    _cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
    if (!*suite->error)
      continue;
    strbuf_appendf(&text, "%s: %s", suite->name, suite->error);
    failed |= strbuf_failed(&text) ||
              json_array_append_new(notifications, json_pack("{s:s, s:o}", "level", "error",
                                                             "message", message_json(text.data)));
  }
  bool all = json_array_size(notifications) == 0;
  json_t *object = json_pack("{s:b}", "executionSuccessful", all);
  failed |= json_object_set_new(object, "toolExecutionNotifications", notifications);
  return finished(object, failed);
}

struct error *findings_sarif(const struct findings *findings, const char *root, FILE *out) {
  json_t *driver = json_pack("{s:s, s:s}", "name", "memprof", "version", MEMPROF_VERSION);
  int failed = json_object_set_new(driver, "rules", rules_json(findings));
  json_t *run = json_pack("{s:{s:o}}", "tool", "driver", driver);
  failed |= json_object_set_new(run, "invocations", json_pack("[o]", invocation_json(findings)));
  failed |= json_object_set_new(run, "results", results_json(findings, root));
  json_t *document =
      json_pack("{s:s, s:s, s:[o]}", "$schema", "https://json.schemastore.org/sarif-2.1.0.json",
                "version", "2.1.0", "runs", run);
  return json_write(document, failed, out);
}
