#include "http/metrics.h"

#include "base/cleanup.h"
#include "recording/find.h"
#include "recording/heap_stats.h"
#include "recording/writer.h"
#include "report/prometheus.h"

#include <pthread.h>
#include <string.h>

#define RATE_INTERVAL_NS 1000000000u
#define PROMETHEUS_TYPE "text/plain; version=0.0.4; charset=utf-8"

/* Counters of an earlier answer, and the rates that it told. */
struct earlier {
  bool seen; /* in this answer */
  struct heap_stats stats;
};

struct http_metrics {
  pthread_mutex_t lock; /* of all below */
  struct earlier *data;
  size_t count, capacity;
};

struct http_metrics *http_metrics_create(void) {
  struct http_metrics *metrics = calloc(1, sizeof(*metrics));
  if (metrics)
    pthread_mutex_init(&metrics->lock, NULL);
  return metrics;
}

void http_metrics_destroy(struct http_metrics *metrics) {
  if (metrics)
    VECTOR_DEINIT(metrics);
  free(metrics);
}

/* The process's entry; all zero, as at its beginning, for a new one and for one that has executed
 * another program. NULL without memory. */
static struct earlier *entry_of(struct http_metrics *metrics, const struct heap_stats *now) {
  struct earlier *entry = NULL;
  for (size_t i = 0; i < metrics->count && !entry; i++)
    if (metrics->data[i].stats.pid == now->pid)
      entry = &metrics->data[i];
  if (!entry) {
    if (!VECTOR_PUSH(metrics, (struct earlier){0}))
      return NULL;
    entry = &metrics->data[metrics->count - 1];
  } else if (entry->stats.age_ns > now->age_ns)
    *entry = (struct earlier){0};
  return entry;
}

static bool add_rates(struct http_metrics *metrics, struct heap_stats *now) {
  struct earlier *entry = entry_of(metrics, now);
  if (!entry)
    return false;
  bool is_new = !entry->stats.pid;
  if (is_new || now->age_ns - entry->stats.age_ns >= RATE_INTERVAL_NS) {
    heap_stats_compare(now, &entry->stats);
    entry->stats = heap_stats_counters(now);
  } else
    now->rates = entry->stats.rates;
  entry->seen = true;
  return true;
}

static void forget_ended(struct http_metrics *metrics) {
  size_t n = 0;
  for (size_t i = 0; i < metrics->count; i++)
    if (metrics->data[i].seen) {
      metrics->data[n] = metrics->data[i];
      metrics->data[n++].seen = false;
    }
  metrics->count = n;
}

/* False if it is no running process's. */
static bool look(const struct http_source *source, struct heap_stats *ret) {
  _cleanup_recording_ struct recording *recording = NULL;
  if (source->is_profile)
    return false;
  struct error *err = recording_open_of(source->path, source->pid, RECORDING_COUNTERS, &recording);
  if (!err) {
    if (!recording_has_writer(recording))
      return false;
    err = heap_stats_init(ret, recording);
  }
  error_destroy(err);
  return !err;
}

static struct error *collect(struct http_metrics *metrics, const struct http_source_list *list,
                             struct http_answer *answer) {
  struct heap_stats *stats = calloc(list->count + 1, sizeof(*stats));
  struct error *err = stats ? NULL : &error_no_memory;
  size_t n = 0;
  for (size_t i = 0; i < list->count && !err; i++)
    if (look(&list->data[i], &stats[n]) && !add_rates(metrics, &stats[n++]))
      err = &error_no_memory;
  forget_ended(metrics);
  if (!err) {
    struct strbuf body = STRBUF_INIT;
    report_prometheus(stats, n, &body);
    http_answer_text(answer, PROMETHEUS_TYPE, &body);
    strbuf_deinit(&body);
  }
  for (size_t i = 0; i < n; i++)
    heap_stats_deinit(&stats[i]);
  free(stats);
  return err;
}

void http_metrics_answer(struct http_metrics *metrics, const struct http_sources *sources,
                         struct http_answer *answer) {
  _cleanup_http_source_list_ struct http_source_list list = {0};
  struct error *err = sources->list(sources->context, &list);
  if (!err) {
    pthread_mutex_lock(&metrics->lock);
    err = collect(metrics, &list, answer);
    pthread_mutex_unlock(&metrics->lock);
  }
  if (err)
    http_answer_error(answer, err);
}
