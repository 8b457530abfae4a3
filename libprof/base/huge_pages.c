#include "base/huge_pages.h"

#include <errno.h>
#include <stdint.h>
#include <sys/mman.h>

enum { PAGE = 4096 };

/* Outwards to whole pages: a piece this large has its own, and a mapping of which only a part is
 * marked could no longer be grown in place by realloc. */
void huge_pages_prefer(void *p, size_t n) {
  uintptr_t begin = (uintptr_t)p & ~(uintptr_t)(PAGE - 1), end = (uintptr_t)p + n;
  int saved = errno;
  if (n >= HUGE_PAGES_FROM)
    madvise((void *)begin, end - begin, MADV_HUGEPAGE);
  errno = saved;
}
