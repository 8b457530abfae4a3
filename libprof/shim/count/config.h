/* The settings of this process's recording.
 *
 * session.c writes them when a recording begins, by one thread, before the others can record. All
 * others read them. They stand below the session, because thread, site and record read them and
 * must not call the session. */
#pragma once

#include <stdint.h>

/* Where everything is recorded: why a free is more than counted. */
enum frees_noted {
  FREES_REMEMBERED = 1,  /* for its stack or its history */
  FREES_KEEP_LEAVES = 2, /* who frees must call late_copy_keep first (life/late_copy.h) */
};

struct config {
  uint32_t flags;      /* enum recording_flags */
  uint8_t frees_noted; /* enum frees_noted */
  uint32_t depth;      /* frames a stack has at most */
  uint64_t rate;       /* of the first draws, in bytes */
  uint32_t overhead_ppm;
  uint64_t seed; /* of the threads' random states */
};

extern struct config config __attribute__((visibility("hidden")));

/* 1 in the process that began the recording, 0 in a child of it, however it was forked. */
extern const uint64_t *config_same_process __attribute__((visibility("hidden")));

/* config_same_process from now on, in a child that has left its parent's recording. */
void config_forget_process(void);

/* From now on *config_same_process becomes 0 in every child. */
void config_watch_forks(void);
