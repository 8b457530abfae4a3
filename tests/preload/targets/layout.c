/* Allocates in a function of known name, in an executable or, with LIBRARY, in a library that
 * loader.c opens. The test links it in all the ways that move segments about. */
#include <stdlib.h>

#ifdef LIBRARY
#define PUBLIC __attribute__((visibility("default"), noinline))
#else
#define PUBLIC __attribute__((noinline))
#endif
#ifdef FAR_SECTION
#define FAR __attribute__((section(".far_text")))
#else
#define FAR
#endif

static void *volatile kept;

PUBLIC FAR void allocate_1000_there(void) {
  kept = malloc(1000);
}

PUBLIC void allocate_500_here(void) {
  kept = malloc(500);
}

PUBLIC void allocate_both(void) {
  for (int i = 0; i < 10; i++) {
    allocate_1000_there();
    allocate_500_here();
  }
}

#ifndef LIBRARY
int main(void) {
  allocate_both();
  return 0;
}
#endif
