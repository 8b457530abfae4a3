/* From the bare figures of a checked process to its verdict: totals, names, suppressions. */
#pragma once

#include "leak/suppressions.h"
#include "model/leak_process.h"

/* Adds up the totals of the process, names the stacks of the kinds in `kinds` (bits), drops all
 * other stacks, whose figures stay in the totals, and applies the suppressions: those given and
 * the program's own, which are added to them. Does nothing the second time. */
struct error *leak_process_judge(struct leak_process *process, unsigned kinds,
                                 struct suppressions *suppressions);
