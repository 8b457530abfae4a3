/* Whether a program that is about to be executed can carry the shim.
 *
 * Into some programs nothing can be preloaded that needs glibc, or nothing before their own
 * library: they would not start, or the loader would complain on their stderr. The wrappers of exec
 * (hooks/exec.c) start them without the shim. Raw system calls and the stack alone: a child of
 * vfork runs this in its parent's memory. */
#pragma once

#include <stdbool.h>

/* False for a file of another machine or word size, with another loader than glibc's, or that needs
 * a sanitizer's library, which must come first; for a script, of its interpreter. True where that
 * cannot be told. `dir` as for openat; an empty path names `dir` itself. */
bool carrier_is_good(int dir, const char *path);
