/* A recording as a profile. */
#pragma once

#include "model/profile.h"
#include "recording/recording.h"

#define RECORDING_TRUNCATED "[truncated]" /* root of a stack that was cut at --depth */
#define RECORDING_INCOMPLETE                                                                       \
  "[incomplete]" /* root of a stack that could not be unwound to its end */

/* The profile of a recording, without symbols: frames have addresses and mappings only.
 * ERROR_BAD_INPUT where a site's stack is damaged.
 *
 * Sample types are alloc_objects/count, alloc_space/bytes, inuse_objects, inuse_space,
 * peak_objects, peak_space, and lifetime/nanoseconds: the sum of the lifetimes of the freed
 * objects, of which there are alloc_objects - inuse_objects. Values are in unsampled form, and none
 * is negative, whatever the file says. A sampled figure's error bar follows from its labels
 * (model/error_bar.h).
 *
 * Labels are bytes and rate, and thread and thread_id where threads were kept apart.
 *
 * default_sample_type is inuse_space while the process lives and alloc_space after its end: the
 * live memory of a program that freed everything would look empty. */
struct error *recording_profile(const struct recording *recording, struct profile **ret);

/* The same. places[i], for each of the n_sites, becomes the place of site i's sample; PROFILE_NONE
 * where it has none. `places` may be NULL. */
struct error *recording_profile_placed(const struct recording *recording, uint32_t *places,
                                       struct profile **ret);

/* recording_open and recording_profile in one. */
struct error *recording_read_profile(const char *path, struct profile **ret);
