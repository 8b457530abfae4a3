/* Whether a program that is about to be executed can carry the shim.
 *
 * Into some programs nothing can be preloaded that needs glibc, or nothing before their own
 * library: they would not start, or the loader would complain on their stderr. The wrappers of exec
 * (hooks/exec.c) start them without the shim. Others lose it by themselves. Raw system calls and the
 * stack alone: a child of vfork runs this in its parent's memory. */
#pragma once

#include <stdbool.h>

/* Why the shim does not go along, for a sentence that begins with the program ("is statically
 * linked"); NULL if it does, or where that cannot be told. */
struct carrier_fault {
  const char *why;
  bool is_hurt; /* the program must be started without the shim */
};

/* A file has a fault if it is for another machine or word size, has another loader than glibc's or
 * none, needs a sanitizer's library, which must come first, or is executed with another user's or
 * group's rights; a script has its interpreter's. `dir` as for openat; an empty path names `dir`
 * itself. */
struct carrier_fault carrier_fault_of(int dir, const char *path);
