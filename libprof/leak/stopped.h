/* A process whose threads all stand still, and their registers.
 *
 * leak/tracer.h hands one out for a process at its end; stopped_attach makes one of a process that
 * runs and lets it go on afterwards. */
#pragma once

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/user.h>

struct stopped_thread {
  pid_t tid;
  bool has_registers;
  bool in_call; /* stopped in a system call */
  struct user_regs_struct registers;
  uint64_t *vectors; /* vector registers, n_vectors words; NULL: none were read */
  size_t n_vectors;
  int signal; /* to be delivered when it goes on */
};

struct stopped_process {
  pid_t pid;    /* the process */
  pid_t reader; /* a thread of it that has its memory: the leader may have ended */
  bool ending;  /* at its end: nothing of it will run again */
  struct stopped_thread *threads;
  size_t n_threads, capacity;
  unsigned missed; /* threads that could not be stopped or read */
};

/* The registers of a thread that this process traces and that is stopped. */
bool thread_registers(pid_t tid, struct user_regs_struct *ret);

/* Adds a thread that this process traces and that is stopped, with its registers. */
struct error *stopped_add(struct stopped_process *process, pid_t tid, bool in_call);

/* Adds a thread that has died in a stop, with the registers that it had there; NULL if they are not
 * known. */
struct error *stopped_add_dead(struct stopped_process *process, pid_t tid,
                               const struct user_regs_struct *registers);
void stopped_deinit(struct stopped_process *process);

/* Attaches to every thread of a process and stops it. ERROR_CANNOT with the reason and a remedy
 * when that is not allowed. stopped_detach lets it go on, also after an error of a later step. */
struct error *stopped_attach(pid_t pid, struct stopped_process *ret);
void stopped_detach(struct stopped_process *process);

/* Why attaching failed with errno value err_no, as one line with a remedy. */
struct error *stopped_refusal(pid_t pid, int err_no);
