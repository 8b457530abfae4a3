/* Turns the result of an inspection into the lines that `memprof doctor` prints. */
#pragma once

#include "symbol/inspect.h"

#include <stddef.h>

enum doctor_status {
  DOCTOR_OK,
  DOCTOR_NOTE, /* profiling works; the remedy makes the profile better */
  DOCTOR_BAD,  /* profiling does not work */
};

struct doctor_item {
  const char *name;
  enum doctor_status status;
  char *finding;      /* owned; may quote file names: escape it */
  const char *remedy; /* what to do, or "" */
};

#define DOCTOR_MAX_ITEMS 12

/* Fills `items` and *n. An obstacle that hides the rest ends the list. The only error is exhausted
 * memory. */
struct error *doctor_items_list(const struct inspection *in,
                                struct doctor_item items[static DOCTOR_MAX_ITEMS], size_t *n);
void doctor_items_deinit(struct doctor_item *items, size_t n);
