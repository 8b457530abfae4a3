#include "leak/tracer.h"

#include "common/tracer_request.h"
#include "leak/arch.h"
#include "leak/tracees.h"
#include "proc/process_threads.h"

#include <elf.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>

#define FOLLOW                                                                                     \
  (PTRACE_O_TRACEEXIT | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE |           \
   PTRACE_O_TRACEEXEC)

struct tracer {
  pid_t main;
  const struct tracer_events *events;
  void *context;
  struct tracees tracees;
  bool main_ended;
};

struct error *tracer_seize(pid_t pid) {
  return ptrace(PTRACE_SEIZE, pid, 0, (void *)(uintptr_t)FOLLOW) < 0 ? stopped_refusal(pid, errno)
                                                                     : NULL;
}

/* A tracee may be killed at any moment. A failure means that it is gone, and wait will report
 * that. */
static void go_on(pid_t tid, int signal) {
  ptrace(PTRACE_CONT, tid, 0, (void *)(intptr_t)signal);
}

static unsigned long event_message(pid_t tid) {
  unsigned long message = 0;
  ptrace(PTRACE_GETEVENTMSG, tid, 0, &message);
  return message;
}

/* The system call that a thread is in, -1 for none. */
static long current_call(pid_t tid) {
  struct user_regs_struct registers;
  return thread_registers(tid, &registers) ? arch_system_call(&registers) : -1;
}

/* Whether a thread that runs or sleeps is in execve. The others of its process then end because of
 * that. */
static bool is_in_exec(const struct tracee *tracee) {
  long call = process_thread_call(tracee->pid, tracee->tid);
  return call == SYS_execve || call == SYS_execveat;
}

static void release_held(struct tracer *tracer, pid_t pid) {
  for (struct tracee *t = tracees_next(&tracer->tracees, pid, NULL), *next; t; t = next) {
    next = tracees_next(&tracer->tracees, pid, t);
    if (!t->held)
      continue;
    pid_t tid = t->tid;
    tracer->tracees.n_held--;
    tracees_remove(&tracer->tracees, tid);
    go_on(tid, 0);
  }
}

struct unknown {
  struct tracees *tracees;
  pid_t pid;
  bool found;
};

static bool is_unknown(void *context, pid_t tid) {
  struct unknown *unknown = context;
  unknown->found =
      !tracees_find(unknown->tracees, tid) && !process_thread_has_ended(unknown->pid, tid);
  return !unknown->found;
}

static bool has_living(const struct tracer *tracer, pid_t pid) {
  for (struct tracee *t = tracees_next(&tracer->tracees, pid, NULL); t;
       t = tracees_next(&tracer->tracees, pid, t))
    if (!t->dead)
      return true;
  return false;
}

static struct error *report_ending(struct tracer *tracer, pid_t pid) {
  struct stopped_process process = {.pid = pid, .ending = true};
  struct error *err = NULL;
  for (struct tracee *t = tracees_next(&tracer->tracees, pid, NULL); t && !err;
       t = tracees_next(&tracer->tracees, pid, t)) {
    if (t->dead && !t->has_registers && !t->has_run)
      continue; /* killed before its first instruction */
    if (!t->dead)
      process.reader = t->tid;
    err = t->dead ? stopped_add_dead(&process, t->tid, t->has_registers ? &t->registers : NULL)
                  : stopped_add(&process, t->tid, t->in_call);
  }
  if (!err)
    err = tracer->events->ending(tracer->context, &process);
  stopped_deinit(&process);
  return err;
}

/* Keeps a thread that was killed in a stop when another thread ended the process, with the
 * registers that it had there, until the others stand at their ends. */
static void keep_dead(struct tracer *tracer, struct tracee *tracee) {
  tracee->dead = tracee->held = true;
  tracer->tracees.n_held++;
}

/* While other threads live, wait reports nothing about the end of a process's first thread; and the
 * others are held. */
