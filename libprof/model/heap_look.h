/* A look at glibc's heap while its process lived: how much of it was resident, and how much of that
 * no block needed. Kept in a comment of the profile, "heap: bytes=N arenas=N ...".
 *
 * The sizes of blocks are the recording's, so `live`, `arena_live` and `free` are estimates where
 * it samples. */
#pragma once

#include "base/strbuf.h"
#include "model/profile.h"

/* In bytes, where nothing else is said. */
struct heap_look {
  uint64_t bytes;      /* resident: [heap] and the arenas of threads */
  uint64_t arenas;     /* the part of it in arenas of threads */
  uint64_t n_arenas;   /* how many mappings of arenas there were */
  uint64_t live;       /* blocks in it, with their headers and rounding */
  uint64_t arena_live; /* those in arenas of threads */
  uint64_t plus_minus; /* half of the 95% interval of `live` */
  uint64_t free;       /* pages without a live block, at least: what malloc_trim can give back */
  uint64_t held;       /* not needed by blocks: the least of all readings in the second half of the
                          run */
  uint64_t age_ns;     /* how long the process had been recorded */
};

/* The comment of it. */
void heap_look_append(struct strbuf *sb, const struct heap_look *look);

/* From the comment of the process with the largest heap; false without one. */
bool profile_heap_look(const struct profile *profile, struct heap_look *ret);
