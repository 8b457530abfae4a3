/* Pointers in all kinds of module data: zeroed, initialised, of a function, in the middle of an
 * array. */
/* truth: kept 4*100000 */
#include "program.h"

void *zeroed;
static void *initialised = &zeroed;
static void *array[64];

static NOINLINE void hold(void) {
  static void *of_function;
  zeroed = take(100000);
  initialised = take(100000);
  of_function = take(100000);
  array[17] = take(100000);
  __asm__ volatile("" : : "r"(&of_function), "r"(&initialised), "r"(array) : "memory");
}

int main(void) {
  hold();
  return 0;
}
