/* This process image's recording: how it begins, and what becomes of it in a forked child. The
 * model of it stands at the top of session.c. */
#pragma once

#include "shim/count/config.h"
#include "shim/count/thread.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The rare half of session_ready: for a thread without counters, and in a new process. */
bool session_enter(void);

/* True when this thread can record; begins the recording or gives the thread counters if need be.
 * False in the midst of that, and when recording is off. */
static inline __attribute__((always_inline)) bool session_ready(void) {
  if (__builtin_expect(!*config_same_process || thread_tls.self == &thread_without_counters, 0))
    return session_enter();
  return thread_tls.state != NULL;
}

/* Around fork. prepare sees to a copy of the live objects while there is still one process; the child
 * leaves the parent's recording and, at its first slow event, begins one of its own with them. */
void session_fork_prepare(void);
void session_fork_parent(void);
void session_fork_child(void);
