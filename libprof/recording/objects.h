/* The live objects of a recording: address, size, site, time and thread of every recorded block
 * that was not freed.
 *
 * They are read from the file and not copied by recording_open, because there can be millions.
 * Everything in the file is bounded and checked: objects of unpublished sites and of impossible
 * sizes or addresses are left out and counted. The table moves while the process runs; a reader
 * that wants a whole picture stops the process first. */
#pragma once

#include "recording/recording.h"

struct live_object {
  uint64_t start, size; /* start + size does not overflow and is a user address */
  uint64_t time;        /* ns since the recording began; 0: inherited from a parent process */
  uint32_t site;        /* index of a published site */
  uint32_t thread;      /* recording_thread.number, with OBJECT_IGNORED where it was asked for */
};

/* Called for each object: first the small ones of an exact recording in the order of their
 * addresses, then the others in no order. False ends the walk and stands for exhausted memory. */
typedef bool live_object_fn(void *context, const struct live_object *object);

/* How many blocks of its kind the object stands for: 1/p, see model/error_bar.h. */
double live_object_weight(const struct recording *recording, const struct live_object *object);

/* How many objects the recording has room for: a bound for the callers's arrays. */
uint64_t recording_objects_bound(const struct recording *recording);

/* Visits every live object; *rejected counts entries that cannot be true. ERROR_BAD_INPUT for a
 * table that the file does not hold, no memory when `visit` returned false. */
struct error *recording_objects(const struct recording *recording, live_object_fn *visit,
                                void *context, uint64_t *rejected);
