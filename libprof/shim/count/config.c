#include "shim/count/config.h"

#include "shim/sys/sys.h"

#include <sys/mman.h>

#ifndef MADV_WIPEONFORK
#define MADV_WIPEONFORK 18
#endif

struct config config;

/* One page that the kernel zeroes in a child, whatever way it was forked: *config_same_process is 1
 * only in the process that wrote it. Fork handlers see fork(), wrappers see _Fork and clone; this
 * sees the raw system call. */
static const uint64_t always_same = 1;
const uint64_t *config_same_process = &always_same;

void config_watch_forks(void) {
  long page = sys(SYS_mmap, 0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (sys_failed(page) || sys(SYS_madvise, page, 4096, MADV_WIPEONFORK) != 0)
    return;
  *(uint64_t *)page = 1;
  config_same_process = (const uint64_t *)page;
}

void config_forget_process(void) {
  config_same_process = &always_same;
}
