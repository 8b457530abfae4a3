/* Starting the program and standing in for it: signals, stops and status pass through. */
#pragma once

#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Returns an error that says why and what to do if the program called `name` cannot be profiled at
 * all. *status is changed only where a shell has a number for it: 127 or 126. */
struct error *launch_check(const char *name, int *status);

/* Executes argv (found as execvp does) with `environment` ("NAME=value", NULL-ended)
 * added to ours. When it cannot be executed: an error, and *status is what a shell would return,
 * 127 or 126. */
struct error *launch(char **argv, char **environment, pid_t *ret, int *status);

/* Like launch, and calls `hook` with the pid before the program is executed. An error of the hook
 * ends the child and is returned; *status is left alone. */
typedef struct error *launch_hook(pid_t pid);
struct error *launch_hooked(char **argv, char **environment, launch_hook *hook, pid_t *ret,
                            int *status);

/* Programs that are launched from now on write their standard output to standard error: ours takes
 * a report. */
void launch_keep_stdout(void);

/* From now on signals sent to this process alone are passed on to the program. Signals of the
 * terminal are left to the program, which gets them too. Stops of the terminal do not stop this
 * process. */
void launch_watch_signals(pid_t pid);

/* Whether SIGHUP, SIGINT, SIGQUIT or SIGTERM reached this process since launch_forget_ends, from
 * whomever: for work that goes on when the program has ended. */
bool launch_end_is_asked(void);
void launch_forget_ends(void);

/* Converts a wait status to the shell's, and ends the passing on of signals. */
int launch_status(int status);

/* Returns without waiting whether the program has ended, with its wait status in *status. When the
 * program has stopped, this process stops with it. For a loop that waits for other things, too
 * (cli/watch/watch.h). */
bool launch_has_ended(pid_t pid, int *status);

/* The most resident memory of the program that was waited for, in bytes; 0 if it is not known to be
 * the program's. It is known of killed programs, too. The kernel counts in what memprof's own
 * process had before it executed the program, and children that the program waited for. */
uint64_t launch_peak_resident(void);

/* Called before and after this process stops, if set: for code that has changed the terminal. */
extern void (*launch_on_stop)(bool stopping);

/* Waits for the program's end and returns its status as a shell's: 128 + n for signal n. Meanwhile
 * signals sent to this process alone are passed on, those of the terminal are left to the program,
 * which gets them too, and when the program stops this process stops with it, so that the shell's
 * job control works. */
int launch_wait(pid_t pid);
