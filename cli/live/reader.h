/* A thread that looks at one process again and again, so that naming the code of a large program,
 * or a slow debuginfod server, does not hold up the screen and its keys. */
#pragma once

#include "cli/live/look.h"

#include <stdbool.h>

struct live_reader;

/* Begins to look at once, and then each second; less often where a look takes long. `path` and
 * `pid` as in live_look_read. The thread has all signals blocked. */
struct error *live_reader_create(const char *path, pid_t pid, struct live_reader **ret);
/* NULL is fine. Waits for a look that is under way. */
void live_reader_destroy(struct live_reader *reader);

/* Readable when there is something to be had from live_reader_next. */
int live_reader_fd(const struct live_reader *reader);

enum live_news {
  LIVE_NOTHING,
  LIVE_LOOK, /* a new look is in *ret, the caller's */
  LIVE_ENDED /* the process has ended, or cannot be looked at any more */
};
enum live_news live_reader_next(struct live_reader *reader, struct live_look *ret);
