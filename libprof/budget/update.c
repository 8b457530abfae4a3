#include "budget/write.h"

#include "base/cleanup.h"
#include "base/strbuf.h"
#include "budget/amount.h"
#include "budget/measure.h"
#include "budget/text_file.h"
#include "budget/yaml_places.h"

#include <math.h>
#include <string.h>

void budget_changes_deinit(struct budget_changes *changes) {
  for (size_t i = 0; i < changes->count; i++) {
    free((char *)changes->data[i].from);
    free((char *)changes->data[i].to);
  }
  VECTOR_DEINIT(changes);
}

static struct error *measure_one(const struct budget *budget, const struct budget_limit *limit,
                                 const struct sites *sites, double *ret) {
  struct figure sum;
  if (limit->each == EACH_SUM) {
    struct error *err = measure_sum(budget, limit, sites, sites->n_bases, &sum);
    if (!err)
      *ret = fmax(*ret, sum.value);
    return err;
  }
  _cleanup_free_ struct figure *figures = calloc(sites->n_sites + 1, sizeof(*figures));
  struct error *err =
      figures ? measure_sites(budget, limit, sites, sites->n_bases, figures) : &error_no_memory;
  for (size_t i = 0; i < sites->n_sites && !err; i++)
    *ret = fmax(*ret, figures[i].value);
  return err;
}

/* The most of any profile. */
static struct error *measure_most(const struct budget *budget, const struct budget_limit *limit,
                                  const struct sites *const *sites, size_t n, double *ret) {
  struct error *err = NULL;
  *ret = 0;
  for (size_t i = 0; i < n && !err; i++)
    err = measure_one(budget, limit, sites[i], ret);
  return err;
}

static double budget_headroom(const struct budget_limit *limit) {
  bool whole = !limit->function && !limit->file && !limit->module && !limit->owner;
  return whole && limit->each == EACH_SUM ? INIT_HEADROOM : INIT_SITE_HEADROOM;
}

/* What a limit becomes, NULL if it stays. */
static struct error *tighten(const struct budget *budget, const struct budget_limit *limit,
                             const struct sites *const *sites, size_t n, char **ret) {
  _cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
  double most, written;
  *ret = NULL;
  struct error *err = measure_most(budget, limit, sites, n, &most);
  if (err)
    return limit->line ? error_prefix(err, "%s:%d", budget->path, limit->line) : err;
  amount_append(&sb, most * budget_headroom(limit), limit->kind);
  if (strbuf_failed(&sb))
    return &error_no_memory;
  if (!budget_parse_amount(sb.data, limit->kind, &written) || written >= limit->max_value)
    return NULL;
  *ret = strbuf_steal(&sb);
  return *ret ? NULL : &error_no_memory;
}

/* Copies of the text with one value after the other replaced. */
struct editing {
  struct strbuf out;
  const char *text;
  size_t done; /* bytes copied */
};

static struct error *replace(struct editing *editing, struct yaml_place place,
                             const struct budget_limit *limit, char *to,
                             struct budget_changes *changes) {
  struct budget_change change = {place.line, limit->metric, strdup(limit->max), to};
  if (!change.from || !VECTOR_PUSH(changes, change)) {
    free((char *)change.from);
    free(to);
    return &error_no_memory;
  }
  strbuf_append_n(&editing->out, editing->text + editing->done, place.start - editing->done);
  strbuf_append(&editing->out, to);
  editing->done = place.end;
  return NULL;
}

static struct error *edit(struct editing *editing, const struct budget *budget,
                          struct yaml_places *places, const struct sites *const *sites, size_t n,
                          struct budget_changes *changes) {
  struct error *err = NULL;
  for (unsigned i = 0; i < budget->n_limits && !err; i++) {
    char *to;
    if (!budget->limits[i].max)
      continue;
    err = tighten(budget, &budget->limits[i], sites, n, &to);
    if (!err && to)
      err = replace(editing, yaml_places_find(places, "limits", i, "max"), &budget->limits[i], to,
                    changes);
  }
  return err;
}

struct error *budget_update(const struct budget *budget, const struct sites *const *sites, size_t n,
                            struct budget_changes *ret) {
  _cleanup_free_ char *text = NULL;
  struct editing editing = {0};
  struct yaml_places places;
  size_t length;
  struct error *err = text_file_read(budget->path, &text, &length);
  if (!err)
    err = yaml_places_init(&places, budget->path, text, length);
  if (err)
    return err;
  editing.text = text;
  err = edit(&editing, budget, &places, sites, n, ret);
  yaml_places_deinit(&places);
  strbuf_append(&editing.out, text + editing.done);
  if (!err && strbuf_failed(&editing.out))
    err = &error_no_memory;
  if (!err && ret->count)
    err = text_file_replace(budget->path, editing.out.data);
  strbuf_deinit(&editing.out);
  return err;
}
