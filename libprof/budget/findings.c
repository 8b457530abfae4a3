#include "budget/findings.h"

#include "base/cleanup.h"
#include "base/strbuf.h"
#include "budget/budget.h"
#include "model/unit.h"

#include <math.h>
#include <string.h>

static void append_figure(struct strbuf *sb, double value, const char *unit) {
  if (!strcmp(unit, "count") && value != floor(value))
    strbuf_appendf(sb, "%.2f", value);
  else
    unit_format(sb, value, unit, NULL);
}

static const char *finding_text(struct strbuf *sb, struct arena *arena) {
  return strbuf_failed(sb) ? NULL : arena_strndup(arena, sb->data, sb->length);
}

static void append_growth(struct strbuf *sb, const struct verdict_check *check) {
  double growth = check->value - check->base;
  strbuf_append(sb, "from ");
  append_figure(sb, check->base, check->unit);
  strbuf_append(sb, " to ");
  append_figure(sb, check->value, check->unit);
  strbuf_append(sb, growth > 0 ? ", +" : ", ");
  append_figure(sb, growth, check->unit);
  if (check->base > 0)
    strbuf_appendf(sb, " (%+.1f%%)", 100 * growth / check->base);
}

/* "Bytes allocated in parse: from 4 MiB to 6 MiB, +2 MiB (+50.0%); the limit is +4 KiB" */
static const char *message_of(const struct verdict_check *check, struct arena *arena) {
  _cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
  strbuf_appendf(&sb, "%s%s, %s: ", budget_metric_summary(check->metric),
                 check->per_operation ? " an operation" : "",
                 *check->site ? check->site : check->limit);
  if (check->n_sites) {
    strbuf_appendf(&sb, "all of %zu keep the limit", check->n_sites);
    return finding_text(&sb, arena);
  }
  if (check->relative)
    append_growth(&sb, check);
  else
    append_figure(&sb, check->value, check->unit);
  if (check->bar > 0) {
    strbuf_append(&sb, " +- ");
    append_figure(&sb, check->bar, check->unit);
  }
  strbuf_appendf(&sb, "; the limit is %s", check->relative ? "+" : "");
  append_figure(&sb, check->allowed, check->unit);
  if (check->state == VERDICT_INSUFFICIENT)
    strbuf_append(&sb, "; insufficient data to tell");
  return finding_text(&sb, arena);
}

/* By all that is in a check's name, and by whether it is per operation. */
static int compare_names(const struct verdict_check *a, const struct verdict_check *b) {
  int order = strcmp(a->metric, b->metric);
  if (!order)
    order = strcmp(a->limit, b->limit);
  if (!order)
    order = strcmp(a->site, b->site);
  if (!order)
    order = a->relative - b->relative;
  return order ? order : a->per_operation - b->per_operation;
}

static int compare_checks(const void *x, const void *y) {
  const struct verdict_check *a = *(const struct verdict_check *const *)x;
  const struct verdict_check *b = *(const struct verdict_check *const *)y;
  int order = compare_names(a, b);
  return order ? order : (a > b) - (a < b);
}

/* Several sites may share the function to look at first: numbers[i] counts the checks up to i that
 * have the name of check i. */
static struct error *number_names(const struct verdict *verdict, size_t *numbers) {
  size_t n = verdict->n_checks;
  _cleanup_free_ const struct verdict_check **sorted = calloc(n + 1, sizeof(*sorted));
  if (!sorted)
    return &error_no_memory;
  for (size_t i = 0; i < n; i++)
    sorted[i] = &verdict->checks[i];
  qsort(sorted, n, sizeof(*sorted), compare_checks);
  size_t number = 0;
  for (size_t i = 0; i < n; i++) {
    number = i && !compare_names(sorted[i - 1], sorted[i]) ? number + 1 : 1;
    numbers[sorted[i] - verdict->checks] = number;
  }
  return NULL;
}

