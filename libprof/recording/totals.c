#include "recording/totals.h"

#include "base/clock.h"
#include "recording/figures.h"
#include "recording/file.h"
#include "recording/writer.h"

#include <math.h>
#include <stddef.h>

uint64_t recording_thread_bytes(const struct recording_thread *t) {
  return ledger_bytes(&t->ledger);
}

struct recording_totals recording_totals(const struct recording *r) {
  const struct recording_thread *exited = &r->header.exited;
  struct recording_totals sum = {ledger_allocs(&exited->ledger), exited->frees,
                                 recording_thread_bytes(exited), r->header.threads_started};
  for (uint64_t i = 0; i < r->n_threads; i++) {
    const struct recording_thread *t = &r->threads[i];
    sum.allocs += ledger_allocs(&t->ledger);
    sum.frees += t->frees;
    sum.bytes += recording_thread_bytes(t);
  }
  return sum;
}

static void add_at_rate(struct rates *rates, uint32_t log, uint64_t bytes) {
  if (log < RECORDING_RATES)
    rates_add(rates, (double)(1ull << log), (double)bytes);
}

struct rates recording_rates(const struct recording *r) {
  struct rates rates = {0};
  if (!(r->header.flags & RECORDING_BUDGET)) {
    rates_add(&rates, (double)r->header.pinned_rate, (double)recording_totals(r).bytes);
    return rates;
  }
  for (uint32_t log = 0; log < RECORDING_RATES; log++)
    add_at_rate(&rates, log, r->header.at_rate[log]);
  for (uint64_t i = 0; i < r->n_threads; i++) {
    const struct recording_thread *t = &r->threads[i];
    uint64_t bytes = recording_thread_bytes(t);
    add_at_rate(&rates, t->rate_log, bytes > t->rate_bytes ? bytes - t->rate_bytes : 0);
  }
  return rates;
}

static void add_sizes(struct known_totals *known, const struct ledger *ledger) {
  for (unsigned i = 0; i < LEDGER_SIZES; i++)
    known->by_size[i] += (double)ledger->by_size[i];
}

/* The shim notes the blocks when it takes a sample. While the estimate still is at its maximum, blocks
 * that no sample was taken of have come since. -1: unknown. */
static double blocks_at_peak(const struct recording *r, double live) {
  int64_t now = recording_live_bytes(r), peak = (int64_t)r->header.peak_bytes;
  double noted = r->header.peak_blocks ? (double)r->header.peak_blocks : -1;
  return now > peak ? live : now == peak ? fmax(noted, live) : noted;
}

bool recording_known_totals(const struct recording *r, struct known_totals *ret) {
  _Static_assert((int)SIZE_LOGS == (int)LEDGER_SIZES, "both by the logarithm");
  struct recording_totals totals = recording_totals(r);
  if (r->header.flags & RECORDING_EXACT || r->header.paused_allocs || recording_dropped(r))
    return false;
  *ret = (struct known_totals){.rates = recording_rates(r)};
  add_sizes(ret, &r->header.exited.ledger);
  for (uint64_t i = 0; i < r->n_threads; i++)
    add_sizes(ret, &r->threads[i].ledger);
  /* A forked process has blocks that are not among its own calls. */
  ret->live = r->header.flags & RECORDING_FORKED || totals.allocs < totals.frees
                  ? -1
                  : (double)(totals.allocs - totals.frees);
  ret->peak = blocks_at_peak(r, ret->live);
  return true;
}

struct recording_thread recording_busiest_thread(const struct recording *recording) {
  struct recording_thread busiest = {0};
  for (uint64_t i = 0; i < recording->n_threads; i++)
    if (ledger_allocs(&recording->threads[i].ledger) > ledger_allocs(&busiest.ledger))
      busiest = recording->threads[i];
  return busiest;
}

bool recording_missing(const struct recording *r, uint64_t *allocs, uint64_t *bytes) {
  struct recording_totals totals = recording_totals(r);
  uint64_t objects = 0, size = 0;
  if (!(r->header.flags & RECORDING_EXACT) || r->header.paused_allocs)
    return false;
  for (uint64_t i = 0; i < r->n_sites; i++)
    if (r->sites[i].state == SITE_OWN) {
      objects += whole_objects(r->sites[i].alloc_objects);
      size += whole_bytes(r->sites[i].alloc_bytes);
    }
  *allocs = figure_difference(totals.allocs, objects);
  *bytes = figure_difference(totals.bytes, size);
  return true;
}

uint64_t recording_dropped(const struct recording *r) {
  uint64_t sum = 0;
  for (int i = 0; i < DROP_COUNT; i++)
    sum += r->header.dropped[i];
  return sum;
}

int64_t recording_live_bytes(const struct recording *r) {
  uint64_t sum = r->header.live_bytes;
  for (uint64_t i = 0; i < r->n_threads; i++)
    sum += (uint64_t)r->threads[i].live;
  return (int64_t)sum;
}

/* As many as can be read. */
static uint64_t sum_of_threads(int fd, const struct recording_table *table) {
  struct recording_thread threads[32];
  uint64_t sum = 0, left = table->count;
  for (unsigned k = 0; left && k < RECORDING_MAX_CHUNKS && table->chunk[k]; k++)
    for (uint64_t i = 0; left && i < chunk_elements(TABLE_THREADS, k); i += 32) {
      ssize_t got = file_read(fd, threads, sizeof(threads), table->chunk[k] + i * sizeof(*threads));
      for (uint64_t n = 0; n < 32 && left; n++, left--)
        if (got < (ssize_t)((n + 1) * sizeof(*threads)))
          return sum;
        else
          sum += (uint64_t)threads[n].live;
    }
  return sum;
}

bool recording_size_now(const struct recording *r, uint64_t *live, uint64_t *peak) {
  struct recording_table threads;
  uint64_t pair[2], sum;
  size_t at = offsetof(struct recording_header, live_bytes);
  _Static_assert(offsetof(struct recording_header, peak_bytes) ==
                     offsetof(struct recording_header, live_bytes) + sizeof(uint64_t),
                 "one read has both");
  size_t threads_at = offsetof(struct recording_header, table[TABLE_THREADS]);
  if (file_read(r->fd, pair, sizeof(pair), at) != sizeof(pair) ||
      file_read(r->fd, &threads, sizeof(threads), threads_at) != sizeof(threads))
    return false;
  sum = pair[0] + sum_of_threads(r->fd, &threads);
  *live = (int64_t)sum > 0 ? sum >> BYTES_SHIFT : 0; /* a sum of shares, for a moment */
  *peak = pair[1] >> BYTES_SHIFT;
  if (*peak < *live) /* the program looks for a new peak only when something is freed */
    *peak = *live;
  return true;
}

uint64_t recording_duration_ns(const struct recording *r) {
  uint64_t now = (uint64_t)monotonic_ns();
  if (recording_has_writer(r) && now > r->header.start_monotonic)
    return now - r->header.start_monotonic;
  uint64_t last = r->header.last_monotonic > r->header.start_monotonic
                      ? r->header.last_monotonic - r->header.start_monotonic
                      : 0;
  for (uint64_t i = 0; i < r->n_threads; i++)
    if (r->threads[i].last > last)
      last = r->threads[i].last;
  return last;
}
