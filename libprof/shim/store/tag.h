/* Tags: the program's own names for the work that its threads do (memprof.h). A combination of
 * nested tags is one element of the recording and one number; sites are kept apart by it. */
#pragma once

#include <stdint.h>

/* The combination of `parent` (0: none) and a tag within it, made if new. Longer texts are cut.
 * `parent` itself where there is no room for one more; counted in `dropped`. The caller is not in a
 * signal handler that interrupted the shim. */
uint16_t tag_intern(uint16_t parent, const char *key, const char *value);

/* After fork, in the child. */
void tag_reset(void);
