/* What a program and the shim say of the leak check: the lists in the shim's memory
 * (common/leak_lists.h), read from outside. */
#pragma once

#include "common/leak_lists.h"
#include "leak/memory.h"
#include "recording/recording.h"

/* The lists; false, and all zero, where the recording names none or they cannot be read. */
bool leak_lists_read(const struct recording *recording, struct memory *memory,
                     struct leak_lists *ret);

/* What the program requested of the check as a whole. *done: it wants none, or no other one.
 * *suppressions: the text that its __lsan_default_suppressions returned, which the caller frees, or
 * NULL. `reader` is a living thread of the process. */
struct error *leak_lists_requests(const struct recording *recording, pid_t reader, bool *done,
                                  char **suppressions);
