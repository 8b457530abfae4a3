#include "budget/prepare.h"

#include "base/strbuf.h"
#include "model/regex.h"
#include "model/sample_types.h"
#include "model/unit.h"

#include <math.h>
#include <string.h>

struct preparing {
  struct budget *budget;
  struct yaml_places *places;
  const char *path;
};

static int line_of(const struct preparing *p, const char *list, unsigned index, const char *key) {
  return yaml_places_find(p->places, list, index, key).line;
}

static struct error *unexpected(const struct preparing *p, unsigned index, const char *key,
                                const char *value, const char *expected) {
  return error_create(ERROR_BAD_INPUT, "%s:%d: %s: '%s'; expected %s", p->path,
                      line_of(p, "limits", index, key), key, value, expected);
}

static struct error *check_regex(const struct preparing *p, int line, const char *key,
                                 const char *pattern) {
  struct regex *regex = NULL;
  struct error *err = pattern ? regex_create(pattern, key, &regex) : NULL;
  regex_destroy(regex);
  return err ? error_prefix(err, "%s:%d", p->path, line) : NULL;
}

static struct error *check_pattern(const struct preparing *p, const char *list, unsigned index,
                                   const struct budget_pattern *pattern) {
  struct error *err =
      check_regex(p, line_of(p, list, index, "function"), "function", pattern->function);
  if (!err)
    err = check_regex(p, line_of(p, list, index, "file"), "file", pattern->file);
  return err ? err : check_regex(p, line_of(p, list, index, "module"), "module", pattern->module);
}

static struct error *unknown_metric(const struct preparing *p, unsigned index, const char *metric) {
  struct strbuf names = STRBUF_INIT;
  for (size_t i = 0; budget_metric_name(i); i++)
    strbuf_appendf(&names, "%s%s", i ? ", " : "one of ", budget_metric_name(i));
  struct error *err =
      strbuf_failed(&names) ? &error_no_memory : unexpected(p, index, "metric", metric, names.data);
  strbuf_deinit(&names);
  return err;
}

static struct error *prepare_metric(const struct preparing *p, unsigned index) {
  struct budget_limit *limit = &p->budget->limits[index];
  for (size_t i = 0; budget_metric_name(i); i++)
    if (!strcmp(budget_metric_name(i), limit->metric)) {
      limit->kind = budget_metric_kind(limit->metric);
      limit->line = line_of(p, "limits", index, NULL);
      return NULL;
    }
  return unknown_metric(p, index, limit->metric);
}

static struct error *prepare_amount(const struct preparing *p, unsigned index, const char *key,
                                    const char *text, double *ret) {
  enum budget_kind kind = p->budget->limits[index].kind;
  if (!text || budget_parse_amount(text, kind, ret))
    return NULL;
  return unexpected(p, index, key, text, budget_amount_example(kind));
}

static struct error *prepare_growth(const struct preparing *p, unsigned index) {
  struct budget_limit *limit = &p->budget->limits[index];
  if (limit->floor && !limit->growth)
    return unexpected(p, index, "floor", limit->floor,
                      "`growth`, too: a floor is the growth that is always allowed");
  if (!limit->growth)
    return NULL;
  if (!unit_parse_percent(limit->growth, &limit->growth_percent))
    return unexpected(p, index, "growth", limit->growth,
                      "a percentage such as 0%, 2.5% or 10% (an amount belongs into `floor`)");
  limit->floor_value = limit->per == PER_RUN ? budget_default_floor(limit->kind, limit->metric) : 0;
  limit->by_chance = limit->growth_percent == 0 && !limit->floor;
  return prepare_amount(p, index, "floor", limit->floor, &limit->floor_value);
}

static bool is_owner(const struct budget *budget, const char *name) {
  for (unsigned i = 0; i < budget->n_owners; i++)
    if (!strcmp(budget->owners[i].name, name))
      return true;
  return false;
}

static struct error *check_combination(const struct preparing *p, unsigned index) {
  struct budget_limit *limit = &p->budget->limits[index];
  bool patterned = limit->function || limit->file || limit->module;
  if (!limit->max && !limit->growth)
    return error_create(ERROR_BAD_INPUT, "%s:%d: a limit without a limit; expected max or growth",
                        p->path, limit->line);
  if (limit->owner && patterned)
    return unexpected(p, index, "owner", limit->owner,
                      "either an owner or function, file and module, not both");
  if (limit->owner && !is_owner(p->budget, limit->owner))
    return unexpected(p, index, "owner", limit->owner, "a name from `owners`");
  if (limit->each == EACH_SITE && !strcmp(limit->metric, BUDGET_LIVE_SITES))
    return unexpected(p, index, "each", "site", "sum: a site has one site");
  if (limit->per == PER_OPERATION && (!strcmp(limit->metric, sample_types[SAMPLE_LIFETIME].name) ||
                                      !strcmp(limit->metric, BUDGET_LIVE_SITES)))
    return unexpected(p, index, "per", "operation", "run: this metric is no amount of one");
  return NULL;
}

static struct error *prepare_limit(const struct preparing *p, unsigned index) {
  struct budget_limit *limit = &p->budget->limits[index];
  struct budget_pattern pattern = {limit->function, limit->file, limit->module};
  struct error *err = prepare_metric(p, index);
  if (!err)
    err = check_combination(p, index);
  if (!err)
    err = check_pattern(p, "limits", index, &pattern);
  if (!err)
    err = prepare_amount(p, index, "max", limit->max, &limit->max_value);
  return err ? err : prepare_growth(p, index);
}

static struct error *check_owner(const struct preparing *p, unsigned index) {
  const struct budget_owner *owner = &p->budget->owners[index];
  struct error *err = NULL;
  for (unsigned i = 0; i < owner->n_sites && !err; i++) {
    const struct budget_pattern *pattern = &owner->sites[i];
    int line = line_of(p, "owners", index, "sites");
    if (!pattern->function && !pattern->file && !pattern->module)
      return error_create(ERROR_BAD_INPUT,
                          "%s:%d: owner '%s' has an empty entry; expected function, file or module",
                          p->path, line, owner->name);
    err = check_pattern(p, "owners", index, pattern);
  }
  return err;
}

static struct error *prepare_confidence(const struct preparing *p) {
  struct budget *budget = p->budget;
  budget->confidence = BUDGET_CONFIDENCE;
  if (!budget->confidence_text)
    return NULL;
  if (unit_parse_percent(budget->confidence_text, &budget->confidence) &&
      budget->confidence >= 50 && budget->confidence < 100)
    return NULL;
  return error_create(ERROR_BAD_INPUT,
                      "%s:%d: confidence: '%s'; expected a percentage from 50 to below 100, "
                      "such as 99",
                      p->path, line_of(p, NULL, 0, "confidence"), budget->confidence_text);
}

struct error *budget_prepare(struct budget *budget, struct yaml_places *places, const char *path) {
  struct preparing p = {budget, places, path};
  budget->path = path;
  if (budget->version != 1)
    return error_create(ERROR_BAD_INPUT, "%s:%d: version: '%d'; expected 1", path,
                        line_of(&p, NULL, 0, "version"), budget->version);
  struct error *err = prepare_confidence(&p);
  if (!err)
    err = check_regex(&p, line_of(&p, NULL, 0, "operations"), "operations", budget->operations);
  for (unsigned i = 0; i < budget->n_owners && !err; i++)
    err = check_owner(&p, i);
  for (unsigned i = 0; i < budget->n_limits && !err; i++)
    err = prepare_limit(&p, i);
  return err;
}
