/* From what an inspection found to the lines that `memprof doctor` prints. */
#pragma once

#include "symbol/inspect.h"

#include <stddef.h>

enum check_status {
  CHECK_OK,
  CHECK_NOTE, /* profiling works; the remedy makes the profile better */
  CHECK_BAD,  /* profiling does not work */
};

struct doctor_check {
  const char *name;
  enum check_status status;
  char *finding;      /* owned; may quote file names: escape it */
  const char *remedy; /* what to do, or "" */
};

#define DOCTOR_MAX_CHECKS 12

/* Fills checks and *n; after an obstacle that hides the rest there are no more. The only error is
 * exhausted memory. */
struct error *doctor_check(const struct inspection *in,
                           struct doctor_check checks[static DOCTOR_MAX_CHECKS], size_t *n);
void doctor_checks_deinit(struct doctor_check *checks, size_t n);
