/* The memory cgroup of a process: how much it may use, uses, and whom the kernel killed for want of
 * it. Version 2 of cgroups, and the memory controller of version 1 (Documentation/admin-guide/
 * cgroup-v2.rst and cgroup-v1/memory.rst of Linux). All comes from files below one folder. */
#pragma once

#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define MEMORY_GROUP_ROOT "/sys/fs/cgroup"

struct memory_group {
  bool v1;
  char *folder;   /* the process's own group; NULL: it has none that can be read; owned */
  char *limited;  /* this one or the one above it that has the least limit; NULL: none has; owned */
  uint64_t limit; /* bytes: the lower of memory.max and memory.high */
  const char *limit_file; /* "memory.max", "memory.high" or "memory.limit_in_bytes" */
  char *name;             /* of `limited`, from the root: "/system.slice/x.service"; owned */
};

/* The group of process `pid`, with cgroups mounted at `root`. A machine without them is no error.
 */
struct error *memory_group_read(const char *root, pid_t pid, struct memory_group *ret);
void memory_group_deinit(struct memory_group *group);

/* Bytes that the limited group uses and cannot simply drop: without pages of files, that fill what
 * is free and are dropped first. False if there is no limit or it cannot be read. */
bool memory_group_used(const struct memory_group *group, uint64_t *ret);

/* How many processes of the process's own group the kernel has killed for want of memory; of the
 * whole machine where the group is the root. False if it does not say. */
bool memory_group_kills(const struct memory_group *group, uint64_t *ret);

static inline void cleanup_memory_group(struct memory_group *group) {
  memory_group_deinit(group);
}
#define _cleanup_memory_group_ __attribute__((cleanup(cleanup_memory_group)))
