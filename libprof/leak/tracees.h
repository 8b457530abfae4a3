/* The threads that a tracer follows, by thread id and by process. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <sys/user.h>

struct tracee {
  pid_t tid, pid;
  bool held;    /* stands at its end and waits for the others of its process */
  bool in_call; /* entered its end by a system call */
  /* The registers at its latest stop. A thread that is killed in a stop dies right there, without a
   * stop at its end. */
  bool has_registers, has_run, dead;
  struct user_regs_struct registers;
  struct tracee *next;
};

enum { TRACEE_BUCKETS = 1024 };

struct tracees {
  struct tracee *bucket[TRACEE_BUCKETS]; /* by thread id */
  size_t count, n_held;
};

/* The tracee, made if it is new (its process is then read from /proc); NULL when memory is
 * exhausted. */
struct tracee *tracees_get(struct tracees *tracees, pid_t tid);

/* The tracee if it is known. */
struct tracee *tracees_find(struct tracees *tracees, pid_t tid);

void tracees_remove(struct tracees *tracees, pid_t tid);

/* Drops all threads of the process but one. */
void tracees_keep_only(struct tracees *tracees, pid_t pid, pid_t tid);

/* Threads of the process, and how many of them are held. */
size_t tracees_count(const struct tracees *tracees, pid_t pid, size_t *held);

/* The first tracee of this process after `after` (NULL: the first), or NULL. */
struct tracee *tracees_next(const struct tracees *tracees, pid_t pid, const struct tracee *after);

void tracees_deinit(struct tracees *tracees);
