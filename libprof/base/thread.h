/* Threads of the command. Signals are the main thread's: its handlers pass them on to the program,
 * so every other thread begins with all of them blocked. */
#pragma once

#include <pthread.h>
#include <signal.h>

/* Starts a thread that runs work(context). Returns 0 or an errno value. */
int thread_start(pthread_t *ret, void *(*work)(void *), void *context);

/* Blocks all signals in the calling thread, and so in the threads that a library starts for it,
 * until thread_restore_signals gets the mask that this returns. */
sigset_t thread_block_signals(void);
void thread_restore_signals(const sigset_t *mask);

/* A condition whose timed waits end by CLOCK_MONOTONIC (base/clock.h). */
void thread_condition_init(pthread_cond_t *condition);
