#include "leak/stopped.h"

#include "base/vector.h"
#include "leak/arch.h"
#include "proc/process.h"
#include "proc/process_threads.h"

#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/wait.h>

bool thread_registers(pid_t tid, struct user_regs_struct *ret) {
  struct iovec io = {ret, sizeof(*ret)};
  return ptrace(PTRACE_GETREGSET, tid, NT_PRSTATUS, &io) == 0;
}

static struct error *stopped_push(struct stopped_process *process,
                                  const struct stopped_thread *thread) {
  if (!thread->has_registers)
    process->missed++;
  if (vector_reserve((void **)&process->threads, &process->capacity, process->n_threads + 1,
                     sizeof(*thread))) {
    process->threads[process->n_threads++] = *thread;
    return NULL;
  }
  free(thread->vectors);
  return &error_no_memory;
}

struct error *stopped_add(struct stopped_process *process, pid_t tid, bool in_call) {
  struct stopped_thread thread = {.tid = tid, .in_call = in_call};
  thread.has_registers = thread_registers(tid, &thread.registers);
  if (thread.has_registers)
    thread.vectors = arch_read_vectors(tid, &thread.n_vectors);
  return stopped_push(process, &thread);
}

struct error *stopped_add_dead(struct stopped_process *process, pid_t tid,
                               const struct user_regs_struct *registers) {
  struct stopped_thread thread = {.tid = tid, .has_registers = registers != NULL};
  if (registers)
    thread.registers = *registers;
  thread.in_call = registers && arch_system_call(registers) >= 0;
  return stopped_push(process, &thread);
}

void stopped_deinit(struct stopped_process *process) {
  for (size_t i = 0; i < process->n_threads; i++)
    free(process->threads[i].vectors);
  free(process->threads);
  *process = (struct stopped_process){0};
}

struct error *stopped_refusal(pid_t pid, int err_no) {
  struct error *err = process_check_proc();
  if (err)
    return err;
  pid_t tracer = process_tracer(pid);
  if (err_no == ESRCH)
    return error_create(ERROR_CANNOT, "cannot check process %d: there is no such process", pid);
  if (tracer)
    return error_create(
        ERROR_CANNOT,
        "cannot check process %d: process %d (a debugger?) traces it already; end that first", pid,
        tracer);
  if (process_trace_scope() > 0)
    return error_create(
        ERROR_CANNOT,
        "cannot check process %d: the kernel forbids tracing it (%s); run as root or write 0 to "
        "/proc/sys/kernel/yama/ptrace_scope",
        pid, strerror(err_no));
  return error_create(ERROR_CANNOT,
                      "cannot check process %d: tracing it is not allowed (%s); run as its user or "
                      "as root, in a container with "
                      "--cap-add=SYS_PTRACE or a seccomp profile that allows ptrace",
                      pid, strerror(err_no));
}

struct attach {
  struct stopped_process *process;
  struct error *err;
  bool grew; /* a thread was found that was not held yet */
};

static bool is_held(const struct stopped_process *process, pid_t tid) {
  for (size_t i = 0; i < process->n_threads; i++)
    if (process->threads[i].tid == tid)
      return true;
  return false;
}

/* An interrupted thread reports a stop of its own, or first the signal that it was about to get.
 * The signal is kept for later. */
static bool wait_for_stop(pid_t tid, int *signal) {
  int status;
  *signal = 0;
  for (;;) {
    if (waitpid(tid, &status, __WALL) < 0) {
      if (errno == EINTR)
        continue;
      return false;
    }
    if (!WIFSTOPPED(status))
      return false;
    if (status >> 16 == 0)
      *signal = WSTOPSIG(status);
    return true;
  }
}

static bool attach_thread(void *context, pid_t tid) {
  struct attach *attach = context;
  struct stopped_process *process = attach->process;
  int signal;
  if (is_held(process, tid) || process_thread_has_ended(process->pid, tid))
    return true;
  if (ptrace(PTRACE_SEIZE, tid, 0, 0) < 0) {
    if (errno != ESRCH)
      attach->err = stopped_refusal(process->pid, errno);
    return !attach->err;
  }
  if (ptrace(PTRACE_INTERRUPT, tid, 0, 0) < 0 || !wait_for_stop(tid, &signal))
    return true; /* it ended meanwhile */
  attach->err = stopped_add(process, tid, false);
  if (attach->err) {
    ptrace(PTRACE_DETACH, tid, 0, (void *)(intptr_t)signal);
    return false;
  }
  struct stopped_thread *thread = &process->threads[process->n_threads - 1];
  thread->signal = signal;
  thread->in_call = thread->has_registers && arch_system_call(&thread->registers) >= 0;
  attach->grew = true;
  return true;
}

struct error *stopped_attach(pid_t pid, struct stopped_process *ret) {
  struct stopped_process process = {.pid = pid};
  struct attach attach = {.process = &process};
  do { /* threads that run may start others */
    attach.grew = false;
    process_each_thread(pid, attach_thread, &attach);
  } while (!attach.err && attach.grew);
  if (!attach.err && !process.n_threads)
    attach.err = stopped_refusal(pid, ESRCH);
  if (attach.err) {
    stopped_detach(&process);
    return attach.err;
  }
  process.reader = process.threads[0].tid;
  *ret = process;
  return NULL;
}

void stopped_detach(struct stopped_process *process) {
  for (size_t i = 0; i < process->n_threads; i++)
    ptrace(PTRACE_DETACH, process->threads[i].tid, 0, (void *)(intptr_t)process->threads[i].signal);
  stopped_deinit(process);
}
