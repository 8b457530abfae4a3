/* Applying suppressions to the profile of a leak check. */
#pragma once

#include "leak/suppressions.h"
#include "model/leak_kinds.h"

/* Moves the figures of each stack that a suppression matches to the kind LEAK_SUPPRESSED, and
 * with a definitely lost stack what its blocks lost indirectly. The profile must have its
 * symbols. */
struct error *suppressions_apply(struct suppressions *suppressions, struct profile *profile);
