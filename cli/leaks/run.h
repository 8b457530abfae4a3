/* Running a program to its end under the leak check: every process of its tree is checked as it
 * ends. */
#pragma once

#include "base/vector.h"
#include "cli/leaks/options.h"
#include "model/leak_process.h"

struct leaks_run {
  struct leaks_settings *settings;
  VECTOR(struct leak_process) processes; /* in the order of their ends */
  pid_t main;
  bool turned_off; /* the main process did not want to be checked at its end */
  int status;      /* of the main process, as the shell's */
  /* Called when the program begins to run. NULL: not called. */
  void (*started)(void *context, pid_t pid);
  /* Called after a process was checked at its end, while it stands still; may take over
   * `processes`. NULL: not called. */
  struct error *(*ended)(void *context, pid_t pid);
  void *context;
};

/* Starts argv, recording into `folder`, and returns when the program and all processes that it
 * started have ended. On an error before the program ran, run->status is 126 or 127 as a shell's if
 * the program could not be executed, else -1. */
struct error *leaks_run(struct leaks_run *run, const char *folder, char **argv);
void leaks_run_deinit(struct leaks_run *run);

/* Checks a process that runs, and lets it go on. */
struct error *leaks_run_attached(struct leaks_run *run, pid_t pid);
