/* The head of a profile with histories, for build_profile: the types that advice needs, a mapping, a run
 * of one second. */
#pragma once

#define HISTORY_TYPES                                                                              \
  "types alloc_objects/count alloc_space/bytes inuse_objects/count inuse_space/bytes "             \
  "peak_objects/count peak_space/bytes lifetime/nanoseconds temporary_objects/count "              \
  "temporary_space/bytes history_objects/count history_space/bytes freed_objects/count "           \
  "freed_space/bytes\nmapping 0x1000 0x9000 0 /bin/prog BUILD\nduration 1000000000\n"
