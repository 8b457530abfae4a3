/* memprof recover: the recordings that lie about, and what becomes of them. */
#pragma once

#include "base/error.h"
#include "report/table.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

enum recording_state {
  RECORDING_LEFT,    /* its process has ended: recover takes it */
  RECORDING_HELD,    /* its memprof run goes on and will take it */
  RECORDING_RUNNING, /* its process still writes it */
  RECORDING_BAD,     /* it cannot be read */
};

struct recording_row {
  const char *path;
  const char *program; /* as `memprof ps` calls it; untrusted; "" if not known */
  pid_t pid;
  uint64_t started; /* ns since the epoch; 0: not known */
  uint64_t size;    /* bytes that it takes on its file system */
  enum recording_state state;
};

struct error *report_recordings(const struct recording_row *rows, size_t n, bool json,
                                const struct table_style *style, FILE *out);
