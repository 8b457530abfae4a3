/* Starting the program and standing in for it: signals, stops and status pass through. */
#pragma once

#include "base/error.h"

#include <stdbool.h>
#include <sys/types.h>

/* Whether the program called `name` can be profiled at all; if not, an error that says why and what
 * to do. *status is changed only where a shell has a number for it: 127 or 126. */
struct error *launch_check(const char *name, int *status);

/* Forks and executes argv (found as execvp does) with `environment` ("NAME=value", NULL-ended)
 * added to ours. When it cannot be executed: an error, and *status is what a shell would return,
 * 127 or 126. */
struct error *launch(char **argv, char **environment, pid_t *ret, int *status);

/* The same, and before the program is executed `hook` is called with its pid: an error of it ends
 * the child and is returned, with *status left alone. */
typedef struct error *launch_hook(pid_t pid);
struct error *launch_hooked(char **argv, char **environment, launch_hook *hook, pid_t *ret,
                            int *status);

/* From now on signals sent to this process alone are passed on to the program, those of the
 * terminal are left to it; stops of the terminal do not stop this process. */
void launch_watch_signals(pid_t pid);

/* A wait status as the shell's, and the end of passing signals on. */
int launch_status(int status);

/* A look at the program, without waiting: whether it has ended, with the wait status in *status.
 * When it has stopped, this process stops with it. For those who wait for other things too
 * (cli/watch/watch.h). */
bool launch_has_ended(pid_t pid, int *status);

/* Called around our own stop, if set: for who has changed the terminal. */
extern void (*launch_on_stop)(bool stopping);

/* Waits for the program's end and returns its status as a shell's: 128 + n for signal n. Meanwhile
 * signals sent to this process alone are passed on, those of the terminal are left to the program,
 * which gets them too, and when the program stops this process stops with it, so that the shell's
 * job control works. */
int launch_wait(pid_t pid);
