/* An entry for a file of suppressions, made of a leak's stack (memprof leaks --gen-suppressions).
 */
#pragma once

#include "base/strbuf.h"
#include "report/leak_entries.h"

/* Appends the entry in valgrind's form. A frame without a name is given by its module's build-id
 * and the call's offset in the file, so that no entry matches all of a module. Where nothing of the
 * stack is known a comment takes the entry's place. */
void leak_suppression_append(struct strbuf *sb, const struct profile *profile,
                             const struct leak_entry *entry);