static void note_dead_leader(struct tracer *tracer, pid_t pid) {
  struct tracee *leader = tracees_find(&tracer->tracees, pid);
  if (leader && !leader->held && process_thread_has_ended(pid, pid))
    keep_dead(tracer, leader);
}

/* A process is at its end when all of its threads are held, those included that were just being
 * started. */
static struct error *try_finish(struct tracer *tracer, pid_t pid) {
  size_t held;
  struct unknown unknown = {&tracer->tracees, pid, false};
  note_dead_leader(tracer, pid);
  if (tracees_count(&tracer->tracees, pid, &held) > held) {
    for (struct tracee *t = tracees_next(&tracer->tracees, pid, NULL); t;
         t = tracees_next(&tracer->tracees, pid, t))
      if (!t->held && is_in_exec(t)) {
        release_held(tracer, pid);
        break;
      }
    return NULL;
  }
  process_each_thread(pid, is_unknown, &unknown);
  if (unknown.found)
    return NULL;
  struct error *err = has_living(tracer, pid) ? report_ending(tracer, pid) : NULL;
  release_held(tracer, pid);
  return err;
}

/* A thread that calls exit() while others live ends alone. Every other end is the end of its
 * process. */
static struct error *at_exit_stop(struct tracer *tracer, struct tracee *tracee) {
  size_t held;
  long call = current_call(tracee->tid);
  bool by_signal = event_message(tracee->tid) & 0x7f;
  if (call == SYS_exit && !by_signal && tracees_count(&tracer->tracees, tracee->pid, &held) > 1) {
    pid_t tid = tracee->tid, pid = tracee->pid;
    tracees_remove(&tracer->tracees, tid);
    go_on(tid, 0);
    return held ? try_finish(tracer, pid) : NULL;
  }
  tracee->held = true;
  tracee->in_call = call >= 0;
  tracer->tracees.n_held++;
  return try_finish(tracer, tracee->pid);
}

/* After execve all other threads are gone, and the thread that called it has the leader's id. */
static void at_exec(struct tracer *tracer, pid_t tid) {
  for (struct tracee *t = tracees_next(&tracer->tracees, tid, NULL); t;
       t = tracees_next(&tracer->tracees, tid, t))
    tracer->tracees.n_held -= t->held;
  tracees_keep_only(&tracer->tracees, tid, tid);
  struct tracee *self = tracees_find(&tracer->tracees, tid);
  if (self)
    self->held = false;
  go_on(tid, 0);
}

static bool stops_group(int signal) {
  return signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
}

static void at_stop(struct tracer *tracer, pid_t tid, int signal) {
  if (!stops_group(signal)) {
    go_on(tid, 0);
    return;
  }
  ptrace(PTRACE_LISTEN, tid, 0, 0);
  if (tid == tracer->main && tracer->events->stopped)
    tracer->events->stopped(tracer->context);
}

/* A request (common/tracer_request.h); false for a SIGSTOP of another origin. */
static bool read_request(pid_t tid, uint32_t *kind, uint32_t *argument) {
  siginfo_t info;
  if (ptrace(PTRACE_GETSIGINFO, tid, 0, &info) < 0 || info.si_code != SI_QUEUE)
    return false;
  uint64_t value = (uintptr_t)info.si_value.sival_ptr;
  *argument = (uint32_t)value;
  *kind = (uint32_t)(value >> 32);
  return *kind == REQUEST_RELEASE || *kind == REQUEST_CHECK;
}

/* Only a stopped thread can be detached. A signal that it was about to get is passed on. */
static void detach_thread(pid_t tid, bool stopped) {
  int status = 0, signal = 0;
  if (!stopped) {
    if (ptrace(PTRACE_INTERRUPT, tid, 0, 0) < 0)
      return;
    while (waitpid(tid, &status, __WALL) < 0 && errno == EINTR)
      ;
    if (!WIFSTOPPED(status))
      return;
    signal = status >> 16 ? 0 : WSTOPSIG(status);
  }
  ptrace(PTRACE_DETACH, tid, 0, (void *)(intptr_t)signal);
}

