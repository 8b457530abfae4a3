/* Running programs that are recorded: what a user types for one, and its figures. */
#pragma once

#include "base/error.h"
#include "model/heap_stats.h"

#include <sys/types.h>

/* "1234". ERROR_BAD_INPUT for anything else. */
struct error *running_parse(const char *operand, pid_t *ret);

/* The process that `operand` names; without one (NULL) the only process that is recorded, which is
 * said on stderr. ERROR_BAD_INPUT where none is recorded, or several, which it names. */
struct error *running_choose(const char *operand, pid_t *ret);

/* Rates are measured over this time where the user did not ask to watch. */
enum { RUNNING_MOMENT_MS = 250 };
void running_wait_ms(int64_t ms);

/* The same process's counters again. */
struct error *running_counters(const char *path, pid_t pid, struct heap_stats *ret);
