/* Whether the kernel killed the program for want of memory: told from its cgroup's count of kills,
 * before and after. */
#pragma once

#include "base/error.h"
#include "proc/cgroup.h"

struct oom {
  struct cgroup group;
  bool known;
  uint64_t kills; /* before the program ran */
};

/* Where cgroups are mounted: $MEMPROF_CGROUP_ROOT, or the usual place. */
const char *oom_cgroup_root(void);

/* Before the program runs, which will be in our cgroup. */
void oom_begin(struct oom *oom);

/* After it ended. *ret is the comment for profiles of processes that did not exit by themselves, or
 * NULL where nothing was killed; the caller's. Says so on stderr unless quiet. */
struct error *oom_end(const struct oom *oom, bool quiet, char **ret);

static inline void cleanup_oom(struct oom *oom) {
  cgroup_deinit(&oom->group);
}
#define _cleanup_oom_ __attribute__((cleanup(cleanup_oom)))
