/* Reading a recording, live or left behind.
 *
 * recording_open copies what profiles need out of the file with pread, so that neither a target
 * that goes on writing nor a file that shrinks can disturb the reader; every offset, count and
 * length is checked on the way. Elements that were not published when the copy was made are left
 * out. */
#pragma once

#include "base/error.h"
#include "base/vector.h"
#include "common/layout.h"

#include <stdbool.h>

struct recording {
  struct recording_header header; /* strings in it are NUL-terminated */
  struct recording_thread *threads;
  uint64_t n_threads; /* slots, free ones included (tid 0) */
  struct recording_module *modules;
  uint64_t n_modules;
  struct recording_site *sites;
  uint64_t n_sites; /* unpublished ones included (state) */
  char *path;

  /* Private. */
  int fd;
  uint64_t *stacks[RECORDING_MAX_CHUNKS]; /* chunk by chunk: a stack does not cross from one to the
                                             next */
};

/* Whether the file at `path` begins as a recording does; false also when it cannot be read. */
bool recording_is(const char *path);

/* ERROR_BAD_INPUT when it is not a recording that this version reads. */
struct error *recording_open(const char *path, struct recording **ret);
void recording_destroy(struct recording *recording);

/* The frames of a site's stack, leaf first, and its header word's depth, flags and generation.
 * False when the recording does not hold it. */
bool recording_stack(const struct recording *recording, uint32_t stack, const uint64_t **frames,
                     uint64_t *word);

/* What all threads did together, sampled or not. */
struct recording_totals {
  uint64_t allocs, frees, bytes, threads;
};
struct recording_totals recording_totals(const struct recording *recording);

/* From the start of recording to the last event seen in it, or to now when the process is alive. */
uint64_t recording_duration_ns(const struct recording *recording);

/* Whether the process that writes this recording is still there. */
bool recording_is_live(const struct recording *recording);

static inline void cleanup_recording(struct recording **recording) {
  recording_destroy(*recording);
}
#define _cleanup_recording_ __attribute__((cleanup(cleanup_recording)))
