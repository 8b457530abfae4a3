/* The lists that the shim keeps for leak checks in its own memory (common/leak_lists.h), read from
 * outside. They hold what the program declared and requested. */
#pragma once

#include "common/leak_lists.h"
#include "leak/memory.h"
#include "recording/recording.h"

/* The lists; false, and all zero, where the recording names none or they cannot be read. */
bool leak_lists_read(const struct recording *recording, struct memory *memory,
                     struct leak_lists *ret);

/* Reads what the program requested of the check as a whole. *done: it wants no check, or had its
 * one check. *suppressions: the text that its __lsan_default_suppressions returned, or NULL; the
 * caller frees it. `reader` is a living thread of the process. */
struct error *leak_lists_requests(const struct recording *recording, pid_t reader, bool *done,
                                  char **suppressions);
