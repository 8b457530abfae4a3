/* A running process as `memprof advise --pid` sees it. */
#pragma once

#include "model/profile.h"

#include <sys/types.h>

/* The named profile of a process as of now, with what is known of its threads' stacks. Where everything
 * is recorded and some memory only grows, the process is stopped and checked for leaks, and the profile
 * says what can be reached (model/reach_labels.h). Its program's name goes to *name. Both are the
 * caller's to free. */
struct error *advise_read_process(pid_t pid, struct profile **ret, char **name);
