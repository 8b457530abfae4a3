// Address space that was reserved and hardly used: a pointer in its midst is found, and the check takes what was
// used of it, not what was reserved. Before Linux 6.7 its page table is read entry by entry: there it is smaller.
// expect: definite=32/1 reachable=64/1
#include "case.h"

#include <stdio.h>
#include <sys/mman.h>
#include <sys/utsname.h>

int main(void) {
  struct utsname name;
  int major = 0, minor = 0;
  uname(&name);
  sscanf(name.release, "%d.%d", &major, &minor);
  size_t size = major > 6 || (major == 6 && minor >= 7) ? (size_t)64 << 40 : (size_t)256 << 30;
  char *space =
      mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (space == MAP_FAILED)
    return 9;
  *(void **)(space + size / 2) = get(64);
  ESCAPE(get(32));
  clean();
  return 0;
}
