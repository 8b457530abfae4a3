#include "advise/series.h"

#include "advise/keep.h"
#include "advise/rules.h"
#include "base/cleanup.h"
#include "model/error_bar.h"
#include "model/sample_types.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LEAST_SHARE 0.01
#define LEAST_OF_EVEN 0.3

/* A snapshot, and its sites by name. */
struct snapshot {
  const struct profile *profile;
  const char *name;
  struct advise_sites sites;
  const struct advise_site **by_name;
};

static double variance_of_byte(const struct series_point *point) {
  return point->live > 0 ? point->variance / point->live : 0;
}

static double variance_of_increment(const struct series_point *before,
                                    const struct series_point *now) {
  double grown = now->live - before->live;
  double came = fmax(fmin(now->allocated - before->allocated, now->live), fmax(grown, 0));
  return came * variance_of_byte(now) + (came - grown) * variance_of_byte(before);
}

struct series_growth series_growth_of(const struct series_point *points, size_t n) {
  double mean = 0, square = 0, behind = 0, slope = 0, of_slope = 0, of_sum = 0;
  for (size_t i = 0; i < n; i++)
    mean += points[i].time / (double)n;
  for (size_t i = 0; i < n; i++)
    square += pow(points[i].time - mean, 2);
  for (size_t k = n; k-- > 1;) {
    double variance = variance_of_increment(&points[k - 1], &points[k]);
    behind += (points[k].time - mean) / square;
    slope += behind * (points[k].live - points[k - 1].live);
    of_slope += behind * behind * variance;
    of_sum += variance;
  }
  struct series_growth growth = {1e9 * slope, 1e9 * error_bar(of_slope),
                                 points[n - 1].live - points[0].live, error_bar(of_sum), true};
  for (size_t k = 1; k < n; k++) {
    double even = slope * (points[k].time - points[k - 1].time);
    growth.each &= points[k].live - points[k - 1].live >= fmax(LEAST_OF_EVEN * even, 1);
  }
  return growth;
}

static int by_frame(const struct site_frame *a, const struct site_frame *b) {
  int order = strcmp(a->function, b->function);
  if (!order)
    order = (a->line > b->line) - (a->line < b->line);
  return order ? order : (a->address > b->address) - (a->address < b->address);
}

static int by_name(const void *a, const void *b) {
  return by_frame(&(*(const struct advise_site *const *)a)->frame,
                  &(*(const struct advise_site *const *)b)->frame);
}

static const struct advise_site *find_site(const struct snapshot *snapshot,
                                           const struct advise_site *site) {
  const struct advise_site **found =
      bsearch(&site, snapshot->by_name, snapshot->sites.sites.count, sizeof(site), by_name);
  return found ? *found : NULL;
}

static bool has_figures(const struct profile *profile) {
  return sample_type_index(profile, SAMPLE_ALLOC_SPACE) >= 0 &&
         sample_type_index(profile, SAMPLE_INUSE_SPACE) >= 0 &&
         sample_type_index(profile, SAMPLE_PEAK_SPACE) >= 0 &&
         sample_type_index(profile, SAMPLE_PEAK_OBJECTS) >= 0;
}

static struct error *snapshot_init(struct snapshot *snapshot) {
  if (!has_figures(snapshot->profile))
    return error_create(ERROR_BAD_INPUT,
                        "%s: no live bytes in it; `memprof run --every` makes a "
                        "series of profiles that have them",
                        snapshot->name);
  struct error *err = advise_sites_create(snapshot->profile, &snapshot->sites);
  if (err)
    return err;
  size_t n = snapshot->sites.sites.count;
  snapshot->by_name = calloc(n + 1, sizeof(*snapshot->by_name));
  if (!snapshot->by_name)
    return &error_no_memory;
  for (size_t i = 0; i < n; i++)
    snapshot->by_name[i] = &snapshot->sites.sites.data[i];
  qsort(snapshot->by_name, n, sizeof(*snapshot->by_name), by_name);
  return NULL;
}

static int by_time(const void *a, const void *b) {
  const struct snapshot *x = a, *y = b;
  int64_t s = x->profile->duration_nanos, t = y->profile->duration_nanos;
  return (s > t) - (s < t);
}

static const char *process_of(const struct profile *profile) {
  for (size_t i = 0; i < profile->n_comments; i++)
    if (!strncmp(profile->comments[i], "process: ", 9))
      return profile->comments[i];
  return "";
}

