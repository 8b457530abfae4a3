/* Assertions of what signal handlers and other threads must leave intact.
 *
 * They are compiled in with -DSHIM_CHECKED: in a debug build, and in the shim of tests/checked,
 * which the tests of whole programs run with, too. There a failure writes a line by a raw system
 * call and traps. In every other build an assertion is nothing: its condition is not evaluated.
 *
 * The shim never aborts the program that it records. So an assertion stands where the state is
 * wrong by a fault of the shim alone; what a program can bring about is counted, and tested for
 * always. */
#pragma once

#include <stdbool.h>

#if defined(SHIM_CHECKED)
#include "shim/sys/say.h"

#define SHIM_TEXT_OF(x) #x
#define SHIM_PLACE(file, line) " at " file ":" SHIM_TEXT_OF(line)
#define SHIM_ASSERT(condition)                                                                     \
  ((condition) ? (void)0 : shim_assertion_failed(#condition, SHIM_PLACE(__FILE__, __LINE__)))

static inline __attribute__((cold, noreturn)) void shim_assertion_failed(const char *condition,
                                                                         const char *place) {
  say_anyway("assertion failed: ", condition, place);
  __builtin_trap();
}
#else
#define SHIM_ASSERT(condition) ((void)(false && (condition)))
#endif