/* The asking thread waits in its stop meanwhile, so that what it does next finds the process
 * untraced. */
static struct error *at_release(struct tracer *tracer, struct tracee *asking, pid_t wanted) {
  pid_t tid = asking->tid, own = asking->pid;
  const struct tracee *target = wanted ? tracees_find(&tracer->tracees, wanted) : asking;
  pid_t pid = target ? target->pid : wanted;
  bool known = false;
  for (struct tracee *t = tracees_next(&tracer->tracees, pid, NULL), *next; t; t = next) {
    next = tracees_next(&tracer->tracees, pid, t);
    pid_t gone = t->tid;
    known = true;
    tracees_remove(&tracer->tracees, gone);
    detach_thread(gone, gone == tid);
  }
  if (pid != own)
    go_on(tid, 0);
  return known ? tracer->events->released(tracer->context, pid) : NULL;
}

static struct error *at_end(struct tracer *tracer, pid_t tid, int status) {
  struct tracee *tracee = tracees_find(&tracer->tracees, tid);
  size_t held;
  if (tracee && !tracee->held && tid != tracer->main &&
      tracees_count(&tracer->tracees, tracee->pid, &held) > 1) {
    keep_dead(tracer, tracee);
    return try_finish(tracer, tracee->pid);
  }
  if (tracee && tracee->held)
    tracer->tracees.n_held--;
  tracees_remove(&tracer->tracees, tid);
  if (tid != tracer->main)
    return NULL;
  tracer->main_ended = true;
  tracer->events->ended(tracer->context, status, tracer->tracees.count);
  return NULL;
}

/* Before it goes on. */
static void keep_registers(struct tracee *tracee) {
  tracee->has_registers = thread_registers(tracee->tid, &tracee->registers);
  tracee->has_run |= tracee->has_registers; /* from here on */
}

static struct error *at_event(struct tracer *tracer, struct tracee *tracee, int status);

/* The report of a thread that was stopped for a check; it is acted on afterwards. */
struct pending {
  pid_t tid;
  int status; /* 0: it could not be stopped in time (a parent that waits in vfork) */
};

static int wait_a_while(pid_t tid) {
  int status;
  for (int i = 0; i < 2000; i++) {
    if (waitpid(tid, &status, __WALL | WNOHANG) == tid)
      return status;
    nanosleep(&(struct timespec){0, 500000}, NULL);
  }
  return 0;
}

static void answer_check(pid_t tid, bool found) {
  struct user_regs_struct registers;
  struct iovec io = {&registers, sizeof(registers)};
  if (!thread_registers(tid, &registers))
    return;
  arch_set_result(&registers, found ? 2 : 1);
  ptrace(PTRACE_SETREGSET, tid, NT_PRSTATUS, &io);
}

static struct error *stop_others(struct tracer *tracer, const struct tracee *asking,
                                 struct pending *pending, size_t *n,
                                 struct stopped_process *process) {
  struct error *err = stopped_add(process, asking->tid, true);
  for (struct tracee *t = tracees_next(&tracer->tracees, asking->pid, NULL); t && !err;
       t = tracees_next(&tracer->tracees, asking->pid, t)) {
    if (t == asking || t->held)
      continue;
    ptrace(PTRACE_INTERRUPT, t->tid, 0, 0);
    pending[*n] = (struct pending){t->tid, wait_a_while(t->tid)};
    if (WIFSTOPPED(pending[*n].status))
      err = stopped_add(process, t->tid, current_call(t->tid) >= 0);
    else if (!pending[*n].status)
      process->missed++;
    ++*n;
  }
  return err;
}

