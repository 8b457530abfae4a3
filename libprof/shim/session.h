/* This process image's recording: settings, beginning, fork, end. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct session_config {
  uint32_t flags; /* enum recording_flags */
  uint32_t depth;
  uint64_t rate; /* of the first draws */
  uint32_t overhead_ppm;
};

extern struct session_config session_config __attribute__((visibility("hidden")));
extern uint64_t session_seed __attribute__((visibility("hidden")));

/* True when this thread can record; begins the recording or finds the thread a slot if need be. False in
 * the midst of that, and when recording is off. */
bool session_ready(void);

/* Around fork. prepare copies the live objects while there is still one process; the child
 * leaves the parent's recording and, at its first slow event, begins one of its own with them. */
void session_fork_prepare(void);
void session_fork_parent(void);
void session_fork_child(void);
