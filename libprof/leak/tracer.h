/* Following a program and all that it starts, by ptrace, until each process is at its end.
 *
 * A thread is stopped when it starts, when a signal reaches it and when it ends; otherwise it runs
 * as it would alone. Signals go on with their siginfo untouched, group stops are left to stand
 * (PTRACE_LISTEN), and nothing is written into a process.
 *
 * A process is at its end when all its threads stand at theirs, however that came about: exit,
 * _exit, abort, a fatal signal, SIGKILL. Its memory and registers are still there, and `ending` is
 * called. If the tracer itself dies, the traced processes run on alone. */
#pragma once

#include "leak/stopped.h"

struct tracer_events {
  /* A process is at its end; its threads are held until this returns. Not called for one that
   * replaces itself by exec. */
  struct error *(*ending)(void *context, struct stopped_process *process);
  /* The main process was stopped by job control: the caller stops itself, too, and returns when it
   * is continued. */
  void (*stopped)(void *context);
  /* A process asked for a check now: its threads stand still until this returns. *found: it has
   * leaks. */
  struct error *(*checking)(void *context, struct stopped_process *process, bool *found);
  /* A process asked to be let go, because someone else is going to trace it: it is not followed any
   * more. */
  struct error *(*released)(void *context, pid_t pid);
  /* The main process has ended with this wait status; `others` threads are still followed. */
  void (*ended)(void *context, int status, size_t others);
};

/* Makes this process the tracer of `pid`, a child that has not yet executed its program.
 * ERROR_CANNOT with a remedy where that is forbidden. */
struct error *tracer_seize(pid_t pid);

/* Follows `main` and its descendants until all have ended. */
struct error *tracer_run(pid_t main, const struct tracer_events *events, void *context);
