/* A look at the stacks of a process's threads (model/stack_look.h). */
#pragma once

#include "model/stack_look.h"
#include "recording/recording.h"

/* Looks at the process of a recording, which must be alive; what was earlier stays 0. False
 * where the process may not be looked into, and where it has more threads than stacks are found:
 * then its threads bring stacks of their own. */
bool recording_look_at_stacks(const struct recording *recording, struct stack_look *ret);
