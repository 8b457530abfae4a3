#include "recording/heap_stats.h"

#include "base/clock.h"
#include "base/strbuf.h"
#include "base/vector.h"
#include "common/clock.h"
#include "proc/process.h"
#include "proc/process_threads.h"
#include "recording/comments.h"
#include "recording/figures.h"
#include "recording/heap_sites.h"
#include "recording/totals.h"
#include "recording/writer.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

struct tids {
  uint32_t *data;
  size_t count, capacity;
  bool failed;
};

static int compare_tids(const void *a, const void *b) {
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return (x > y) - (x < y);
}

static bool add_tid(void *context, pid_t tid) {
  struct tids *tids = context;
  tids->failed = !VECTOR_PUSH(tids, (uint32_t)tid);
  return !tids->failed;
}

/* The threads that the process has now, in order. */
static struct error *read_tids(pid_t pid, struct tids *ret) {
  process_each_thread(pid, add_tid, ret);
  if (ret->count)
    qsort(ret->data, ret->count, sizeof(*ret->data), compare_tids);
  return ret->failed ? &error_no_memory : NULL;
}

/* A thread's place stays as its last thread left it until another takes it over; the kernel says
 * whether the thread is still there. In a container threads have other numbers than seen from here;
 * then all places are listed. */
static struct error *add_threads(struct heap_stats *stats, const struct recording *r) {
  struct tids alive = {0};
  bool known = (uint32_t)r->pid == r->header.pid && recording_has_writer(r);
  stats->threads = calloc(r->n_threads + 1, sizeof(*stats->threads));
  struct error *err = stats->threads ? NULL : &error_no_memory;
  if (!err && known)
    err = read_tids(r->pid, &alive);
  for (uint64_t i = 0; !err && i < r->n_threads; i++) {
    const struct recording_thread *t = &r->threads[i];
    struct heap_thread *thread = &stats->threads[stats->n_heap_threads];
    if (!t->tid || t->tid == UINT32_MAX ||
        (known && !(alive.count &&
                    bsearch(&t->tid, alive.data, alive.count, sizeof(*alive.data), compare_tids))))
      continue;
    *thread = (struct heap_thread){
        t->tid, "", ledger_allocs(&t->ledger), t->frees, recording_thread_bytes(t), t->started};
    memcpy(thread->name, t->name, sizeof(t->name) - 1);
    /* Threads are named after they have begun: the present name replaces the first one. */
    if (known)
      process_thread_name(r->pid, (pid_t)thread->tid, thread->name, sizeof(thread->name));
    stats->n_heap_threads++;
  }
  VECTOR_DEINIT(&alive);
  return err;
}

/* Turns ticks into ns by the advance of both clocks since the recording began, as shim/count/rate.c
 * does. The grace is taken once, whatever the process goes on to do, so it is left out. Until the
 * budget's share has come to as much, there is nothing that would tell a longer run's overhead. */
static void add_overhead(struct heap_stats *stats, const struct recording *r) {
  const struct recording_header *h = &r->header;
  uint64_t ticks = h->exited.slow_ticks, elapsed_ticks = clock_ticks() - h->start_ticks;
  uint64_t now = (uint64_t)monotonic_ns(), cpu = process_cpu_ns(r->pid);
  for (uint64_t i = 0; i < r->n_threads; i++)
    ticks += r->threads[i].slow_ticks;
  stats->cpu_ns = cpu > h->cpu_ns ? cpu : h->cpu_ns;
  if (!(h->flags & RECORDING_BUDGET) || !stats->cpu_ns || !elapsed_ticks ||
      now <= h->start_monotonic)
    return;
  double slow = (double)ticks * (double)(now - h->start_monotonic) / (double)elapsed_ticks;
  stats->overhead_known =
      (double)stats->cpu_ns * h->overhead_ppm / 1e6 >= (double)RECORDING_GRACE_NS;
  stats->overhead = fmax(slow - RECORDING_GRACE_NS, 0) / (double)stats->cpu_ns;
}

static void add_counters(struct heap_stats *stats, const struct recording *r) {
  const struct recording_header *h = &r->header;
  struct recording_totals totals = recording_totals(r);
  int64_t live = recording_live_bytes(r);
  stats->pid = r->pid;
  stats->age_ns = recording_duration_ns(r);
  stats->exact = h->flags & RECORDING_EXACT;
  stats->rate = h->rate;
  stats->allocs = totals.allocs;
  stats->frees = totals.frees;
  stats->bytes = totals.bytes;
  stats->n_threads = totals.threads;
  stats->load_generation = h->load_generation;
  stats->n_modules = h->table[TABLE_MODULES].count;
  stats->live_objects = figure_difference(totals.allocs, totals.frees);
  stats->live_bytes = live > 0 ? whole_bytes((uint64_t)live) : 0;
  stats->peak_bytes = whole_bytes(h->peak_bytes);
  stats->dropped = recording_dropped(r);
  add_overhead(stats, r);
}

static struct error *add_command(struct heap_stats *stats, const struct recording *r) {
  struct strbuf sb = STRBUF_INIT;
  stats->program = strdup(recording_program(r));
  append_command(&sb, &r->header);
  strbuf_append(&sb, "");
  stats->command = strbuf_steal(&sb);
  return stats->command && stats->program ? NULL : &error_no_memory;
}

struct error *heap_stats_init(struct heap_stats *ret, const struct recording *r) {
  struct heap_stats stats = {0};
  add_counters(&stats, r);
  struct error *err = add_command(&stats, r);
  if (!err)
    err = add_threads(&stats, r);
  if (!err && r->sites)
    err = heap_sites_add(&stats, r);
  /* Peak and live bytes are not read at one moment, but a peak is never below the live bytes. */
  if (stats.peak_bytes < stats.live_bytes)
    stats.peak_bytes = stats.live_bytes;
  if (err)
    heap_stats_deinit(&stats);
  else
    *ret = stats;
  return err;
}

void heap_stats_deinit(struct heap_stats *stats) {
  free(stats->command);
  free(stats->program);
  free(stats->classes);
  free(stats->threads);
  free(stats->calibration);
  *stats = (struct heap_stats){0};
}

struct heap_stats heap_stats_counters(const struct heap_stats *stats) {
  struct heap_stats copy = *stats;
  copy.command = copy.program = NULL;
  copy.classes = NULL;
  copy.threads = NULL;
  copy.calibration = NULL;
  copy.live_spread.calibration = copy.peak_spread.calibration = NULL;
  copy.n_classes = copy.n_heap_threads = 0;
  return copy;
}

void heap_stats_compare(struct heap_stats *stats, const struct heap_stats *before) {
  uint64_t interval = figure_difference(stats->age_ns, before->age_ns);
  double seconds = (double)interval / 1e9;
  if (!interval)
    return;
  stats->rates = (struct heap_rates){
      .interval_ns = interval,
      .allocs = (double)figure_difference(stats->allocs, before->allocs) / seconds,
      .frees = (double)figure_difference(stats->frees, before->frees) / seconds,
      .bytes = (double)figure_difference(stats->bytes, before->bytes) / seconds,
  };
  double grown = (double)stats->live_bytes - (double)before->live_bytes;
  double freed = stats->rates.bytes - grown / seconds;
  stats->rates.freed_bytes = freed > 0 ? freed : 0;
}
