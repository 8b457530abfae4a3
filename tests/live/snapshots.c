/* snapshots PID N FOLDER: takes N snapshots of a running program, as the command does, and checks
 * each: it must hold no negative figure and never show less allocated than the one before. Every
 * 4th has its figures checked, too; every 10th must be written and read back as pprof; every 500th
 * goes to FOLDER/I.pb.gz for other readers. */
#include "base/cleanup.h"
#include "pprof/decode.h"
#include "pprof/encode.h"
#include "pprof/write_file.h"
#include "recording/find.h"
#include "recording/heap_stats.h"
#include "recording/profile.h"
#include "recording/totals.h"
#include "recording/writer.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void must(struct error *err) {
  if (!err)
    return;
  printf("%s\n", err->message);
  exit(1);
}

static void fail(int i, const char *what, int64_t got, int64_t limit) {
  printf("snapshot %d: %s: %" PRId64 ", limit %" PRId64 "\n", i, what, got, limit);
  exit(1);
}

static int64_t check_samples(int i, const struct profile *profile) {
  int64_t allocated = 0;
  int type = profile_sample_type(profile, "alloc_space");
  for (size_t s = 0; s < profile->n_samples; s++) {
    for (size_t t = 0; t < profile->n_sample_types; t++)
      if (profile->samples[s].values[t] < 0)
        fail(i, profile->sample_types[t].type, profile->samples[s].values[t], 0);
    if (profile->samples[s].n_locations == 0)
      fail(i, "a sample without a stack", (int64_t)s, 0);
    allocated += profile->samples[s].values[type];
  }
  return allocated;
}

static void check_round_trip(const struct profile *profile) {
  _cleanup_free_ void *bytes = NULL;
  _cleanup_profile_ struct profile *again = NULL;
  size_t n;
  must(pprof_encode(profile, &bytes, &n));
  must(pprof_decode(bytes, n, "snapshot", &again));
  if (again->n_samples != profile->n_samples)
    fail(0, "samples after a round trip", (int64_t)again->n_samples, (int64_t)profile->n_samples);
}

/* Figures that only grow. */
static struct {
  uint64_t allocs, frees, bytes;
  int64_t allocated;
} before;

static void check_growth(int i, const struct recording *recording, int64_t allocated) {
  struct recording_totals totals = recording_totals(recording);
  if (totals.allocs < before.allocs)
    fail(i, "allocs", (int64_t)totals.allocs, (int64_t)before.allocs);
  if (totals.frees < before.frees)
    fail(i, "frees", (int64_t)totals.frees, (int64_t)before.frees);
  /* A thread's latest call may be half counted: its size is at most 4 KiB here. */
  if (totals.bytes + (1 << 18) < before.bytes)
    fail(i, "bytes", (int64_t)totals.bytes, (int64_t)before.bytes);
  if (allocated < before.allocated)
    fail(i, "alloc_space", allocated, before.allocated);
  before.allocs = totals.allocs;
  before.frees = totals.frees;
  before.bytes = totals.bytes;
  before.allocated = allocated;
}

static void check_stats(int i, const struct recording *recording) {
  _cleanup_heap_stats_ struct heap_stats stats = {0};
  must(heap_stats_init(&stats, recording));
  if (stats.live_bytes > 1ull << 40 || stats.live_objects > 1ull << 40 || stats.bytes > 1ull << 60)
    fail(i, "live bytes", (int64_t)stats.live_bytes, 0);
}

int main(int argc, char **argv) {
  _cleanup_free_ char *path = NULL;
  if (argc != 4)
    return 2;
  must(recorded_process_find(atoi(argv[1]), &path));
  for (int i = 1; i <= atoi(argv[2]); i++) {
    _cleanup_recording_ struct recording *recording = NULL;
    _cleanup_profile_ struct profile *profile = NULL;
    must(recording_open_named(path, RECORDING_ALL, &recording));
    if (!recording_has_writer(recording))
      fail(i, "the program has ended", i, 0);
    must(recording_profile(recording, &profile));
    check_growth(i, recording, check_samples(i, profile));
    if (i % 4 == 0)
      check_stats(i, recording);
    if (i % 10 == 0)
      check_round_trip(profile);
    if (i % 500)
      continue;
    char name[4096];
    snprintf(name, sizeof(name), "%s/%d.pb.gz", argv[3], i);
    must(pprof_write_file(profile, name));
  }
  printf("%" PRIu64 " allocations\n", before.allocs);
  return 0;
}
