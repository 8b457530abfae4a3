#include "report/advise_findings.h"

#include "base/strbuf.h"

enum { MOST_FRAMES = 64 };

/* By rule, function and line, so that it stays from run to run. */
static const char *name_of(const struct advice_item *item, struct arena *arena) {
  _cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
  strbuf_appendf(&sb, "%s, %s", advice_rules[item->rule].name, item->function);
  if (item->line > 0)
    strbuf_appendf(&sb, ":%lld", (long long)item->line);
  return strbuf_failed(&sb) ? NULL : arena_strndup(arena, sb.data, sb.length);
}

static struct error *set_finding(const struct profile *profile, const struct advice_item *item,
                                 struct arena *arena, struct finding *ret) {
  struct finding_stack *stack = arena_alloc(arena, sizeof(*stack));
  const char *name = name_of(item, arena);
  if (!stack || !name)
    return &error_no_memory;
  *ret = (struct finding){.rule = advice_rules[item->rule].name,
                          .name = name,
                          .level = FINDING_ADVICE,
                          .message = item->text,
                          .stacks = stack,
                          .n_stacks = 1,
                          .place = {item->function, item->file, "", item->line}};
  return finding_frames(profile, item->sample, MOST_FRAMES, arena, stack);
}

static struct error *set_rules(struct arena *arena, struct findings *ret) {
  struct finding_rule *rules = arena_calloc(arena, N_ADVICE_RULES, sizeof(*rules));
  if (!rules)
    return &error_no_memory;
  for (size_t i = 0; i < N_ADVICE_RULES; i++)
    rules[i] = (struct finding_rule){advice_rules[i].name, advice_rules[i].summary};
  ret->rules = rules;
  ret->n_rules = N_ADVICE_RULES;
  return NULL;
}

struct error *advise_findings(const struct profile *profile, const struct advice *advice,
                              const char *name, struct arena *arena, struct findings *ret) {
  struct finding *findings = arena_calloc(arena, advice->n_items + 1, sizeof(*findings));
  struct finding_suite *suite = arena_alloc(arena, sizeof(*suite));
  struct error *err = findings && suite ? set_rules(arena, ret) : &error_no_memory;
  for (size_t i = 0; !err && i < advice->n_items; i++)
    err = set_finding(profile, &advice->items[i], arena, &findings[i]);
  if (err)
    return err;
  *suite = (struct finding_suite){name, findings, advice->n_items, ""};
  ret->command = "advise";
  ret->suites = suite;
  ret->n_suites = 1;
  return NULL;
}
