/* The mappings of a process, from /proc/PID/maps.
 *
 * This is the only parser of such lines outside of the shim. It takes a line for hostile: one that
 * it cannot read whole is left out. The kernel writes a newline in a path as \012 and escapes
 * nothing else, so that a path cannot always be told from one that has these four characters. A
 * file that was removed has " (deleted)" behind its path. */
#pragma once

#include "base/arena.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum mapping_flags {
  MAPPING_READ = 1,
  MAPPING_WRITE = 2,
  MAPPING_EXECUTE = 4,
  MAPPING_SHARED = 8,
};

struct mapping {
  uint64_t start, end; /* start < end */
  uint32_t flags;
  dev_t device;
  uint64_t inode;    /* 0: anonymous */
  uint64_t resident; /* bytes; 0 unless proc/smaps.h read it */
  const char *path;  /* "", "[heap]", or the file */
};

/* Reads one line, which is cut at its newline; ret->path points into it. */
bool mapping_parse(char *line, struct mapping *ret);

/* Calls `visit` for each mapping of the process, in the order of their addresses, while it returns
 * true; the path is gone afterwards. Returns 0, or the errno value if the file cannot be opened or
 * read to its end. */
typedef bool mapping_fn(void *context, const struct mapping *mapping);
int maps_visit(pid_t pid, mapping_fn *visit, void *context);

/* All mappings, in the order of their addresses. The paths are the maps'. */
struct maps {
  struct mapping *data;
  size_t count, capacity;
  struct arena strings;
};

/* ERROR_SYSTEM when the file cannot be read: the process is gone or is not ours. */
struct error *maps_read(pid_t pid, struct maps *ret);
void maps_deinit(struct maps *maps);

/* Adds a mapping, whose path is copied; false when memory is exhausted. It takes the place of
 * earlier ones that start at its start or above: the kernel lists a mapping again that has grown
 * while the file was read. */
bool maps_add(struct maps *maps, const struct mapping *mapping);

/* The mapping that holds the address, or NULL. */
const struct mapping *maps_find(const struct maps *maps, uint64_t address);

/* The first mapping whose path ends in `suffix`, or NULL. */
const struct mapping *maps_find_file(const struct maps *maps, const char *suffix);

/* Whether the mapping is zero-initialised data of the module mapped right before it. */
bool mapping_is_bss(const struct maps *maps, const struct mapping *mapping);
