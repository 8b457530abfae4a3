#include "budget/judge.h"

#include "base/cleanup.h"
#include "base/strbuf.h"
#include "budget/compare.h"
#include "budget/explain.h"
#include "budget/select.h"
#include "model/dropped.h"
#include "model/error_bar.h"
#include "model/sample_types.h"

#include <math.h>
#include <string.h>

struct judging {
  const struct budget *budget;
  const struct sites *sites;
  const char *root;
  struct verdict *verdict;
  struct comparisons comparisons;
  VECTOR(struct verdict_check) checks;
};

static bool has_metric(const struct sites *sites, const char *metric, bool in_bases) {
  bool has = measure_has(sites_new(sites)->profile, metric);
  for (size_t i = 0; in_bases && i < sites->n_bases; i++)
    has &= measure_has(sites->profiles[i].profile, metric);
  return has;
}

/* The default budget takes what it finds; a limit that was written down is never passed over. */
static bool applies(const struct judging *judging, const struct budget_limit *limit,
                    bool relative) {
  if (!limit->by_default)
    return true;
  if (relative && !judging->sites->n_bases)
    return false;
  return has_metric(judging->sites, limit->metric, relative);
}

static struct error *compare_limit(struct judging *judging, const struct budget_limit *limit) {
  struct error *err = NULL;
  if (limit->max && applies(judging, limit, false))
    err = compare_absolute(&judging->comparisons, judging->budget, limit, judging->sites);
  if (!err && limit->growth && applies(judging, limit, true))
    err = compare_relative(&judging->comparisons, judging->budget, limit, judging->sites);
  if (err && limit->line)
    return error_prefix(err, "%s:%d", judging->budget->path, limit->line);
  return err;
}

static const char *unit_of(enum budget_kind kind) {
  return kind == KIND_BYTES ? "bytes" : kind == KIND_COUNT ? "count" : "nanoseconds";
}

/* The function to look at first; a template of the standard library tells nobody where. */
static const char *name_site(const struct verdict_check *check) {
  const struct finding_frame *place = check->n_stacks ? check->stacks[0].place : NULL;
  return place ? place->function : "(no stack)";
}

/* The name of a limit; one is made where the budget gives none. */
static const char *name_limit(struct judging *judging, const struct budget_limit *limit) {
  const char *const parts[] = {limit->owner, limit->pattern.function, limit->pattern.file,
                               limit->pattern.module};
  _cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
  if (limit->name)
    return limit->name;
  for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
    if (parts[i])
      strbuf_appendf(&sb, "%s%s", sb.length ? ", " : "", parts[i]);
  if (!sb.length && !sb.failed)
    return limit->each == EACH_SITE ? "each site" : "whole program";
  return strbuf_failed(&sb) ? NULL : arena_strndup(&judging->verdict->arena, sb.data, sb.length);
}

static enum diff_state change_of(double base, double value) {
  if (base == value)
    return DIFF_SAME;
  if (base == 0)
    return DIFF_NEW;
  return value == 0 ? DIFF_GONE : value > base ? DIFF_GROWN : DIFF_SHRUNK;
}

static struct error *add_check(struct judging *judging, const struct comparison *comparison) {
  const struct budget_limit *limit = comparison->limit;
  struct verdict_check check = {
      .limit = name_limit(judging, limit),
      .metric = limit->metric,
      .unit = unit_of(limit->kind),
      .site = "",
      .relative = comparison->relative,
      .per_operation = limit->per == PER_OPERATION,
      .base = comparison->base,
      .value = comparison->value,
      .bar = comparison->state == VERDICT_INSUFFICIENT ? hypot(comparison->bar, comparison->more)
                                                       : comparison->bar,
      .allowed = comparison->allowed,
      .state = comparison->state,
      .change = change_of(comparison->base, comparison->value),
      .budget = judging->budget->path,
      .line = limit->line,
  };
  struct error *err = check.limit ? NULL : &error_no_memory;
  if (!err && (comparison->by_site || check.state == VERDICT_OVER))
    err = explain_check(judging->budget, comparison, judging->sites, judging->root,
                        &judging->verdict->arena, &check);
  if (!err && comparison->by_site)
    check.site = name_site(&check);
  if (comparison->without_sample)
    check.site = "sites without a sample";
  return err ? err : VECTOR_PUSH(&judging->checks, check) ? NULL : &error_no_memory;
}

