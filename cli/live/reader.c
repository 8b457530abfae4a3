#include "cli/live/reader.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/thread.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>

#define SECOND 1000000000ll
/* A look may take this part of the time, as one in so many. */
enum { SHARE = 5 };

struct live_reader {
  char *path;
  pid_t pid;
  pthread_t thread;
  bool started;
  int fd;
  pthread_mutex_t lock; /* of all below */
  pthread_cond_t changed;
  bool ending, ended, has_look;
  struct live_look look;
};

/* Waits until the next look is due; the lock is held. */
static void wait_until(struct live_reader *reader, int64_t due) {
  struct timespec until = {due / SECOND, due % SECOND};
  while (!reader->ending &&
         pthread_cond_timedwait(&reader->changed, &reader->lock, &until) != ETIMEDOUT)
    ;
}

static bool look_once(struct live_reader *reader) {
  struct live_look look;
  _cleanup_error_ struct error *err = live_look_read(reader->path, reader->pid, &look);
  pthread_mutex_lock(&reader->lock);
  if (reader->has_look && !err)
    live_look_deinit(&reader->look);
  if (!err) {
    reader->look = look;
    reader->has_look = true;
  } else
    reader->ended = true;
  eventfd_write(reader->fd, 1);
  return !err;
}

static void *work(void *argument) {
  struct live_reader *reader = argument;
  int64_t began = monotonic_ns();
  while (look_once(reader) && !reader->ending) {
    int64_t now = monotonic_ns(), pause = (now - began) * SHARE;
    wait_until(reader, began + (pause > SECOND ? pause : SECOND));
    began = monotonic_ns();
    pthread_mutex_unlock(&reader->lock);
  }
  pthread_mutex_unlock(&reader->lock);
  return NULL;
}

static int start(struct live_reader *reader) {
  int error = thread_start(&reader->thread, work, reader);
  reader->started = error == 0;
  return error;
}

struct error *live_reader_create(const char *path, pid_t pid, struct live_reader **ret) {
  struct live_reader *reader = calloc(1, sizeof(*reader));
  if (!reader || !(reader->path = strdup(path))) {
    free(reader);
    return &error_no_memory;
  }
  reader->pid = pid;
  pthread_mutex_init(&reader->lock, NULL);
  thread_condition_init(&reader->changed);
  reader->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  int error = reader->fd < 0 ? errno : start(reader);
  if (error) {
    live_reader_destroy(reader);
    return error_system(error, "cannot start a thread");
  }
  *ret = reader;
  return NULL;
}

void live_reader_destroy(struct live_reader *reader) {
  if (!reader)
    return;
  pthread_mutex_lock(&reader->lock);
  reader->ending = true;
  pthread_cond_signal(&reader->changed);
  pthread_mutex_unlock(&reader->lock);
  if (reader->started)
    pthread_join(reader->thread, NULL);
  if (reader->has_look)
    live_look_deinit(&reader->look);
  if (reader->fd >= 0)
    close(reader->fd);
  pthread_cond_destroy(&reader->changed);
  pthread_mutex_destroy(&reader->lock);
  free(reader->path);
  free(reader);
}

int live_reader_fd(const struct live_reader *reader) {
  return reader->fd;
}

enum live_news live_reader_next(struct live_reader *reader, struct live_look *ret) {
  eventfd_t count;
  pthread_mutex_lock(&reader->lock);
  enum live_news news = reader->has_look ? LIVE_LOOK : reader->ended ? LIVE_ENDED : LIVE_NOTHING;
  if (news == LIVE_LOOK)
    *ret = reader->look;
  reader->has_look = false;
  if (news == LIVE_NOTHING)
    eventfd_read(reader->fd, &count);
  pthread_mutex_unlock(&reader->lock);
  return news;
}
