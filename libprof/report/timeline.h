/* memprof run --timeline: a file in Chrome's trace event format, for ui.perfetto.dev and
 * chrome://tracing. Format: "Trace Event Format", docs.google.com/document/d/
 * 1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU; the JSON array form.
 *
 * A file that can be sought in is a whole JSON document after each timeline_flush, even if memprof
 * or the program is killed: the end of the array is written with each batch and overwritten by the
 * next. A pipe gets its end at the end; readers of the format do without.
 *
 * Times are ns on one clock, which begins where the caller likes. Texts may be anything. */
#pragma once

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct timeline;

/* Replaces the file at `path`. */
struct error *timeline_create(const char *path, struct timeline **ret);
/* Without a flush. NULL is fine. */
void timeline_destroy(struct timeline *timeline);

/* How a process and its threads are called; may be said again. */
void timeline_name_process(struct timeline *timeline, pid_t pid, const char *name);
void timeline_name_thread(struct timeline *timeline, pid_t pid, uint32_t tid, const char *name);

/* A counter track of the process: one line for each value. */
struct timeline_value {
  const char *name;
  double value;
};
void timeline_count(struct timeline *timeline, pid_t pid, uint64_t ns, const char *track,
                    const struct timeline_value *values, size_t n);

/* An instant of the process, or of one thread if tid is not 0; `detail` may be NULL. */
void timeline_mark(struct timeline *timeline, pid_t pid, uint32_t tid, uint64_t ns,
                   const char *what, const char *detail);

/* Writes what was added: an error of that, or of memory meanwhile. */
struct error *timeline_flush(struct timeline *timeline);

/* The last flush. */
struct error *timeline_finish(struct timeline *timeline);
