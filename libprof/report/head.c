#include "report/head.h"

#include "model/error_bar.h"
#include "model/history_labels.h"
#include "model/known_totals.h"
#include "model/moments_text.h"
#include "model/rates.h"
#include "model/totals.h"
#include "model/unit.h"
#include "report/dropped.h"
#include "report/figure.h"
#include "report/lifetimes.h"
#include "report/memory_rest.h"
#include "report/text.h"

#include <inttypes.h>
#include <math.h>
#include <time.h>

enum { ALIKE_PART = 100 }; /* a total and what was counted are alike within such a part */

/* Mean distances between samples, in bytes: the overhead budget makes them differ in one file. */
struct rate_range {
  int64_t least, most; /* 0: no sample was sampled */
};

static struct rate_range sampling_rates(const struct profile *profile) {
  struct rate_range rates = {0, 0};
  for (size_t i = 0; i < profile->n_samples; i++) {
    int64_t rate = profile->default_rate;
    profile_sample_number(&profile->samples[i], PROFILE_LABEL_RATE, &rate);
    if (rate <= 1 || sample_is_history(&profile->samples[i]))
      continue;
    if (!rates.least || rate < rates.least)
      rates.least = rate;
    if (rate > rates.most)
      rates.most = rate;
  }
  return rates;
}

int64_t head_total(const struct profile *profile, int type, struct spread *spread) {
  struct error_bars bars = error_bars_of(profile, type);
  int64_t total = 0;
  struct spread sum = {0};
  for (size_t i = 0; i < profile->n_samples; i++) {
    /* A hostile file may make this wrap; it must not be undefined. */
    total = (int64_t)((uint64_t)total + (uint64_t)profile->samples[i].values[type]);
    struct spread sample = spread_of_sample(&bars, &profile->samples[i]);
    spread_add(&sum, &sample);
  }
  *spread = sum;
  return total;
}

static void append_certainty(struct strbuf *sb, const struct profile *profile) {
  struct rate_range rates = sampling_rates(profile);
  if (!rates.most || profile_is_exact(profile)) {
    strbuf_append(sb, profile_is_incomplete(profile) ? " (incomplete)" : " (exact)");
    return;
  }
  strbuf_append(sb, " (sampled every ");
  unit_format(sb, (double)rates.least, "bytes", NULL);
  if (rates.most != rates.least) {
    strbuf_append(sb, " to ");
    unit_format(sb, (double)rates.most, "bytes", NULL);
  }
  strbuf_append(sb, " on average)");
}

