#include "recording/heap_sites.h"

#include "common/size_class.h"
#include "model/calibration_effect.h"
#include "recording/figures.h"
#include "recording/totals.h"

#include <math.h>
#include <stdlib.h>

/* Size classes of a 64-bit size, and what a byte can say. */
enum { N_CLASSES = 256 };

/* A site as sampling saw it. */
struct site_estimate {
  struct calibration_item item;
  double p;
  uint32_t size_class;
  bool inherited;
};

struct class_sums {
  double allocs, alloc_bytes, live, live_bytes;
};

struct heap_sums {
  struct class_sums classes[N_CLASSES];
  double live_bytes, peak_bytes, samples;
  struct spread live, peak;
};

static double objects_of(uint64_t fixed) {
  return (double)fixed / (1 << OBJECTS_SHIFT);
}

/* A site's allocations as the sampling saw them: the mean size, and the chance of each to be
 * recorded (design: p = 1 - exp(-(s + 1) / R)). */
static struct site_estimate estimate_of(const struct recording_site *site, uint64_t epoch) {
  double allocated = objects_of(site->alloc_objects);
  double size = allocated > 0 ? (double)site->alloc_bytes / (1 << BYTES_SHIFT) / allocated : 0;
  /* Weights are rounded: the mean of 8192, 8192, ... must not be of the class before. */
  size = fmax(size, (double)size_class_start(site->size_class));
  double p = sampling_probability((double)site->rate, size);
  double live = objects_of(figure_difference(site->alloc_objects, site->freed_objects));
  double peak = site->peak_epoch >= epoch ? objects_of(site->peak_objects) : live;
  return (struct site_estimate){
      /* Blocks that a forked process got from its parent were not allocated here. */
      .item = {size, (double)site->rate, fmax(allocated, live) * p, live * p, peak * p},
      .p = p,
      .size_class = site->size_class,
      .inherited = site->state == SITE_INHERITED,
  };
}

struct site_estimates {
  struct site_estimate *data;
  size_t n;
};

static struct error *estimate_sites(const struct recording *r, struct site_estimates *ret) {
  *ret = (struct site_estimates){calloc(r->n_sites + 1, sizeof(*ret->data)), 0};
  if (!ret->data)
    return &error_no_memory;
  for (uint64_t i = 0; i < r->n_sites; i++)
    if (r->sites[i].state != SITE_UNPUBLISHED)
      ret->data[ret->n++] = estimate_of(&r->sites[i], r->header.peak_epoch);
  return NULL;
}

static bool find_calibration(const struct site_estimates *sites, const struct known_totals *known,
                             struct calibrations *ret) {
  struct calibration_item *items = calloc(sites->n + 1, sizeof(*items));
  size_t n = 0;
  for (size_t i = 0; items && i < sites->n; i++)
    if (!sites->data[i].inherited)
      items[n++] = sites->data[i].item;
  bool found = items && calibrations_init(ret, known, items, n);
  free(items);
  return found;
}

/* NULL, and not an error, where the totals are not known or do not fit. */
static struct error *calibrate_sites(const struct site_estimates *sites,
                                     const struct known_totals *known, struct calibrations **ret) {
  struct calibrations *c = calloc(1, sizeof(*c));
  if (!c)
    return &error_no_memory;
  if (find_calibration(sites, known, c))
    *ret = c;
  else
    free(c);
  return NULL;
}

/* Adds the spread of the allocations of a site that live, or lived at the peak. */
static void add_spread(struct spread *sum, const struct site_estimate *site, double drawn,
                       const struct calibration *c, double beside) {
  double size = site->item.size;
  struct spread spread = spread_of_objects(drawn / site->p, size, site->p, size);
  spread.raw = drawn / site->p * size;
  if (c) {
    struct calibration_item item = site->item;
    item.drawn = drawn;
    item.live = fmin(item.live, drawn);
    item.peak = fmin(item.peak, drawn);
    spread.calibration = c;
    spread.beside = beside;
    calibration_covary(c, &item, size, spread.margins);
  }
  spread_add(sum, &spread);
}

