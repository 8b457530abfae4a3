/* The kernel's view of a process's threads. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Calls `visit` for each thread that the process lists, while it returns true. A first thread that
 * has ended stays on the list as long as others live. */
typedef bool process_thread_fn(void *context, pid_t tid);
void process_each_thread(pid_t pid, process_thread_fn *visit, void *context);

/* Whether the thread has ended: it is gone or a zombie. */
bool process_thread_has_ended(pid_t pid, pid_t tid);

/* The number of the system call that the thread is in; -1 for none, or if it is gone. */
long process_thread_call(pid_t pid, pid_t tid);

/* The thread's name, cut to what `name` holds; false, and `name` as it was, if it is gone. */
bool process_thread_name(pid_t pid, pid_t tid, char *name, size_t size);

/* The process of a thread; the thread itself if it is gone. */
pid_t process_of_thread(pid_t tid);