static void append_time(struct strbuf *sb, const struct profile *profile) {
  if (!profile->time_nanos)
    return;
  time_t seconds = profile->time_nanos / 1000000000;
  struct tm tm;
  char text[64];
  if (!localtime_r(&seconds, &tm) || !strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S %z", &tm))
    return; /* a year that no calendar has */
  strbuf_appendf(sb, "Time: %s", text);
  if (profile->duration_nanos > 0)
    strbuf_appendf(sb, ", after %.3g s", (double)profile->duration_nanos / 1e9);
  strbuf_append_char(sb, '\n');
}

/* "Memory: 346.2 MiB peak RSS, 46.0 MiB of it from malloc at the heap's peak", then who has the
 * rest. */
static void append_memory(struct strbuf *sb, const struct profile *profile) {
  uint64_t rss = profile_peak_rss(profile);
  if (!rss)
    return;
  strbuf_append(sb, "Memory: ");
  unit_format(sb, (double)rss, "bytes", NULL);
  strbuf_append(sb, " peak RSS, ");
  unit_format(sb, (double)profile_type_sum(profile, SAMPLE_PEAK_SPACE), "bytes", NULL);
  strbuf_append(sb, " of it from malloc at the heap's peak\n");
  _cleanup_strbuf_ struct strbuf rest = STRBUF_INIT;
  if (memory_rest_append(&rest, profile))
    strbuf_appendf(sb, "        %s\n", strbuf_failed(&rest) ? "" : rest.data);
}

/* "Mean: 1.2 ms over 4711 blocks that were freed" */
static void append_mean(struct strbuf *sb, const struct profile *profile, const char *unit) {
  struct lifetimes lifetimes = lifetimes_total(profile);
  strbuf_append(sb, "Mean: ");
  lifetimes_append_mean(sb, &lifetimes, unit);
  strbuf_appendf(sb, "%sover %" PRId64 " blocks that were freed", lifetimes.blocks > 0 ? " " : "",
                 lifetimes.blocks);
}

/* "Counted: 1011269, sampled or not", where the samples add up to something else: a size may have too
 * few for its calls to be known by them (docs/SAMPLING.md). */
static void append_counted(struct strbuf *sb, const struct profile *profile,
                           const struct report_options *options, int64_t total) {
  struct known_totals known; /* where they are known, the counts are of these samples */
  struct profile_totals totals;
  bool of_calls = options->type == sample_type_index(profile, SAMPLE_ALLOC_OBJECTS);
  bool of_bytes = options->type == sample_type_index(profile, SAMPLE_ALLOC_SPACE);
  if ((!of_calls && !of_bytes) || !known_totals_of(profile, &known) ||
      !profile_totals(profile, &totals))
    return;
  double counted = (double)(of_calls ? totals.allocs : totals.bytes);
  if (fabs((double)total - counted) <= counted / ALIKE_PART)
    return;
  strbuf_append(sb, "Counted: ");
  unit_format(sb, counted, head_unit(profile, options), options->unit);
  strbuf_append(sb, ", sampled or not\n");
}

struct error *head_print(const struct profile *profile, const struct report_options *options,
                         FILE *out) {
  _cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
  struct spread spread;
  int64_t total = head_total(profile, options->type, &spread);
  strbuf_append(&sb, "File: ");
  text_escape(&sb, options->profile_name);
  strbuf_append(&sb, "\nType: ");
  text_escape(&sb, profile->sample_types[options->type].type);
  strbuf_append_char(&sb, '\n');
  append_time(&sb, profile);
  if (lifetimes_is_type(profile, options->type))
    append_mean(&sb, profile, options->unit);
  else {
    strbuf_append(&sb, "Total: ");
    figure_append(&sb, total, &spread, head_unit(profile, options), options->unit);
  }
  append_certainty(&sb, profile);
  strbuf_append_char(&sb, '\n');
  append_counted(&sb, profile, options, total);
  append_memory(&sb, profile);
  dropped_append_line(&sb, profile, NULL);
  if (strbuf_failed(&sb))
    return &error_no_memory;
  fputs(sb.data, out);
  return NULL;
}

/* The most that a site without a sample may have, in bytes. */
static int64_t head_unseen(const struct profile *profile) {
  struct spread none = {.unseen = profile_unseen(profile)};
  return (int64_t)fmin(spread_interval(&none, 0).high, 0x1p62);
}

struct error *head_print_unseen(const struct profile *profile, const struct report_options *options,
                                FILE *out) {
  _cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
  struct error_bars bars = error_bars_of(profile, options->type);
  if (bars.type != bars.space || !bars.unseen)
    return NULL;
  strbuf_append(&sb, "Sites of up to ");
  unit_format(&sb, (double)head_unseen(profile), head_unit(profile, options), options->unit);
  strbuf_append(&sb, " may have no sample, and be missing here\n");
  if (strbuf_failed(&sb))
    return &error_no_memory;
  fputs(sb.data, out);
  return NULL;
}

static json_t *sampling_json(const struct profile *profile) {
  struct rate_range rates = sampling_rates(profile);
  if (!rates.most || profile_is_exact(profile))
    return json_pack("{s:b}", "exact", !profile_is_incomplete(profile));
  return json_pack("{s:b, s:I, s:I, s:o}", "exact", 0, "least_rate", (json_int_t)rates.least,
                   "most_rate", (json_int_t)rates.most, "unseen",
                   json_integer(head_unseen(profile)));
}

static json_t *comments_json(const struct profile *profile) {
  json_t *array = json_array();
  for (size_t i = 0; i < profile->n_comments; i++)
    if (!moments_is_comment(profile->comments[i]) &&
        json_array_append_new(array, json_text(profile->comments[i])) != 0) {
      json_decref(array);
      return NULL;
    }
  return array;
}

int head_json(const struct profile *profile, const struct report_options *options,
              json_t *document) {
  const struct profile_value_type *type = &profile->sample_types[options->type];
  struct spread spread;
  int64_t total = head_total(profile, options->type, &spread);
  json_t *sample_type = json_object();
  int failed = json_object_set_new(sample_type, "type", json_text(type->type));
  failed |= json_object_set_new(sample_type, "unit", json_text(type->unit));
  failed |= json_object_set_new(document, "file", json_text(options->profile_name));
  failed |= json_object_set_new(document, "sample_type", sample_type);
  failed |= json_object_set_new(document, "time_nanos", json_integer(profile->time_nanos));
  failed |= json_object_set_new(document, "duration_nanos", json_integer(profile->duration_nanos));
  failed |= json_object_set_new(document, "sampling", sampling_json(profile));
  failed |= json_object_set_new(document, "dropped", dropped_json(profile));
  failed |= json_object_set_new(document, "total", figure_json(total, &spread));
  failed |= json_object_set_new(document, "comments", comments_json(profile));
  return failed;
}