static struct error *check_series(const struct snapshot *snapshots, size_t n) {
  if (n < SERIES_FEWEST)
    return error_create(ERROR_BAD_INPUT,
                        "growth over snapshots takes %d profiles of one process; `memprof run "
                        "--every 10s` makes them",
                        SERIES_FEWEST);
  for (size_t i = 1; i < n; i++) {
    const struct profile *a = snapshots[i - 1].profile, *b = snapshots[i].profile;
    if (a->time_nanos != b->time_nanos || strcmp(process_of(a), process_of(b)) != 0)
      return error_create(ERROR_BAD_INPUT, "%s and %s are of two processes: give snapshots of one",
                          snapshots[i - 1].name, snapshots[i].name);
    if (a->duration_nanos >= b->duration_nanos)
      return error_create(ERROR_BAD_INPUT, "%s and %s are of one moment: give each once",
                          snapshots[i - 1].name, snapshots[i].name);
  }
  return NULL;
}

static struct series_point point_of(const struct snapshot *snapshot,
                                    const struct advise_site *site) {
  struct series_point point = {.time = (double)snapshot->profile->duration_nanos};
  if (site) {
    point.live = site->inuse;
    point.variance = site->inuse_variance;
    point.allocated = site->alloc;
  }
  return point;
}

static void append_text(struct strbuf *text, const struct advise_site *site,
                        const struct series_point *points, size_t n,
                        const struct series_growth *growth) {
  strbuf_appendf(text, "its live bytes grow in each of %zu snapshots, from ", n);
  rule_append_bytes(text, points[0].live);
  strbuf_append(text, " to ");
  rule_append_bytes(text, points[n - 1].live);
  strbuf_appendf(text, " within %.1f s: ", (points[n - 1].time - points[0].time) / 1e9);
  rule_append_growth(text, &(struct advice_growth){growth->per_second, growth->plus_minus});
  rule_append_reached(text, site);
}

static struct error *judge(const struct snapshot *snapshots, size_t n,
                           const struct advise_site *site, struct series_point *points,
                           struct advice *advice) {
  const struct advise_sites *last = &snapshots[n - 1].sites;
  for (size_t i = 0; i < n; i++)
    points[i] = point_of(&snapshots[i], i + 1 < n ? find_site(&snapshots[i], site) : site);
  struct series_growth growth = series_growth_of(points, n);
  struct rule_view view = {.all = last, .site = site};
  struct advice_item item = {
      .rule = ADVICE_GROWTH,
      .bytes = growth.grown,
      .plus_minus = growth.grown_plus_minus,
      .of = ADVICE_OF_INUSE,
      .share = rule_memory_share(&view, growth.grown),
      .grows = {growth.per_second, growth.plus_minus},
  };
  if (!growth.each || growth.per_second <= growth.plus_minus || item.share < LEAST_SHARE ||
      item.bytes - item.plus_minus < LEAST_SHARE * last->memory)
    return NULL;
  _cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
  append_text(&text, site, points, n, &growth);
  item.type = profile_sample_text(site->sample, PROFILE_LABEL_TYPE);
  return advice_keep(advice, site, &item, &text);
}

static struct error *judge_all(const struct snapshot *snapshots, size_t n, struct advice *ret) {
  const struct advise_sites *last = &snapshots[n - 1].sites;
  _cleanup_free_ struct series_point *points = calloc(n, sizeof(*points));
  ret->items = arena_calloc(&ret->arena, last->sites.count + 1, sizeof(*ret->items));
  struct error *err = points && ret->items ? NULL : &error_no_memory;
  for (size_t i = 0; i < last->sites.count && !err; i++)
    err = judge(snapshots, n, &last->sites.data[i], points, ret);
  return err;
}

static struct error *advise_snapshots(struct snapshot *snapshots, size_t n, size_t most,
                                      struct advice *ret) {
  qsort(snapshots, n, sizeof(*snapshots), by_time);
  struct error *err = check_series(snapshots, n);
  for (size_t i = 0; i < n && !err; i++)
    err = snapshot_init(&snapshots[i]);
  if (!err)
    err = judge_all(snapshots, n, ret);
  if (!err)
    err = advice_order(ret, most);
  return err;
}

struct error *advise_series(const struct profile *const *profiles, const char *const *names,
                            size_t n, size_t most, struct advice *ret,
                            const struct profile **latest) {
  _cleanup_free_ struct snapshot *snapshots = calloc(n + 1, sizeof(*snapshots));
  *ret = (struct advice){0};
  if (!snapshots)
    return &error_no_memory;
  for (size_t i = 0; i < n; i++)
    snapshots[i] = (struct snapshot){.profile = profiles[i], .name = names[i]};
  struct error *err = advise_snapshots(snapshots, n, most, ret);
  if (!err) {
    *latest = snapshots[n - 1].profile;
    ret->lives = snapshots[n - 1].sites.lives;
    snapshots[n - 1].sites.lives = (lives_vector){0};
  }
  for (size_t i = 0; i < n; i++) {
    free(snapshots[i].by_name);
    advise_sites_deinit(&snapshots[i].sites);
  }
  if (err)
    advice_deinit(ret);
  return err;
}
