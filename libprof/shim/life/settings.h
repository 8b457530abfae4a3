/* The settings of common/settings.h, read from the environment. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct settings {
  const char *dir;    /* NULL: the user's own folder in shared memory */
  const char *output; /* NULL: the default name */
  uint64_t rate;      /* pinned; 0: by budget */
  uint32_t overhead_ppm;
  uint32_t depth;
  bool threads, follow, free_stacks, histories, has_seed;
  uint64_t seed;
  uint32_t supervisor; /* pid, or 0 */
};

/* Reads the environment once; later changes of it have no effect. A value that cannot be
 * read is named in *bad (as its entry, the first time), and its default holds. False before the
 * environment is there. */
bool settings_read(struct settings *ret, const char **bad);

/* Whether a list of LD_PRELOAD's has a library of memprof's in it; takes them out, in place. */
bool settings_has_shim(const char *list);
void settings_without_shim(char *list);

/* Takes the shim out of the environment that children will get: LD_PRELOAD's entry that ends in
 * `library`, and the settings. */
void settings_remove(const char *library);
