// Programs written for LeakSanitizer: the sanitizer's functions are there when the recorder is.
// expect: suppressed=96/2 definite=16/1 reachable=64/1 indirect=0/0
#include "case.h"
#include <sys/mman.h>
__attribute__((weak)) void __lsan_ignore_object(const void *p);
__attribute__((weak)) void __lsan_disable(void);
__attribute__((weak)) void __lsan_enable(void);
int main(void) {
  void **p = get(32);
  if (!__lsan_ignore_object)
    return 9;
  p[0] = get(64); /* no leak: an ignored block points to it */
  __lsan_ignore_object(p);
  __lsan_disable();
  __lsan_disable();
  __lsan_enable();
  ESCAPE(get(64));
  __lsan_enable();
  ESCAPE(get(16));
  return 0;
}
