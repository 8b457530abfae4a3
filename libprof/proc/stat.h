/* The files stat and status of /proc, by field. Private to the folder. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum { STAT_STATE = 3, STAT_USER_TIME = 14, STAT_SYSTEM_TIME = 15, STAT_START_STACK = 28 };

/* Field number `field` (from STAT_STATE on, counted as in proc(5)) of a stat file; "" if it cannot
 * be read. */
struct stat_text {
  char text[24];
};
struct stat_text stat_field(const char *path, int field);

/* The last number of the line of /proc/PID/status that begins with `key`. */
bool status_number(pid_t pid, const char *key, uint64_t *ret);
