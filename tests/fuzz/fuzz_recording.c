/* libFuzzer target: bytes stand for a recording, packed as packed_recording.h says; what the reader
 * makes of it is written as pprof and summed up, and its live objects are walked. */
#include "packed_recording.h"

#include "model/graph.h"
#include "model/wrong_free.h"
#include "pprof/decode.h"
#include "pprof/encode.h"
#include "recording/heap_stats.h"
#include "recording/objects.h"
#include "recording/profile.h"
#include "recording/wrong_frees.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

/* For what cannot fail on a recording that was read. */
static void must(struct error *err) {
  if (err && err->code != ERROR_NO_MEMORY)
    abort();
  error_destroy(err);
}

/* A damaged file has one line of error, which names it. */
static bool refused(struct error *err, const char *path) {
  if (!err)
    return false;
  if (strchr(err->message, '\n') || (err->code != ERROR_NO_MEMORY && !strstr(err->message, path)))
    abort();
  error_destroy(err);
  return true;
}

static void unpack(int fd, const uint8_t *bytes, size_t n) {
  uint64_t size;
  memcpy(&size, bytes, sizeof(size));
  if (ftruncate(fd, (off_t)(size % (PACKED_SIZE_LIMIT + 1))) < 0)
    abort();
  for (size_t at = PACKED_HEAD; n - at >= PACKED_RUN;) {
    uint32_t place;
    uint16_t length;
    memcpy(&place, bytes + at, sizeof(place));
    memcpy(&length, bytes + at + sizeof(place), sizeof(length));
    at += PACKED_RUN;
    if (length > n - at)
      length = (uint16_t)(n - at);
    if (pwrite(fd, bytes + at, length, (off_t)place * 8) != length)
      abort();
    at += length;
  }
}

static void use_profile(const struct profile *profile) {
  for (size_t i = 0; i < profile->n_samples; i++)
    for (size_t k = 0; k < profile->n_sample_types; k++)
      if (profile->samples[i].values[k] < 0)
        abort();
  struct profile *again = NULL;
  void *encoded = NULL;
  size_t n = 0;
  must(pprof_encode(profile, &encoded, &n));
  if (encoded)
    must(pprof_decode(encoded, n, "again", &again));
  if (again && again->n_samples != profile->n_samples)
    abort();
  profile_destroy(again);
  free(encoded);
  for (int type = 0; type < (int)profile->n_sample_types; type += 3) {
    struct graph *graph = NULL;
    must(graph_create(
        profile, &(struct graph_options){.type = type, .granularity = GRAPH_ADDRESSES}, &graph));
    graph_destroy(graph);
  }
}

static bool count(void *context, const struct live_object *object) {
  if (object->start + object->size < object->start)
    abort();
  ++*(uint64_t *)context;
  return true;
}

static void use_figures(const struct recording *recording) {
  struct heap_stats stats;
  uint64_t n = 0, rejected = 0;
  must(heap_stats_init(&stats, recording));
  struct interval live = spread_interval(&stats.live_spread, (double)stats.live_bytes);
  if (!(live.low <= live.high) || !stats.command)
    abort();
  heap_stats_deinit(&stats);
  if (!refused(recording_objects(recording, count, &n, &rejected), recording->path) &&
      n > recording_objects_bound(recording))
    abort();
}

static void use_wrong_frees(const struct recording *recording) {
  _cleanup_profile_ struct profile *profile = NULL;
  if (!refused(recording_wrong_frees(recording, &profile), recording->path) &&
      wrong_free_calls(profile) < 0)
    abort();
}

static void read_recording(const char *path) {
  _cleanup_recording_ struct recording *recording = NULL, *counters = NULL;
  _cleanup_profile_ struct profile *profile = NULL;
  (void)recording_is(path);
  if (refused(recording_open_named(path, RECORDING_ALL, &recording), path))
    return;
  must(recording_open_named(path, RECORDING_COUNTERS, &counters));
  use_figures(recording);
  use_wrong_frees(recording);
  if (!refused(recording_profile(recording, &profile), path))
    use_profile(profile);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
  char path[64];
  int fd = n < PACKED_HEAD ? -1 : memfd_create("fuzz", MFD_CLOEXEC);
  if (fd < 0)
    return 0;
  unpack(fd, bytes, n);
  snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
  read_recording(path);
  close(fd);
  return 0;
}
