#include "budget/update.h"

#include "base/cleanup.h"
#include "base/strbuf.h"
#include "base/vector.h"
#include "budget/amount.h"
#include "budget/init.h"
#include "budget/measure.h"
#include "budget/schema.h"
#include "budget/select.h"
#include "budget/text_file.h"

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
  return budget_limit_is_whole(limit) && limit->each == EACH_SUM ? INIT_HEADROOM
                                                                 : INIT_SITE_HEADROOM;
}

/* The limit in new words; *ret is NULL if it stays. */
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

static struct error *replace(struct editing *editing, struct budget_place place,
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
                          const struct sites *const *sites, size_t n,
                          struct budget_changes *changes) {
  struct error *err = NULL;
  for (unsigned i = 0; i < budget->n_limits && !err; i++) {
    const struct budget_limit *limit = &budget->limits[i];
    char *to;
    if (!limit->max)
      continue;
    err = tighten(budget, limit, sites, n, &to);
    if (!err && to)
      err = replace(editing, schema_place(&budget_limit_schema, &limit->places, "max"), limit, to,
                    changes);
  }
  return err;
}

/* The places are those of the text that was read, and an edit made meanwhile must not be lost. */
static struct error *check_unchanged(const struct budget *budget) {
  _cleanup_free_ char *text = NULL;
  size_t length;
  struct error *err = text_file_read(budget->path, &text, &length);
  if (!err && strcmp(text, budget->text))
    err = error_create(ERROR_OTHER, "%s changed while the profiles were read; run this again",
                       budget->path);
  return err;
}

struct error *budget_update(const struct budget *budget, const struct sites *const *sites, size_t n,
                            struct budget_changes *ret) {
  struct editing editing = {.text = budget->text};
  struct error *err = NULL;
  for (size_t i = 0; i < n && !err; i++)
    err = select_owners(budget, sites[i]);
  if (!err)
    err = edit(&editing, budget, sites, n, ret);
  strbuf_append(&editing.out, editing.text + editing.done);
  if (!err && strbuf_failed(&editing.out))
    err = &error_no_memory;
  if (!err && ret->count)
    err = check_unchanged(budget);
  if (!err && ret->count)
    err = text_file_replace(budget->path, editing.out.data);
  strbuf_deinit(&editing.out);
  return err;
}
