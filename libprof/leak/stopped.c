#include "leak/stopped.h"

#include "base/cleanup.h"
#include "base/vector.h"

#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/wait.h>

enum { VECTORS_MAX = 16384 }; /* bytes of an XSAVE area: AVX-512 and AMX take 11008 */

static void read_vectors(struct stopped_thread *thread) {
  uint64_t *area = malloc(VECTORS_MAX);
  struct iovec io = {area, VECTORS_MAX};
  if (area && ptrace(PTRACE_GETREGSET, thread->tid, NT_X86_XSTATE, &io) == 0) {
    thread->n_vectors = io.iov_len / sizeof(*area);
    thread->vectors = realloc(area, io.iov_len);
    if (thread->vectors)
      return;
  }
  thread->n_vectors = 0;
  free(area);
}

static struct error *add(struct stopped_process *process, const struct stopped_thread *thread) {
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
  struct iovec io = {&thread.registers, sizeof(thread.registers)};
  thread.has_registers = ptrace(PTRACE_GETREGSET, tid, NT_PRSTATUS, &io) == 0;
  if (thread.has_registers)
    read_vectors(&thread);
  return add(process, &thread);
}

struct error *stopped_add_dead(struct stopped_process *process, pid_t tid,
                               const struct user_regs_struct *registers) {
  struct stopped_thread thread = {.tid = tid, .has_registers = registers != NULL};
  if (registers)
    thread.registers = *registers;
  thread.in_call = registers && (int64_t)registers->orig_rax >= 0;
  return add(process, &thread);
}

void stopped_deinit(struct stopped_process *process) {
  for (size_t i = 0; i < process->n_threads; i++)
    free(process->threads[i].vectors);
  free(process->threads);
  *process = (struct stopped_process){0};
}

/* "tid (name) S ...": the state letter. */
static char state_of(pid_t pid, const char *tid) {
  char path[64], text[512];
  snprintf(path, sizeof(path), "/proc/%d/task/%.20s/stat", pid, tid);
  _cleanup_fclose_ FILE *file = fopen(path, "re");
  const char *end = file && fgets(text, sizeof(text), file) ? strrchr(text, ')') : NULL;
  return end && end[1] ? end[2] : 'X';
}

bool thread_is_dead(pid_t pid, pid_t tid) {
  char text[16];
  snprintf(text, sizeof(text), "%d", tid);
  char state = state_of(pid, text);
  return state == 'Z' || state == 'X';
}

void each_thread_id(pid_t pid, thread_id_fn *visit, void *context) {
  char path[32];
  snprintf(path, sizeof(path), "/proc/%d/task", pid);
  _cleanup_closedir_ DIR *dir = opendir(path);
  for (struct dirent *d; dir && (d = readdir(dir));) {
    char state = d->d_name[0] == '.' ? 'X' : state_of(pid, d->d_name);
    if (state != 'X' && state != 'Z' && !visit(context, atoi(d->d_name)))
      break;
  }
}

static pid_t tracer_of(pid_t pid) {
  char path[32], line[256];
  pid_t tracer = 0;
  snprintf(path, sizeof(path), "/proc/%d/status", pid);
  _cleanup_fclose_ FILE *file = fopen(path, "re");
  while (file && fgets(line, sizeof(line), file))
    if (sscanf(line, "TracerPid: %d", &tracer) == 1)
      break;
  return tracer;
}

static int yama_scope(void) {
  int scope = 0;
  _cleanup_fclose_ FILE *file = fopen("/proc/sys/kernel/yama/ptrace_scope", "re");
  return file && fscanf(file, "%d", &scope) == 1 ? scope : 0;
}

struct error *stopped_refusal(pid_t pid, int err_no) {
  pid_t tracer = tracer_of(pid);
  if (err_no == ESRCH)
    return error_create(ERROR_CANNOT, "cannot check process %d: there is no such process", pid);
  if (tracer)
    return error_create(
        ERROR_CANNOT,
        "cannot check process %d: process %d (a debugger?) traces it already; end that first", pid,
        tracer);
  if (yama_scope() > 0)
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

/* Interrupted threads report a stop of their own, or first the signal they were about to get: that
 * is kept for later. */
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
  if (is_held(process, tid))
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
  thread->in_call = (int64_t)thread->registers.orig_rax >= 0;
  attach->grew = true;
  return true;
}

struct error *stopped_attach(pid_t pid, struct stopped_process *ret) {
  struct stopped_process process = {.pid = pid};
  struct attach attach = {.process = &process};
  do { /* threads that run may start others */
    attach.grew = false;
    each_thread_id(pid, attach_thread, &attach);
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
