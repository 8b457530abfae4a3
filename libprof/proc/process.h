/* The kernel's view of a process. Every answer may be out of date when it is given, and the process
 * gone; each function says what it answers then. */
#pragma once

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* ERROR_CANNOT where /proc is not mounted, as in some containers and early at boot: no question
 * here has an answer then. */
struct error *process_check_proc(void);

/* Calls `visit` for each process that /proc lists, in no order, while it returns true. Returns 0 or
 * the errno value if /proc cannot be opened. */
typedef bool process_fn(void *context, pid_t pid);
int process_each(process_fn *visit, void *context);

/* The user whom the process runs as; false if it is gone. */
bool process_user(pid_t pid, uid_t *ret);

/* `n` bytes of arguments, each ended by a NUL as in /proc/PID/cmdline, with blanks between them and
 * nothing at the end. The caller frees it; NULL without memory. */
char *process_join_arguments(const char *text, size_t n);

/* The arguments with blanks between, at most 4095 bytes of them; "" if they cannot be read. The
 * caller frees it; NULL without memory. */
char *process_command(pid_t pid);

/* A path by which the program's file can be opened, also where it was removed or is in another
 * mount namespace. */
enum { PROCESS_EXECUTABLE_SIZE = 32 };
void process_executable(pid_t pid, char ret[PROCESS_EXECUTABLE_SIZE]);

/* Whether an item of the environment that the program was started with contains `text`. */
bool process_environment_has(pid_t pid, const char *text);

/* The pid that the process has in its own pid namespace; `pid` if that is not known. */
pid_t process_own_pid(pid_t pid);

/* The inode of the pid namespace that the process is in; 0 if that is not known. */
uint64_t process_pid_namespace(pid_t pid);

/* The process that traces this one; 0 for none. */
pid_t process_tracer(pid_t pid);

/* Resident memory now and at its most, in bytes. */
bool process_resident(pid_t pid, uint64_t *ret);
bool process_peak_resident(pid_t pid, uint64_t *ret);

/* Resident memory by what it is, in bytes. */
struct process_memory {
  uint64_t anonymous, files, shared;
};
bool process_memory(pid_t pid, struct process_memory *ret);

/* CPU time of all its threads since it began, in nanoseconds; 0 if it is gone. */
uint64_t process_cpu_ns(pid_t pid);

/* The start of the first thread's stack when the process began: above it lie the arguments and the
 * environment. 0 if the kernel does not tell. */
uint64_t process_start_of_stack(pid_t pid);

/* The pid that the system gave out last; false if it does not tell. */
bool process_latest_pid(pid_t *ret);

/* Yama's ptrace_scope: above 0, tracing is restricted beyond what the user's identity allows. */
int process_trace_scope(void);