static struct error *at_check(struct tracer *tracer, struct tracee *asking) {
  size_t held, n = 0, count = tracees_count(&tracer->tracees, asking->pid, &held);
  struct stopped_process process = {.pid = asking->pid, .reader = asking->tid};
  struct pending *pending = calloc(count + 1, sizeof(*pending));
  pid_t tid = asking->tid;
  bool found = false;
  struct error *err =
      pending ? stop_others(tracer, asking, pending, &n, &process) : &error_no_memory;
  if (!err)
    err = tracer->events->checking(tracer->context, &process, &found);
  stopped_deinit(&process);
  /* The other threads go on first, because the asking thread may end the process at once. */
  for (size_t i = 0; i < n; i++) {
    struct tracee *t = tracees_find(&tracer->tracees, pending[i].tid);
    if (t && WIFSTOPPED(pending[i].status) && !err)
      err = at_event(tracer, t, pending[i].status);
    else if (t && pending[i].status && !err)
      err = at_end(tracer, t->tid, pending[i].status);
  }
  answer_check(tid, found);
  go_on(tid, 0);
  free(pending);
  return err;
}

static struct error *at_signal(struct tracer *tracer, struct tracee *tracee, int signal) {
  uint32_t kind, argument;
  if (signal == SIGSTOP && read_request(tracee->tid, &kind, &argument))
    return kind == REQUEST_CHECK ? at_check(tracer, tracee)
                                 : at_release(tracer, tracee, (pid_t)argument);
  go_on(tracee->tid, signal);
  return NULL;
}

static struct error *at_event(struct tracer *tracer, struct tracee *tracee, int status) {
  int signal = WSTOPSIG(status);
  keep_registers(tracee);
  switch (status >> 16) {
  case PTRACE_EVENT_FORK:
  case PTRACE_EVENT_VFORK:
  case PTRACE_EVENT_CLONE:
    if (!tracees_get(&tracer->tracees, (pid_t)event_message(tracee->tid)))
      return &error_no_memory;
    go_on(tracee->tid, 0);
    return NULL;
  case PTRACE_EVENT_EXEC:
    at_exec(tracer, tracee->tid);
    return NULL;
  case PTRACE_EVENT_EXIT:
    return at_exit_stop(tracer, tracee);
  case PTRACE_EVENT_STOP:
    at_stop(tracer, tracee->tid, signal);
    return NULL;
  default:
    return at_signal(tracer, tracee, signal);
  }
}

/* Called while some threads of a process are held and others are still on their way. */
static struct error *look_again(struct tracer *tracer) {
  struct timespec pause = {0, 200000};
  nanosleep(&pause, NULL);
  for (size_t i = 0; i < TRACEE_BUCKETS; i++)
    for (struct tracee *t = tracer->tracees.bucket[i]; t; t = t->next)
      if (t->held)
        return try_finish(tracer, t->pid);
  return NULL;
}

static struct error *tracer_step(struct tracer *tracer, bool *more) {
  int status;
  pid_t tid = waitpid(-1, &status, __WALL | (tracer->tracees.n_held ? WNOHANG : 0));
  *more = true;
  if (tid == 0)
    return look_again(tracer);
  if (tid < 0) {
    *more = errno == EINTR;
    return NULL;
  }
  if (!WIFSTOPPED(status))
    return at_end(tracer, tid, status);
  struct tracee *tracee = tracees_get(&tracer->tracees, tid);
  return tracee ? at_event(tracer, tracee, status) : &error_no_memory;
}

struct error *tracer_run(pid_t main, const struct tracer_events *events, void *context) {
  struct tracer tracer = {.main = main, .events = events, .context = context};
  struct error *err = tracees_get(&tracer.tracees, main) ? NULL : &error_no_memory;
  for (bool more = true; more && !err && (!tracer.main_ended || tracer.tracees.count);)
    err = tracer_step(&tracer, &more);
  tracees_deinit(&tracer.tracees);
  return err;
}