static int compare_excess(const void *x, const void *y) {
  const struct comparison *a = *(struct comparison *const *)x, *b = *(struct comparison *const *)y;
  if (a->state != b->state)
    return (int)b->state - (int)a->state;
  double v = a->value - (a->relative ? a->base : 0), w = b->value - (b->relative ? b->base : 0);
  return (v < w) - (v > w);
}

/* A limit's comparisons stand in a row, in the order of the limits. */
struct limit_range {
  const struct comparison *data;
  size_t count;
};

static struct limit_range range_from(const struct comparisons *all, size_t from,
                                     const struct budget_limit *limit) {
  struct limit_range range = {all->data + from, 0};
  while (from + range.count < all->count && range.data[range.count].limit == limit)
    range.count++;
  return range;
}

/* One row says that all of a limit's sites keep to it. */
static struct error *add_kept(struct judging *judging, const struct budget_limit *limit,
                              struct limit_range all) {
  struct verdict_check check = {.limit = name_limit(judging, limit),
                                .metric = limit->metric,
                                .unit = unit_of(limit->kind),
                                .site = "",
                                .per_operation = limit->per == PER_OPERATION,
                                .budget = judging->budget->path,
                                .line = limit->line};
  for (size_t i = 0; i < all.count; i++) {
    const struct comparison *c = &all.data[i];
    if (!c->by_site)
      continue;
    if (c->state == VERDICT_OVER)
      return NULL;
    check.relative = c->relative;
    check.n_sites++;
  }
  if (!check.n_sites)
    return NULL;
  return check.limit && VECTOR_PUSH(&judging->checks, check) ? NULL : &error_no_memory;
}

/* Lists a site only if it is over, or if a limit from the file cannot be judged there. */
static struct error *add_sites(struct judging *judging, const struct budget_limit *limit,
                               struct limit_range all) {
  struct error *err = NULL;
  size_t n = 0;
  _cleanup_free_ const struct comparison **chosen = calloc(all.count + 1, sizeof(*chosen));
  if (!chosen)
    return &error_no_memory;
  for (size_t i = 0; i < all.count; i++) {
    const struct comparison *c = &all.data[i];
    if (c->by_site &&
        (c->state == VERDICT_OVER || (c->state == VERDICT_INSUFFICIENT && !limit->by_default)))
      chosen[n++] = c;
  }
  qsort(chosen, n, sizeof(*chosen), compare_excess);
  for (size_t i = 0; i < n && !err; i++)
    err = add_check(judging, chosen[i]);
  return err ? err : add_kept(judging, limit, all);
}

static struct error *add_limit(struct judging *judging, const struct budget_limit *limit,
                               struct limit_range all) {
  struct error *err = NULL;
  for (size_t i = 0; i < all.count && !err; i++)
    if (!all.data[i].by_site && !(all.data[i].without_sample && all.data[i].state == VERDICT_OK))
      err = add_check(judging, &all.data[i]);
  return err ? err : limit->each == EACH_SITE ? add_sites(judging, limit, all) : NULL;
}

static struct error *add_limits(struct judging *judging) {
  const struct budget *budget = judging->budget;
  struct error *err = NULL;
  size_t from = 0;
  for (unsigned i = 0; i < budget->n_limits && !err; i++) {
    struct limit_range range = range_from(&judging->comparisons, from, &budget->limits[i]);
    err = add_limit(judging, &budget->limits[i], range);
    from += range.count;
  }
  return err;
}

/* An incomplete profile can show that a figure is over its limit, and not that it keeps it. Sites,
 * which may be thousands, are not listed for that. */
static void doubt_incomplete(struct judging *judging) {
  for (size_t i = 0; *judging->verdict->incomplete && i < judging->comparisons.count; i++) {
    struct comparison *c = &judging->comparisons.data[i];
    if (c->state == VERDICT_OK && !c->by_site)
      c->state = VERDICT_INSUFFICIENT;
  }
}

static void count_states(struct judging *judging) {
  struct verdict *verdict = judging->verdict;
  for (size_t i = 0; i < judging->comparisons.count; i++) {
    enum verdict_state state = judging->comparisons.data[i].state;
    ++*(state == VERDICT_OK     ? &verdict->n_ok
        : state == VERDICT_OVER ? &verdict->n_over
                                : &verdict->n_insufficient);
  }
}

