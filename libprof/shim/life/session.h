/* This process image's recording: settings, beginning, fork, end. */
#pragma once

#include "shim/count/config.h"
#include "shim/count/thread.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What session_ready does when this thread has no slot or the process is a new one. */
bool session_enter(void);

/* True when this thread can record; begins the recording or finds the thread a slot if need be.
 * False in the midst of that, and when recording is off. */
static inline __attribute__((always_inline)) bool session_ready(void) {
  if (__builtin_expect(!*config_same_process || thread_tls.self == &thread_without_slot, 0))
    return session_enter();
  return thread_tls.own != NULL;
}

/* Around fork. prepare copies the live objects while there is still one process; the child
 * leaves the parent's recording and, at its first slow event, begins one of its own with them. */
void session_fork_prepare(void);
void session_fork_parent(void);
void session_fork_child(void);
