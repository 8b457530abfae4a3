/* One look at a running program for the live view: its figures, and where its memory is by line of
 * source. Nothing here knows of screens or threads. */
#pragma once

#include "base/error.h"
#include "model/heap_stats.h"

/* A line of source that allocates. */
struct live_row {
  char *label;  /* "function  file:line", escaped for a terminal; owned */
  int64_t live; /* bytes */
  int64_t allocated;
  /* The same before calibration: they change with samples alone. Not set where all is recorded. */
  double raw_live, raw_allocated;
};

struct live_look {
  struct heap_stats stats; /* no rates */
  struct live_row *rows;   /* by label; owned */
  size_t n_rows;
  uint64_t rss, anonymous; /* bytes, of these in no file; 0: unknown */
};

/* Reads the recording at `path` of process `pid`, and names its code. It is an error, too, when the
 * process does not write the recording any more. */
struct error *live_look_read(const char *path, pid_t pid, struct live_look *ret);
void live_look_deinit(struct live_look *look);

/* The row with this label, or NULL. */
const struct live_row *live_look_find(const struct live_look *look, const char *label);
