#include "http/push.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/memory.h"
#include "base/strbuf.h"
#include "base/thread.h"
#include "http/profiles.h"
#include "http/push_queue.h"
#include "http/push_send.h"
#include "recording/delta.h"

#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum {
  FIRST_PAUSE_MS = 1000, /* after a failure; then twice as long each time */
  LAST_PAUSE_MS = 60000,
  LAST_MOMENT_MS = 5000 /* for the server, once all has ended */
};

/* The last profile of a process that was pushed. */
struct pushed {
  pid_t pid;
  struct http_capture last;
  bool ended; /* its last profile is pushed, and `last` is empty */
};

struct push {
  struct push_options options;
  const struct http_sources *sources;
  struct push_sender *sender;
  struct push_queue queue;
  VECTOR(struct pushed) processes;
  int64_t pause_ms, next_try; /* 0: none failed; ms of CLOCK_MONOTONIC */
  unsigned dropped;
  bool troubled;   /* it was said that the server does not answer */
  unsigned rounds; /* atomic; see push_rounds */

  pthread_t thread;
  bool running;
  pthread_mutex_t lock; /* of `ending` */
  pthread_cond_t changed;
  bool ending;
};

static void push_say(struct push *push, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void push_say(struct push *push, const char *format, ...) {
  char line[512];
  va_list ap;
  va_start(ap, format);
  vsnprintf(line, sizeof(line), format, ap);
  va_end(ap);
  push->options.say(line);
}

static void say_error(struct push *push, struct error *err) {
  if (err)
    push_say(push, "--push: %s", err->message);
  error_destroy(err);
}

/* NULL without memory. */
static struct pushed *entry_of(struct push *push, pid_t pid) {
  for (size_t i = 0; i < push->processes.count; i++)
    if (push->processes.data[i].pid == pid)
      return &push->processes.data[i];
  return VECTOR_PUSH(&push->processes, (struct pushed){.pid = pid})
             ? &push->processes.data[push->processes.count - 1]
             : NULL;
}

/* Names and labels as Pyroscope takes them: other characters would end them. */
static void append_name(struct strbuf *sb, const char *s) {
  for (; *s; s++)
    strbuf_append_char(sb, strchr("-_./", *s) || (*s >= '0' && *s <= '9') ||
                                   ((*s | 32) >= 'a' && (*s | 32) <= 'z')
                               ? *s
                               : '_');
}

static struct error *make_query(struct push *push, const struct http_capture *capture, pid_t pid,
                                int64_t from, char **ret) {
  _cleanup_strbuf_ struct strbuf name = STRBUF_INIT;
  _cleanup_free_ char *escaped = NULL;
  if (push->options.name)
    strbuf_append(&name, push->options.name);
  else {
    append_name(&name, capture->program);
    strbuf_appendf(&name, "{pid=%d}", pid);
  }
  if (strbuf_failed(&name))
    return &error_no_memory;
  struct error *err = push_sender_escape(push->sender, name.data, &escaped);
  if (err)
    return err;
  int64_t until = capture->profile->time_nanos;
  if (asprintf(ret, "name=%s&from=%lld&until=%lld&format=pprof&spyName=memprof", escaped,
               (long long)(from / 1000000000), (long long)((until + 999999999) / 1000000000)) < 0)
    return &error_no_memory;
  return NULL;
}

static struct error *enqueue(struct push *push, struct http_capture *capture, pid_t pid,
                             int64_t from) {
  struct http_request request = {.what = HTTP_ALLOCS};
  struct http_answer answer = {0};
  _cleanup_free_ char *query = NULL;
  struct error *err = make_query(push, capture, pid, from, &query);
  if (!err)
    err = http_capture_answer(capture, &request, &answer);
  if (!err)
    err = push_queue_add(&push->queue, query, answer.body, answer.size, &push->dropped);
  http_answer_deinit(&answer);
  return err;
}

/* The difference since the last profile of the process; `now` becomes the last one. */
static struct error *push_interval(struct push *push, struct pushed *process,
                                   struct http_capture *now) {
  struct http_capture interval = *now;
  bool first = !process->last.profile || process->last.image != now->image;
  int64_t from = first ? now->start_nanos : process->last.profile->time_nanos;
  int64_t until = now->profile->time_nanos;
  struct error *err = recording_profile_interval(first ? NULL : process->last.profile, now->profile,
                                                 &interval.profile);
  if (err)
    return err;
  interval.profile->time_nanos = until;
  interval.profile->duration_nanos = until - from;
  if (interval.profile->n_samples)
    err = enqueue(push, &interval, process->pid, from);
  profile_destroy(interval.profile);
  return err;
}

/* One that could not be kept is made again, as a part of the next. */
static struct error *push_process(struct push *push, struct pushed *process) {
  struct http_request request = {.what = HTTP_ALLOCS, .pid = process->pid};
  struct http_capture now = {0};
  struct error *err = http_capture_read(push->sources, &request, &now);
  if (err)
    return err;
  err = push_interval(push, process, &now);
  if (err) {
    http_capture_deinit(&now);
    return err;
  }
  http_capture_deinit(&process->last);
  process->ended = !now.is_live;
  process->last = (struct http_capture){0};
  /* A program may have any number of children that end, and nothing is subtracted from theirs
   * again. */
  if (process->ended)
    http_capture_deinit(&now);
  else
    process->last = now;
  return NULL;
}

static bool is_listed(const struct http_source_list *list, pid_t pid) {
  for (size_t i = 0; i < list->count; i++)
    if (list->data[i].pid == pid)
      return true;
  return false;
}

/* Another process may get the pid of one whose recording was removed. */
static void forget_unlisted(struct push *push, const struct http_source_list *list) {
  size_t n = 0;
  for (size_t i = 0; i < push->processes.count; i++) {
    struct pushed *process = &push->processes.data[i];
    if (!process->ended || is_listed(list, process->pid))
      push->processes.data[n++] = *process;
  }
  push->processes.count = n;
}

/* A profile of each process, into the queue. */
static void make_profiles(struct push *push) {
  _cleanup_http_source_list_ struct http_source_list list = {0};
  struct error *err = push->sources->list(push->sources->context, &list);
  for (size_t i = 0; i < list.count && !err; i++) {
    if (list.data[i].is_profile)
      continue;
    struct pushed *process = entry_of(push, list.data[i].pid);
    err = !process ? &error_no_memory : process->ended ? NULL : push_process(push, process);
    if (err && err->code == ERROR_BAD_INPUT) { /* it is just beginning, or ending */
      error_destroy(err);
      err = NULL;
    }
  }
  if (!err)
    forget_unlisted(push, &list);
  say_error(push, err);
  __atomic_add_fetch(&push->rounds, 1, __ATOMIC_RELEASE);
}

unsigned push_rounds(const struct push *push) {
  return __atomic_load_n(&push->rounds, __ATOMIC_ACQUIRE);
}

static void note_failure(struct push *push, int64_t retry_s, const char *reason) {
  push->pause_ms = !push->pause_ms                      ? FIRST_PAUSE_MS
                   : push->pause_ms * 2 < LAST_PAUSE_MS ? push->pause_ms * 2
                                                        : LAST_PAUSE_MS;
  int64_t wait = retry_s * 1000 > push->pause_ms ? retry_s * 1000 : push->pause_ms;
  push->next_try = monotonic_ms() + (wait < 10 * LAST_PAUSE_MS ? wait : 10 * LAST_PAUSE_MS);
  if (!push->troubled)
    push_say(push, "--push: cannot send to %s: %s; profiles wait in %s and are tried again",
             push_sender_server(push->sender), reason, push->queue.folder);
  push->troubled = true;
}

static void note_sent(struct push *push) {
  if (push->troubled)
    push_say(push, "--push: %s answers again", push_sender_server(push->sender));
  push->troubled = false;
  push->pause_ms = push->next_try = 0;
}

/* All that waits, the oldest first, until one fails. Another process that sends sends ours, too.
 * False if something is left. */
static bool send_all(struct push *push) {
  struct push_item item;
  char reason[256];
  int64_t retry_s;
  bool done = true;
  if (!push_queue_lock(&push->queue))
    return false;
  while (done && push_queue_first(&push->queue, &item)) {
    enum push_result result = push_sender_send(push->sender, &item, &retry_s, reason);
    if (result == PUSH_FAILED)
      note_failure(push, retry_s, reason);
    else
      push_queue_remove(&item);
    if (result == PUSH_REFUSED)
      push_say(push, "--push: %s refuses a profile, which is dropped: %s",
               push_sender_server(push->sender), reason);
    if (result == PUSH_SENT)
      note_sent(push);
    done = result != PUSH_FAILED;
    push_item_deinit(&item);
  }
  push_queue_unlock(&push->queue);
  return done;
}

static void tell_dropped(struct push *push) {
  if (push->dropped)
    push_say(push, "--push: %u profiles that waited were dropped, the oldest: too many wait in %s",
             push->dropped, push->queue.folder);
  push->dropped = 0;
}

/* True if it is the end. */
static bool wait_until(struct push *push, int64_t ms) {
  struct timespec at = {ms / 1000, ms % 1000 * 1000000};
  pthread_mutex_lock(&push->lock);
  int error = 0;
  while (!push->ending && !error)
    error = pthread_cond_timedwait(&push->changed, &push->lock, &at);
  bool ending = push->ending;
  pthread_mutex_unlock(&push->lock);
  return ending;
}

static void send_last(struct push *push) {
  const struct timespec moment = {0, 50 * 1000000};
  int64_t deadline = monotonic_ms() + LAST_MOMENT_MS;
  /* Not for a server that is away: only for another process that is sending just now. */
  while (!send_all(push) && !push->pause_ms && monotonic_ms() < deadline)
    nanosleep(&moment, NULL);
  size_t left = push_queue_count(&push->queue);
  if (left)
    push_say(push,
             "--push: %zu profile%s not been sent; the next memprof that pushes there sends %s",
             left, left > 1 ? "s have" : " has", left > 1 ? "them" : "it");
}

static void *push_work(void *context) {
  struct push *push = context;
  int64_t due = monotonic_ms() + push->options.interval_ms;
  for (;;) {
    int64_t wake = push->next_try && push->next_try < due ? push->next_try : due;
    if (wait_until(push, wake))
      break;
    int64_t now = monotonic_ms();
    if (now >= due) {
      make_profiles(push);
      memory_give_back();
      tell_dropped(push);
      due += ((now - due) / push->options.interval_ms + 1) * push->options.interval_ms;
    }
    if (now >= push->next_try)
      send_all(push);
  }
  make_profiles(push);
  tell_dropped(push);
  push->pause_ms = 0;
  send_last(push);
  return NULL;
}

struct error *push_create(const struct push_options *options, struct push **ret) {
  struct push *push = calloc(1, sizeof(*push));
  if (!push)
    return &error_no_memory;
  push->options = *options;
  push->queue.lock = -1;
  pthread_mutex_init(&push->lock, NULL);
  thread_condition_init(&push->changed);
  struct error *err = push_sender_create(options, &push->sender);
  if (!err)
    err = push_queue_init(&push->queue, options->url);
  if (err)
    push_destroy(push);
  else
    *ret = push;
  return err;
}

struct error *push_start(struct push *push, const struct http_sources *sources) {
  push->sources = sources;
  int error = thread_start(&push->thread, push_work, push);
  push->running = !error;
  return error ? error_system(error, "cannot start a thread") : NULL;
}

void push_finish(struct push *push) {
  if (!push->running)
    return;
  push_sender_end(push->sender, monotonic_ms() + LAST_MOMENT_MS);
  pthread_mutex_lock(&push->lock);
  push->ending = true;
  pthread_cond_signal(&push->changed);
  pthread_mutex_unlock(&push->lock);
  pthread_join(push->thread, NULL);
  push->running = false;
}

void push_destroy(struct push *push) {
  if (!push)
    return;
  push_finish(push);
  for (size_t i = 0; i < push->processes.count; i++)
    http_capture_deinit(&push->processes.data[i].last);
  VECTOR_DEINIT(&push->processes);
  push_queue_deinit(&push->queue);
  push_sender_destroy(push->sender);
  pthread_cond_destroy(&push->changed);
  pthread_mutex_destroy(&push->lock);
  free(push);
}
