/* The signals that ask a command to end: for commands that wait for them by sigwait. */
#pragma once

#include <signal.h>

/* Blocks SIGINT, SIGTERM and SIGHUP in this thread and those that it starts; *ret has them. */
static inline void end_signals_block(sigset_t *ret) {
  sigemptyset(ret);
  sigaddset(ret, SIGINT);
  sigaddset(ret, SIGTERM);
  sigaddset(ret, SIGHUP);
  sigprocmask(SIG_BLOCK, ret, NULL);
}
