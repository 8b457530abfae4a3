/* A recording as a profile. */
#pragma once

#include "model/profile.h"
#include "recording/recording.h"

#define RECORDING_TRUNCATED "[truncated]" /* root of a stack that was cut at --depth */
#define RECORDING_INCOMPLETE                                                                       \
  "[incomplete]" /* root of a stack that could not be unwound to its end */

/* Sample types alloc_objects/count, alloc_space/bytes, inuse_objects, inuse_space, peak_objects,
 * peak_space, and lifetime/nanoseconds: the sum over freed objects of how long
 * each lived (alloc_objects - inuse_objects of them); in unsampled form; labels bytes and rate (and
 * thread, thread_id where threads were kept apart). A sampled figure's error bar follows from the
 * labels, see model/error_bar.h. No symbols: frames have addresses and mappings only.
 * default_sample_type is inuse_space while the process lives, alloc_space after its end: a program
 * that freed everything would look empty. No value is negative, whatever the file says.
 * ERROR_BAD_INPUT where a site's stack is damaged. */
struct error *recording_profile(const struct recording *recording, struct profile **ret);

/* recording_open and recording_profile in one. */
struct error *recording_read_profile(const char *path, struct profile **ret);
