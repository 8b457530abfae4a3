/* Finds out whether the kernel killed the program for want of memory: by its cgroup's count of
 * kills, before and after. */
#pragma once

#include "base/error.h"
#include "proc/cgroup.h"

struct oom {
  struct cgroup group;
  bool known;
  uint64_t kills; /* before the program ran */
};

/* The folder where cgroups are mounted: $MEMPROF_CGROUP_ROOT, or the usual place. */
const char *oom_cgroup_root(void);

/* Call it before the program runs, which will be in the same cgroup. */
void oom_begin(struct oom *oom);

/* Call it after the program ended. *ret, which the caller owns, is the comment for profiles of
 * processes that did not exit by themselves, or NULL where nothing was killed. Prints it on stderr
 * unless quiet. */
struct error *oom_end(const struct oom *oom, bool quiet, char **ret);

static inline void cleanup_oom(struct oom *oom) {
  cgroup_deinit(&oom->group);
}
#define _cleanup_oom_ __attribute__((cleanup(cleanup_oom)))
