/* Whether the program has locked itself into a sandbox since it started (hooks/sandbox.c).
 *
 * A filter may kill the process for a system call that it does not expect. From then on the shim
 * grows nothing and looks nothing up, so that it makes only those of docs/ARCHITECTURE.md's list.
 * A filter that was there before the program, a container's, is no reason: it let the recording
 * begin. */
#pragma once

#include <stdbool.h>

enum sandbox { SANDBOX_NONE, SANDBOX_FILTER, SANDBOX_STRICT /* not even those */ };

/* Only ever raised, except that a filter which the kernel refused is taken back. */
extern int sandbox __attribute__((visibility("hidden")));

static inline bool sandboxed(void) {
  return __builtin_expect(__atomic_load_n(&sandbox, __ATOMIC_RELAXED) != SANDBOX_NONE, 0);
}
