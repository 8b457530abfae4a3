/* Running programs that are recorded: from what a user types to their recordings and figures. */
#pragma once

#include "base/error.h"
#include "model/heap_stats.h"
#include "recording/recording.h"

/* "1234". ERROR_BAD_INPUT for anything else. */
struct error *live_target_parse(const char *operand, pid_t *ret);

/* The recording of a running process; `counters_only` as recording_open_counters. Errors say what
 * to do. */
struct error *live_target_open(pid_t pid, bool counters_only, struct recording **ret);

/* What rates are measured over where the user did not ask to watch. */
enum { LIVE_MOMENT_MS = 250 };
void live_wait_ms(int64_t ms);

/* The same process's counters again. */
struct error *live_counters(const char *path, pid_t pid, struct heap_stats *ret);