static void add_site(struct heap_sums *sums, const struct site_estimate *site,
                     const struct calibrations *calibrations) {
  bool is_calibrated = calibrations && !site->inherited;
  const struct calibration *now = is_calibrated ? &calibrations->now : NULL,
                           *at_peak = is_calibrated ? &calibrations->at_peak : NULL;
  struct class_sums *class = &sums->classes[site->size_class];
  struct calibration_estimate estimate = calibration_estimate(now, &site->item);
  double size = site->item.size;
  class->live += estimate.live;
  class->live_bytes += estimate.live * size;
  sums->live_bytes += estimate.live * size;
  sums->peak_bytes += calibration_estimate(at_peak, &site->item).peak * size;
  /* As model/spread.c has it. */
  double beside = now && now->of_live != CALIBRATION_MARGINS ? now->rest_bytes : INFINITY;
  add_spread(&sums->live, site, site->item.live, now, beside);
  add_spread(&sums->peak, site, site->item.peak, at_peak, INFINITY);
  if (site->inherited)
    return;
  class->allocs += estimate.drawn;
  class->alloc_bytes += estimate.drawn * size;
  sums->samples += site->item.drawn;
}

/* The classes from one power of two to the next. */
static void class_range(unsigned log, uint32_t *first, uint32_t *end) {
  *first = log ? size_class(1ull << log) : 0;
  *end = log + 1 < SIZE_LOGS ? size_class(1ull << (log + 1)) : N_CLASSES;
}

/* Calls of sizes without a sample are of the middle of their range. */
static void know_calls(struct heap_sums *sums, const struct known_totals *known) {
  for (unsigned log = 0; log < SIZE_LOGS; log++) {
    uint32_t first, end;
    double estimated = 0;
    class_range(log, &first, &end);
    for (uint32_t i = first; i < end; i++)
      estimated += sums->classes[i].allocs;
    if (estimated > 0)
      for (uint32_t i = first; i < end; i++)
        sums->classes[i].allocs *= known->by_size[log] / estimated;
    else if (known->by_size[log] > 0)
      sums->classes[(first + end) / 2] =
          (struct class_sums){.allocs = known->by_size[log],
                              .alloc_bytes = known->by_size[log] * 1.5 * ldexp(1, (int)log)};
  }
}

static uint64_t whole(double value) {
  return value < 0x1p63 ? (uint64_t)(value + 0.5) : UINT64_MAX;
}

static struct error *take_classes(struct heap_stats *stats, const struct heap_sums *sums) {
  stats->classes = calloc(N_CLASSES, sizeof(*stats->classes));
  if (!stats->classes)
    return &error_no_memory;
  for (uint32_t i = 0; i < N_CLASSES; i++) {
    const struct class_sums *c = &sums->classes[i];
    if (c->allocs > 0 || c->live > 0)
      stats->classes[stats->n_classes++] = (struct heap_class){
          .least = size_class_start(i),
          .most = i + 1 < N_CLASSES ? size_class_start(i + 1) - 1 : UINT64_MAX,
          .allocs = whole(c->allocs),
          .alloc_bytes = whole(c->alloc_bytes),
          .live = whole(c->live),
          .live_bytes = whole(c->live_bytes),
      };
  }
  return NULL;
}

static void take_sums(struct heap_stats *stats, const struct heap_sums *sums,
                      const struct rates *rates) {
  stats->samples = whole(sums->samples);
  stats->live_bytes = whole(sums->live_bytes);
  /* A peak is never below the live bytes, though they are not read at one moment. */
  stats->peak_bytes = whole(fmax(sums->peak_bytes, sums->live_bytes));
  stats->live_spread = sums->live;
  stats->peak_spread = sums->peak;
  stats->live_spread.unseen = stats->peak_spread.unseen = rates_unseen(rates);
  stats->peak_spread.looks = (double)stats->bytes / ((double)stats->peak_bytes + 1);
}

static struct error *add_sites(struct heap_stats *stats, const struct recording *r,
                               struct site_estimates *sites) {
  struct known_totals known;
  struct rates rates = recording_rates(r);
  bool is_known = recording_known_totals(r, &known);
  struct heap_sums *sums = calloc(1, sizeof(*sums));
  struct error *err = sums ? NULL : &error_no_memory;
  if (!err && is_known)
    err = calibrate_sites(sites, &known, &stats->calibration);
  for (size_t i = 0; !err && i < sites->n; i++)
    add_site(sums, &sites->data[i], stats->calibration);
  if (!err && is_known)
    know_calls(sums, &known);
  if (!err)
    err = take_classes(stats, sums);
  if (!err)
    take_sums(stats, sums, &rates);
  free(sums);
  return err;
}

struct error *heap_sites_add(struct heap_stats *stats, const struct recording *recording) {
  struct site_estimates sites;
  struct error *err = estimate_sites(recording, &sites);
  if (!err)
    err = add_sites(stats, recording, &sites);
  free(sites.data);
  return err;
}