static const char *name_of(const struct verdict_check *check, size_t number, struct arena *arena) {
  _cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
  strbuf_appendf(&sb, "%s%s, %s", check->metric, check->relative ? " growth" : "", check->limit);
  if (*check->site)
    strbuf_appendf(&sb, ", %s", check->site);
  if (number > 1)
    strbuf_appendf(&sb, " #%zu", number);
  return finding_text(&sb, arena);
}

static const char *note_of(const struct verdict_check *check, const struct verdict_stack *stack,
                           struct arena *arena) {
  _cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
  strbuf_append(&sb, check->relative && stack->delta > 0 ? "+" : "");
  append_figure(&sb, stack->delta, check->unit);
  if (check->relative)
    strbuf_appendf(&sb, ", %s%s", diff_state_name(stack->state), stack->moved ? ", moved" : "");
  return finding_text(&sb, arena);
}

static struct error *set_stacks(struct finding *finding, const struct verdict_check *check,
                                struct arena *arena) {
  struct finding_stack *stacks = arena_calloc(arena, check->n_stacks, sizeof(*stacks));
  if (!stacks)
    return &error_no_memory;
  for (size_t i = 0; i < check->n_stacks; i++) {
    stacks[i] = check->stacks[i].stack;
    stacks[i].note = note_of(check, &check->stacks[i], arena);
    if (!stacks[i].note)
      return &error_no_memory;
  }
  finding->stacks = stacks;
  finding->n_stacks = check->n_stacks;
  return NULL;
}

static struct error *set_finding(struct finding *finding, const struct verdict_check *check,
                                 size_t number, struct arena *arena) {
  static const enum finding_level levels[] = {[VERDICT_OK] = FINDING_PASSED,
                                              [VERDICT_INSUFFICIENT] = FINDING_UNDECIDED,
                                              [VERDICT_OVER] = FINDING_FAILED};
  *finding = (struct finding){.rule = check->metric,
                              .name = name_of(check, number, arena),
                              .level = levels[check->state],
                              .message = message_of(check, arena),
                              .place = {"", "", "", 0}};
  if (!finding->name || !finding->message)
    return &error_no_memory;
  if (check->n_stacks && check->stacks[0].place)
    finding->place = *check->stacks[0].place;
  return set_stacks(finding, check, arena);
}

static struct error *set_suite(struct finding_suite *suite, const struct verdict *verdict,
                               struct arena *arena) {
  struct finding *findings = arena_calloc(arena, verdict->n_checks, sizeof(*findings));
  _cleanup_free_ size_t *numbers = calloc(verdict->n_checks + 1, sizeof(*numbers));
  struct error *err = findings && numbers ? number_names(verdict, numbers) : &error_no_memory;
  for (size_t i = 0; i < verdict->n_checks && !err; i++)
    err = set_finding(&findings[i], &verdict->checks[i], numbers[i], arena);
  *suite = (struct finding_suite){verdict->name, findings, verdict->n_checks, verdict->incomplete};
  return err;
}

static struct error *set_rules(struct findings *findings, struct arena *arena) {
  size_t n = 0;
  while (budget_metric_name(n))
    n++;
  struct finding_rule *rules = arena_calloc(arena, n + 1, sizeof(*rules));
  if (!rules)
    return &error_no_memory;
  for (size_t i = 0; i < n; i++)
    rules[i] =
        (struct finding_rule){budget_metric_name(i), budget_metric_summary(budget_metric_name(i))};
  rules[n] = (struct finding_rule){BUDGET_WRONG_FREES, budget_metric_summary(BUDGET_WRONG_FREES)};
  findings->rules = rules;
  findings->n_rules = n + 1;
  return NULL;
}

struct error *verdicts_findings(const struct verdict *const *verdicts, size_t n,
                                struct arena *arena, struct findings *ret) {
  struct finding_suite *suites = arena_calloc(arena, n, sizeof(*suites));
  struct findings findings = {.command = "check", .suites = suites, .n_suites = n};
  struct error *err = suites ? set_rules(&findings, arena) : &error_no_memory;
  for (size_t i = 0; i < n && !err; i++)
    err = set_suite(&suites[i], verdicts[i], arena);
  if (!err)
    *ret = findings;
  return err;
}
