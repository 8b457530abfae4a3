/* The mappings of a process, from /proc/PID/maps. */
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
  uint64_t start, end;
  uint32_t flags;
  uint64_t inode;   /* 0: anonymous */
  const char *path; /* "", "[heap]", or the file; the maps' */
};

/* In the order of their addresses. */
struct maps {
  struct mapping *data;
  size_t count, capacity;
  struct arena strings;
};

/* ERROR_SYSTEM when the file cannot be read: the process is gone or is not ours. */
struct error *maps_read(pid_t pid, struct maps *ret);
void maps_deinit(struct maps *maps);

/* The mapping that holds the address, or NULL. */
const struct mapping *maps_find(const struct maps *maps, uint64_t address);

/* The first mapping whose path ends in `suffix`, or NULL. */
const struct mapping *maps_find_file(const struct maps *maps, const char *suffix);

/* Whether the mapping is zero-initialised data of the module mapped right before it. */
bool mapping_is_bss(const struct maps *maps, const struct mapping *mapping);
