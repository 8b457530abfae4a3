#include "recording/heap_stats.h"

#include "base/clock.h"
#include "base/strbuf.h"
#include "base/vector.h"
#include "common/clock.h"
#include "common/size_class.h"
#include "proc/process.h"
#include "proc/process_threads.h"
#include "recording/comments.h"
#include "recording/figures.h"
#include "recording/totals.h"
#include "recording/writer.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* Size classes of a 64-bit size, and what a byte can say. */
enum { N_CLASSES = 256 };

/* A site's allocations as the sampling saw them: the mean size, and the chance of each to be
 * recorded (design: p = 1 - exp(-(s + 1) / R)). */
static double mean_size(const struct recording_site *site) {
  double objects = (double)site->alloc_objects / (1 << OBJECTS_SHIFT);
  return objects > 0 ? (double)site->alloc_bytes / (1 << BYTES_SHIFT) / objects : 0;
}

static double site_chance(const struct recording_site *site) {
  return site->rate <= 1 ? 1 : -expm1(-(mean_size(site) + 1) / (double)site->rate);
}

struct sums {
  struct heap_class classes[N_CLASSES];
  uint64_t live_bytes; /* weighted, BYTES_SHIFT */
  double samples;
  struct spread live, peak;
};

static void add_spread(struct spread *sum, uint64_t objects, double size, double p) {
  struct spread spread = spread_of_objects((double)objects / (1 << OBJECTS_SHIFT), size, p, size);
  spread_add(sum, &spread);
}

static void add_site(struct sums *sums, const struct recording_site *site, uint64_t epoch) {
  if (site->state == SITE_UNPUBLISHED)
    return;
  uint64_t live = figure_difference(site->alloc_objects, site->freed_objects);
  uint64_t live_bytes = figure_difference(site->alloc_bytes, site->freed_bytes);
  struct heap_class *c = &sums->classes[site->size_class];
  double p = site_chance(site), size = mean_size(site);
  c->live += live;
  c->live_bytes += live_bytes;
  sums->live_bytes += live_bytes;
  add_spread(&sums->live, live, size, p);
  add_spread(&sums->peak, site->peak_epoch >= epoch ? site->peak_objects : live, size, p);
  if (site->state == SITE_INHERITED)
    return;
  c->allocs += site->alloc_objects;
  c->alloc_bytes += site->alloc_bytes;
  sums->samples += (double)site->alloc_objects / (1 << OBJECTS_SHIFT) * p;
}

static struct error *take_classes(struct heap_stats *stats, const struct sums *sums) {
  stats->classes = calloc(N_CLASSES, sizeof(*stats->classes));
  if (!stats->classes)
    return &error_no_memory;
  for (uint32_t i = 0; i < N_CLASSES; i++) {
    const struct heap_class *c = &sums->classes[i];
    if (!c->allocs && !c->live)
      continue;
    stats->classes[stats->n_classes++] = (struct heap_class){
        .least = size_class_start(i),
        .most = i + 1 < N_CLASSES ? size_class_start(i + 1) - 1 : UINT64_MAX,
        .allocs = whole_objects(c->allocs),
        .alloc_bytes = whole_bytes(c->alloc_bytes),
        .live = whole_objects(c->live),
        .live_bytes = whole_bytes(c->live_bytes),
    };
  }
  return NULL;
}

static struct error *add_sites(struct heap_stats *stats, const struct recording *r) {
  struct rates rates = recording_rates(r);
  struct sums *sums = calloc(1, sizeof(*sums));
  if (!sums)
    return &error_no_memory;
  for (uint64_t i = 0; i < r->n_sites; i++)
    add_site(sums, &r->sites[i], r->header.peak_epoch);
  struct error *err = take_classes(stats, sums);
  stats->samples = sums->samples < 0x1p63 ? (uint64_t)(sums->samples + 0.5) : UINT64_MAX;
  stats->live_bytes = whole_bytes(sums->live_bytes);
  stats->live_spread = sums->live;
  stats->peak_spread = sums->peak;
  stats->live_spread.unseen = stats->peak_spread.unseen = rates_unseen(&rates);
  stats->peak_spread.looks = (double)stats->bytes / ((double)stats->peak_bytes + 1);
  free(sums);
  return err;
}

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
    *thread = (struct heap_thread){t->tid,    "", t->allocs, t->frees, recording_thread_bytes(t),
                                   t->started};
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
 * does. */
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
  stats->overhead_known = true;
  stats->overhead = slow / (double)stats->cpu_ns;
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
    err = add_sites(&stats, r);
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
  *stats = (struct heap_stats){0};
}

struct heap_stats heap_stats_counters(const struct heap_stats *stats) {
  struct heap_stats copy = *stats;
  copy.command = copy.program = NULL;
  copy.classes = NULL;
  copy.threads = NULL;
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
