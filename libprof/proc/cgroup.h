/* The memory cgroup of a process: how much it may use, how much it uses, and how many processes
 * the kernel killed because it was exceeded. Reads cgroups of version 2, and the memory
 * controller of version 1 (Documentation/admin-guide/cgroup-v2.rst and cgroup-v1/memory.rst of
 * Linux). All figures come from files below one folder. */
#pragma once

#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define CGROUP_ROOT "/sys/fs/cgroup"

struct cgroup {
  bool v1;
  char *folder;   /* the process's own group; NULL: it has none that can be read; owned */
  char *limited;  /* the group with the least limit: its own or one above; NULL: no limit; owned */
  uint64_t limit; /* bytes: the lower of memory.max and memory.high */
  const char *limit_file; /* "memory.max", "memory.high" or "memory.limit_in_bytes" */
  char *name;             /* of `limited`, from the root: "/system.slice/x.service"; owned */
};

/* The group of process `pid`, with cgroups mounted at `root`. A machine without cgroups is no
 * error. The error is one of memory. */
struct error *cgroup_read(const char *root, pid_t pid, struct cgroup *ret);
void cgroup_deinit(struct cgroup *group);

/* Bytes that the limited group uses and cannot simply drop. Pages of files do not count: they
 * fill memory that is free, and the kernel drops them first. False if there is no limit or the
 * use cannot be read. */
bool cgroup_used(const struct cgroup *group, uint64_t *ret);

/* How many processes of the process's own group the kernel has killed because memory ran out; of
 * the whole machine where the group is the root. False if the kernel does not say. */
bool cgroup_kills(const struct cgroup *group, uint64_t *ret);

static inline void cleanup_cgroup(struct cgroup *group) {
  cgroup_deinit(group);
}
#define _cleanup_cgroup_ __attribute__((cleanup(cleanup_cgroup)))