/* Counts the sites that are new, gone, grown and so on, by the bytes that they allocate, if the
 * profiles have that figure. */
static struct error *count_changes(struct judging *judging) {
  const struct sites *sites = judging->sites;
  struct verdict *verdict = judging->verdict;
  struct budget_limit limit = {.metric = sample_types[SAMPLE_ALLOC_SPACE].name};
  _cleanup_free_ struct figure *base = calloc(sites->n_sites + 1, sizeof(*base));
  _cleanup_free_ struct figure *new = calloc(sites->n_sites + 1, sizeof(*new));
  if (!base || !new)
    return &error_no_memory;
  if (!sites->n_bases || !has_metric(sites, limit.metric, true))
    return NULL;
  struct error *err = compare_base_means(judging->budget, &limit, sites, base);
  if (!err)
    err = measure_sites(judging->budget, &limit, sites, sites->n_bases, new);
  for (size_t i = 0; i < sites->n_sites && !err; i++) {
    size_t *const counts[] = {&verdict->n_same, &verdict->n_new, &verdict->n_gone,
                              &verdict->n_grown, &verdict->n_shrunk};
    if (base[i].value != 0 || new[i].value != 0)
      ++*counts[change_of(base[i].value, new[i].value)];
    verdict->n_moved += sites->sites[i].moved;
  }
  return err;
}

static struct error *note_incomplete(const struct profile *profile, struct verdict *verdict) {
  _cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
  struct profile_dropped dropped;
  verdict->incomplete = "";
  if (!profile_dropped(profile, &dropped))
    return NULL;
  dropped_append(&sb, &dropped);
  verdict->incomplete =
      strbuf_failed(&sb) ? NULL : arena_strndup(&verdict->arena, sb.data, sb.length);
  return verdict->incomplete ? NULL : &error_no_memory;
}

static struct error *judging_describe(struct judging *judging) {
  const struct sites *sites = judging->sites;
  struct verdict *verdict = judging->verdict;
  verdict->name = sites_new(sites)->name;
  verdict->base_name = sites->n_bases ? sites->profiles[0].name : "";
  verdict->n_bases = sites->n_bases;
  verdict->confidence = judging->budget->confidence;
  verdict->exact = true;
  for (size_t i = 0; i <= sites->n_bases; i++)
    verdict->exact &= profile_is_exact(sites->profiles[i].profile);
  return note_incomplete(sites_new(sites)->profile, verdict);
}

static struct error *keep_checks(struct judging *judging) {
  struct verdict *verdict = judging->verdict;
  size_t n = judging->checks.count;
  verdict->checks = arena_calloc(&verdict->arena, n, sizeof(*verdict->checks));
  if (!verdict->checks)
    return &error_no_memory;
  if (n)
    memcpy(verdict->checks, judging->checks.data, n * sizeof(*verdict->checks));
  verdict->n_checks = n;
  return NULL;
}

static struct error *verdict_fill(struct judging *judging) {
  const struct budget *budget = judging->budget;
  struct error *err = select_owners(budget, judging->sites);
  for (unsigned i = 0; i < budget->n_limits && !err; i++)
    err = compare_limit(judging, &budget->limits[i]);
  if (err)
    return err;
  if (!judging->comparisons.count)
    return error_create(
        ERROR_CANNOT, "%s: nothing could be checked: %s", sites_new(judging->sites)->name,
        judging->sites->n_bases ? "it has no figure in common with its base"
                                : "without --base, a budget or figures of leaks there is no limit");
  comparisons_decide(&judging->comparisons, budget->confidence, judging->sites->n_bases);
  err = judging_describe(judging);
  if (err)
    return err;
  doubt_incomplete(judging);
  count_states(judging);
  err = add_limits(judging);
  if (!err)
    err = count_changes(judging);
  return err ? err : keep_checks(judging);
}

struct error *budget_judge(const struct budget *budget, const struct sites *sites, const char *root,
                           struct verdict **ret) {
  _cleanup_verdict_ struct verdict *verdict = calloc(1, sizeof(*verdict));
  if (!verdict)
    return &error_no_memory;
  struct judging judging = {budget, sites, root, verdict, {0}, {0}};
  struct error *err = verdict_fill(&judging);
  VECTOR_DEINIT(&judging.comparisons);
  VECTOR_DEINIT(&judging.checks);
  if (!err)
    *ret = no_cleanup_ptr(verdict);
  return err;
}
