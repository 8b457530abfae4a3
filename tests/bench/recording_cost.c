/* recording_cost FILE...: what recordings say of themselves and their own cost, one JSON object a
 * line. Ticks become ns by what both clocks did from the recording's start until now.
 *
 * slow_ns is what the budget charges: half as much again as was measured, for the frees to come.
 * Threads report it every few events, so what they have not reported yet is missing. */
#include "base/cleanup.h"
#include "common/clock.h"
#include "recording/recording.h"
#include "recording/totals.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

static double ns_per_tick(const struct recording_header *h) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  uint64_t now = (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec, ticks = clock_ticks();
  return (double)(now - h->start_monotonic) / (double)(ticks - h->start_ticks);
}

static struct error *describe(const char *path) {
  _cleanup_recording_ struct recording *r = NULL;
  struct stat st;
  struct error *err = recording_open_named(path, RECORDING_ALL, &r);
  if (err)
    return err;
  const struct recording_header *h = &r->header;
  uint64_t ticks = h->exited.slow_ticks, events = h->exited.slow_events;
  for (uint64_t i = 0; i < r->n_threads; i++) {
    ticks += r->threads[i].slow_ticks;
    events += r->threads[i].slow_events;
  }
  struct recording_totals totals = recording_totals(r);
  printf("{\"pid\": %u, \"slow_ns\": %.0f, \"slow_events\": %" PRIu64 ", \"rate\": %" PRIu64
         ", \"rate_changes\": %" PRIu64 ", \"overhead_ppm\": %u, \"allocs\": %" PRIu64
         ", \"frees\": %" PRIu64 ", \"sites\": %" PRIu64 ", \"stack_words\": %" PRIu64
         ", \"object_levels\": %" PRIu64 ", \"truncated\": %" PRIu64 ", \"incomplete\": %" PRIu64
         ", \"dropped\": %" PRIu64 ", \"file_bytes\": %lld}\n",
         h->pid, (double)ticks * ns_per_tick(h), events, h->rate, h->rate_changes, h->overhead_ppm,
         totals.allocs, totals.frees, r->n_sites, h->table[TABLE_STACKS].count,
         h->table[TABLE_OBJECTS].count, h->truncated_stacks, h->incomplete_stacks,
         h->dropped[DROP_SPACE] + h->dropped[DROP_REENTRANT] + h->dropped[DROP_LIMIT],
         stat(path, &st) == 0 ? (long long)st.st_blocks * 512 : 0);
  return NULL;
}

int main(int argc, char **argv) {
  for (int i = 1; i < argc; i++) {
    struct error *err = describe(argv[i]);
    if (err) {
      fprintf(stderr, "%s\n", err->message);
      return 1;
    }
  }
  return 0;
}
