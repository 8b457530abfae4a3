#include "budget/prepare.h"

#include "base/strbuf.h"
#include "budget/schema.h"
#include "model/regex.h"
#include "model/sample_types.h"
#include "model/unit.h"

#include <math.h>
#include <string.h>

static int limit_line(const struct budget_limit *limit, const char *key) {
  return schema_place(&budget_limit_schema, &limit->places, key).line;
}

static struct error *unexpected(const char *path, const struct budget_limit *limit, const char *key,
                                const char *value, const char *expected) {
  return error_create(ERROR_BAD_INPUT, "%s:%d: %s: '%s'; expected %s", path, limit_line(limit, key),
                      key, value, expected);
}

static struct error *check_regex(const char *path, int line, const char *key, const char *pattern) {
  struct regex *regex = NULL;
  struct error *err = pattern ? regex_create(pattern, key, &regex) : NULL;
  regex_destroy(regex);
  return err ? error_prefix(err, "%s:%d", path, line) : NULL;
}

/* `schema` and `places` are of the mapping that has the pattern's keys. */
static struct error *check_pattern(const char *path, const struct schema *schema,
                                   const struct budget_places *places,
                                   const struct budget_pattern *pattern) {
  const struct {
    const char *key, *pattern;
  } all[] = {{"function", pattern->function}, {"file", pattern->file}, {"module", pattern->module}};
  struct error *err = NULL;
  for (size_t i = 0; i < sizeof(all) / sizeof(*all) && !err; i++)
    err = check_regex(path, schema_place(schema, places, all[i].key).line, all[i].key,
                      all[i].pattern);
  return err;
}

static struct error *unknown_metric(const char *path, const struct budget_limit *limit) {
  struct strbuf names = STRBUF_INIT;
  for (size_t i = 0; budget_metric_name(i); i++)
    strbuf_appendf(&names, "%s%s", i ? ", " : "one of ", budget_metric_name(i));
  struct error *err = strbuf_failed(&names)
                          ? &error_no_memory
                          : unexpected(path, limit, "metric", limit->metric, names.data);
  strbuf_deinit(&names);
  return err;
}

static struct error *prepare_metric(const char *path, struct budget_limit *limit) {
  for (size_t i = 0; budget_metric_name(i); i++)
    if (!strcmp(budget_metric_name(i), limit->metric)) {
      limit->kind = budget_metric_kind(limit->metric);
      limit->line = limit->places.line;
      return NULL;
    }
  return unknown_metric(path, limit);
}

static struct error *prepare_amount(const char *path, const struct budget_limit *limit,
                                    const char *key, const char *text, double *ret) {
  if (!text || budget_parse_amount(text, limit->kind, ret))
    return NULL;
  return unexpected(path, limit, key, text, budget_amount_example(limit->kind));
}

static struct error *prepare_growth(const char *path, struct budget_limit *limit) {
  if (limit->floor && !limit->growth)
    return unexpected(path, limit, "floor", limit->floor,
                      "`growth`, too: a floor is the growth that is always allowed");
  if (!limit->growth)
    return NULL;
  if (!unit_parse_percent(limit->growth, &limit->growth_percent))
    return unexpected(path, limit, "growth", limit->growth,
                      "a percentage such as 0%, 2.5% or 10% (an amount belongs into `floor`)");
  limit->floor_value = limit->per == PER_RUN ? budget_default_floor(limit->kind, limit->metric) : 0;
  limit->by_chance = limit->growth_percent == 0 && !limit->floor;
  return prepare_amount(path, limit, "floor", limit->floor, &limit->floor_value);
}

static bool is_owner(const struct budget *budget, const char *name) {
  for (unsigned i = 0; i < budget->n_owners; i++)
    if (!strcmp(budget->owners[i].name, name))
      return true;
  return false;
}

static struct error *check_combination(const char *path, const struct budget *budget,
                                       const struct budget_limit *limit) {
  const struct budget_pattern *pattern = &limit->pattern;
  bool patterned = pattern->function || pattern->file || pattern->module;
  if (!limit->max && !limit->growth)
    return error_create(ERROR_BAD_INPUT, "%s:%d: a limit without a limit; expected max or growth",
                        path, limit->line);
  if (limit->owner && patterned)
    return unexpected(path, limit, "owner", limit->owner,
                      "either an owner or function, file and module, not both");
  if (limit->owner && !is_owner(budget, limit->owner))
    return unexpected(path, limit, "owner", limit->owner, "a name from `owners`");
  if (limit->each == EACH_SITE && !strcmp(limit->metric, BUDGET_LIVE_SITES))
    return unexpected(path, limit, "each", "site", "sum: a site has one site");
  if (limit->per == PER_OPERATION && (!strcmp(limit->metric, sample_types[SAMPLE_LIFETIME].name) ||
                                      !strcmp(limit->metric, BUDGET_LIVE_SITES)))
    return unexpected(path, limit, "per", "operation", "run: this metric is no amount of one");
  return NULL;
}

static struct error *prepare_limit(const char *path, const struct budget *budget,
                                   struct budget_limit *limit) {
  struct error *err = prepare_metric(path, limit);
  if (!err)
    err = check_combination(path, budget, limit);
  if (!err)
    err = check_pattern(path, &budget_limit_schema, &limit->places, &limit->pattern);
  if (!err)
    err = prepare_amount(path, limit, "max", limit->max, &limit->max_value);
  return err ? err : prepare_growth(path, limit);
}

static struct error *check_owner(const char *path, const struct budget_owner *owner) {
  struct error *err = NULL;
  for (unsigned i = 0; i < owner->n_sites && !err; i++) {
    const struct budget_pattern *pattern = &owner->sites[i];
    if (!pattern->function && !pattern->file && !pattern->module)
      return error_create(ERROR_BAD_INPUT,
                          "%s:%d: owner '%s' has an empty entry; expected function, file or module",
                          path, pattern->places.line, owner->name);
    err = check_pattern(path, &budget_pattern_schema, &pattern->places, pattern);
  }
  return err;
}

static struct error *prepare_confidence(struct budget *budget) {
  budget->confidence = BUDGET_CONFIDENCE;
  if (!budget->confidence_text)
    return NULL;
  if (unit_parse_percent(budget->confidence_text, &budget->confidence) &&
      budget->confidence >= 50 && budget->confidence < 100)
    return NULL;
  return error_create(ERROR_BAD_INPUT,
                      "%s:%d: confidence: '%s'; expected a percentage from 50 to below 100, "
                      "such as 99",
                      budget->path,
                      schema_place(&budget_schema, &budget->places, "confidence").line,
                      budget->confidence_text);
}

struct error *budget_prepare(struct budget *budget, const char *path) {
  budget->path = path;
  if (strcmp(budget->version, "1"))
    return error_create(ERROR_BAD_INPUT, "%s:%d: version: '%s'; expected 1", path,
                        schema_place(&budget_schema, &budget->places, "version").line,
                        budget->version);
  struct error *err = prepare_confidence(budget);
  if (!err)
    err = check_regex(path, schema_place(&budget_schema, &budget->places, "operations").line,
                      "operations", budget->operations);
  for (unsigned i = 0; i < budget->n_owners && !err; i++)
    err = check_owner(path, &budget->owners[i]);
  for (unsigned i = 0; i < budget->n_limits && !err; i++)
    err = prepare_limit(path, budget, &budget->limits[i]);
  return err;
}
