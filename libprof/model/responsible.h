/* The responsible frame of a sample: the innermost function that a maintainer would change.
 *
 * The leaf of a heap profile's stack is seldom that: it is malloc's wrapper, a container or code
 * without a name. Those frames pass an allocation on for somebody else. Every report that names one
 * function for an allocation asks here, so that all name the same one.
 *
 * A frame passes its allocation on if all frames below it do and
 * 1. its name is on the lists (model/allocator_names.h); or
 * 2. in this profile it does little else and serves many: at least 95% of its bytes go straight on
 *    to such frames, and either its name says so ("alloc" and the like in it) and it has two or
 *    more callers, or it has ten or more callers and a quarter of all bytes; or
 * 3. it lies in the C library, which allocates for who called it (streams, directories, lists); or
 * 4. it has no name, and a frame above it has one.
 * The start of a program or thread, libc's or a runtime's, is nobody's responsibility.
 * The outermost frame never does. Where no frame is left the leaf is the responsible one. */
#pragma once

#include "model/profile.h"

struct responsible;

/* For the profile as it is: its functions and samples must not change as long as the result is
 * used. Bytes are those of alloc_space, or of the default sample type where there is no such type.
 */
struct error *responsible_create(const struct profile *profile, struct responsible **ret);
void responsible_destroy(struct responsible *responsible);

/* For two profiles that are compared: a function that passes allocations on by the rules in one
 * passes them on in both. Call it before the others ask. */
struct error *responsible_join(struct responsible *a, struct responsible *b);

/* How many of the sample's innermost frames (inlined ones count, see model/frame.h) pass its
 * allocation on. Less than its number of frames; 0 for a sample without frames. */
uint32_t responsible_skipped(const struct responsible *responsible,
                             const struct profile_sample *sample);

static inline void cleanup_responsible(struct responsible **responsible) {
  responsible_destroy(*responsible);
}
#define _cleanup_responsible_ __attribute__((cleanup(cleanup_responsible)))
