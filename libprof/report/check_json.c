#include "report/check_json.h"

#include "report/json.h"

static int set_number(json_t *object, const char *key, double value) {
  /* Whole figures stay integers; an operation's share need not be one. */
  bool whole = value == (double)(json_int_t)value;
  return json_object_set_new(object, key,
                             whole ? json_integer((json_int_t)value) : json_real(value));
}

static json_t *finished(json_t *value, int failed) {
  if (!failed)
    return value;
  json_decref(value);
  return NULL;
}

static json_t *frame_json(const struct finding_frame *frame) {
  json_t *object = json_object();
  int failed = json_object_set_new(object, "function", json_text(frame->function));
  failed |= json_object_set_new(object, "file", json_text(frame->file));
  failed |= json_object_set_new(object, "line", json_integer(frame->line));
  failed |= json_object_set_new(object, "module", json_text(frame->module));
  return finished(object, failed);
}

static json_t *stack_json(const struct verdict_stack *stack) {
  json_t *object = json_object(), *frames = json_array();
  int failed = set_number(object, "base", stack->base);
  failed |= set_number(object, "new", stack->new);
  failed |= set_number(object, "delta", stack->delta);
  failed |= json_object_set_new(object, "state", json_string(diff_state_name(stack->state)));
  failed |= json_object_set_new(object, "moved", json_boolean(stack->moved));
  failed |= json_object_set_new(object, "function",
                                stack->place ? json_text(stack->place->function) : json_null());
  for (uint32_t i = 0; i < stack->stack.n_frames; i++)
    failed |= json_array_append_new(frames, frame_json(&stack->stack.frames[i]));
  failed |= json_object_set_new(object, "stack", frames);
  return finished(object, failed);
}

static int set_figures(json_t *object, const struct verdict_check *check) {
  int failed = set_number(object, "value", check->value);
  failed |= set_number(object, "plus_minus", check->bar);
  failed |= set_number(object, "allowed", check->allowed);
  if (!check->relative)
    return failed;
  failed |= set_number(object, "base", check->base);
  failed |= set_number(object, "delta", check->value - check->base);
  return failed | json_object_set_new(object, "state", json_string(diff_state_name(check->change)));
}

static json_t *check_json(const struct verdict_check *check) {
  json_t *object = json_object(), *stacks = json_array();
  int failed = json_object_set_new(object, "limit", json_text(check->limit));
  if (check->budget) {
    failed |= json_object_set_new(object, "budget", json_text(check->budget));
    failed |= json_object_set_new(object, "line", json_integer(check->line));
  }
  failed |= json_object_set_new(object, "metric", json_text(check->metric));
  failed |= json_object_set_new(object, "unit", json_text(check->unit));
  failed |= json_object_set_new(object, "per_operation", json_boolean(check->per_operation));
  failed |=
      json_object_set_new(object, "site", *check->site ? json_text(check->site) : json_null());
  failed |= json_object_set_new(object, "relative", json_boolean(check->relative));
  failed |= check->n_sites
                ? json_object_set_new(object, "n_sites", json_integer((json_int_t)check->n_sites))
                : set_figures(object, check);
  failed |= json_object_set_new(object, "verdict", json_string(verdict_state_name(check->state)));
  for (size_t i = 0; i < check->n_stacks; i++)
    failed |= json_array_append_new(stacks, stack_json(&check->stacks[i]));
  failed |= json_object_set_new(object, "stacks", stacks);
  return finished(object, failed);
}

static json_t *counts_json(const struct verdict *verdict) {
  return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}", "new", (json_int_t)verdict->n_new, "gone",
                   (json_int_t)verdict->n_gone, "grown", (json_int_t)verdict->n_grown, "shrunk",
                   (json_int_t)verdict->n_shrunk, "same", (json_int_t)verdict->n_same, "moved",
                   (json_int_t)verdict->n_moved);
}

static json_t *verdict_json(const struct verdict *verdict) {
  json_t *object = json_object(), *checks = json_array();
  int failed = json_object_set_new(object, "profile", json_text(verdict->name));
  failed |= json_object_set_new(object, "base",
                                verdict->n_bases ? json_text(verdict->base_name) : json_null());
  failed |= json_object_set_new(object, "n_bases", json_integer((json_int_t)verdict->n_bases));
  failed |= json_object_set_new(object, "exact", json_boolean(verdict->exact));
  failed |= json_object_set_new(object, "confidence", json_real(verdict->confidence));
  failed |= json_object_set_new(object, "passed",
                                json_boolean(!verdict->n_over && !*verdict->incomplete));
  failed |= json_object_set_new(
      object, "incomplete", *verdict->incomplete ? json_text(verdict->incomplete) : json_null());
  failed |= json_object_set_new(object, "n_over", json_integer((json_int_t)verdict->n_over));
  failed |= json_object_set_new(object, "n_insufficient",
                                json_integer((json_int_t)verdict->n_insufficient));
  failed |= json_object_set_new(object, "n_ok", json_integer((json_int_t)verdict->n_ok));
  failed |= json_object_set_new(object, "sites", counts_json(verdict));
  for (size_t i = 0; i < verdict->n_checks; i++)
    failed |= json_array_append_new(checks, check_json(&verdict->checks[i]));
  failed |= json_object_set_new(object, "checks", checks);
  return finished(object, failed);
}

struct error *report_check_json(const struct verdict *const *verdicts, size_t n,
                                const char *unchecked, FILE *out) {
  json_t *document = json_document("check"), *array = json_array();
  bool passed = !unchecked;
  int failed = 0;
  for (size_t i = 0; i < n; i++) {
    failed |= json_array_append_new(array, verdict_json(verdicts[i]));
    passed &= !verdicts[i]->n_over && !*verdicts[i]->incomplete;
  }
  failed |= json_object_set_new(document, "passed", json_boolean(passed));
  failed |=
      json_object_set_new(document, "unchecked", unchecked ? json_text(unchecked) : json_null());
  failed |= json_object_set_new(document, "verdicts", array);
  return json_write(document, failed, out);
}
