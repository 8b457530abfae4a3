#include "shim/sys/probe.h"

#include "shim/sys/sys.h"

#include <errno.h>

/* The kernel copies the signal set before it looks at `how`, which here means nothing: -EFAULT or
 * -EINVAL. It sees what mincore does not: pages without the right to read, and pages beyond a
 * file's end. Sandboxes allow this call, because every libc makes it. */
static bool word_is_readable(uintptr_t at) {
  return sys(SYS_rt_sigprocmask, -1, at, 0, sizeof(uint64_t)) != -EFAULT;
}

bool probe_readable(uintptr_t at, size_t size) {
  enum { PAGE = 4096 };
  uintptr_t end = at + size;
  if (!size || end < at)
    return false;
  for (uintptr_t page = at & ~(uintptr_t)(PAGE - 1); page < end; page += PAGE)
    if (!word_is_readable(page))
      return false;
  return true;
}
