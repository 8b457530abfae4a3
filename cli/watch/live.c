#include "cli/watch/live.h"

#include "base/cleanup.h"
#include "cli/live/reader.h"
#include "cli/live/screen.h"
#include "cli/live/view.h"
#include "cli/session/launch.h"
#include "cli/watch/snapshots.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static bool wanted;

static const struct option_spec specs[] = {
    {.name = "live",
     .help =
         "Show the heap on a full screen, as `memprof live` does; what the program writes to "
         "the terminal meanwhile is shown when the view is closed, and it reads nothing from it",
     .kind = OPTION_FLAG,
     .value = &wanted},
    {0},
};
static const struct option_group options = {.title = "While it runs", .options = specs};

enum { TICK_MS = 100, TURN_MS = 1000 };
/* Another process is turned to when it has this many times as much live memory, and this much more:
 * two of about one size do not alternate. */
enum { TURN_FACTOR = 2, TURN_LEAST = 1 << 20 };

static struct {
  struct live_view *view;
  struct live_reader *reader;
  pid_t pid;       /* of the process that is shown; 0: none */
  bool is_chosen;  /* by the user: it is shown to its end */
  int ticks;       /* since the largest process was looked for */
  int terminal[3]; /* copies of the standard streams that were diverted; -1: left alone */
  int output;      /* the file */
  off_t shown;     /* bytes of it that were passed on */
} self = {.terminal = {-1, -1, -1}, .output = -1};

static int nameless_file(void) {
  const char *folder = getenv("TMPDIR");
  folder = folder && *folder == '/' ? folder : "/tmp";
  int fd = open(folder, O_TMPFILE | O_RDWR | O_APPEND | O_CLOEXEC, 0600);
  if (fd >= 0)
    return fd;
  char name[] = "/tmp/memprof-output.XXXXXX"; /* where the file system has no nameless files */
  fd = mkostemp(name, O_APPEND | O_CLOEXEC);
  if (fd >= 0)
    unlink(name);
  return fd;
}

static bool divert_stream(int stream, int to) {
  self.terminal[stream] = fcntl(stream, F_DUPFD_CLOEXEC, 3);
  return self.terminal[stream] >= 0 && dup2(to, stream) >= 0;
}

static void restore_stream(int stream) {
  if (self.terminal[stream] < 0)
    return;
  fflush(NULL);
  dup2(self.terminal[stream], stream);
  close(self.terminal[stream]);
  self.terminal[stream] = -1;
}

/* Passes on what was written to the file since the last time. */
static void pass_on(void) {
  char buffer[16384];
  ssize_t n;
  while (self.output >= 0 && (n = pread(self.output, buffer, sizeof(buffer), self.shown)) > 0) {
    ssize_t written = write(STDOUT_FILENO, buffer, (size_t)n);
    if (written <= 0)
      return;
    self.shown += written;
  }
}

static void live_close(void) {
  launch_on_stop = NULL;
  screen_close();
  live_reader_destroy(self.reader);
  live_view_destroy(self.view);
  self.reader = NULL;
  self.view = NULL;
  for (int stream = 0; stream < 3; stream++)
    restore_stream(stream);
  pass_on();
}

static void live_on_stop(bool stopping) {
  if (stopping)
    screen_suspend();
  else
    screen_resume();
}

/* Ctrl-Z would stop the program behind the view. Closing the screen restores the key. */
static void turn_off_suspend_key(void) {
  struct termios mode;
  if (tcgetattr(STDIN_FILENO, &mode) < 0)
    return;
  mode.c_cc[VSUSP] = _POSIX_VDISABLE;
  tcsetattr(STDIN_FILENO, TCSADRAIN, &mode);
}

static struct error *live_start(void *context, struct watch *watch) {
  (void)context, (void)watch;
  restore_stream(STDIN_FILENO);
  restore_stream(STDOUT_FILENO);
  struct error *err = live_view_create(&self.view);
  if (!err)
    err = screen_open("--live");
  if (err) {
    live_close();
    return err;
  }
  launch_on_stop = live_on_stop;
  turn_off_suspend_key();
  watch_poll(watch, &self, STDIN_FILENO, POLLIN);
  live_view_draw(self.view);
  return NULL;
}

/* The live process after the one that is shown. */
static struct process *next_process(const struct watch *watch) {
  const struct process_list *list = watch_processes(watch);
  struct process *first = NULL;
  for (size_t i = 0; i < list->count; i++) {
    struct process *process = list->data[i];
    if (!process_is_live(process))
      continue;
    if (process->pid > self.pid)
      return process;
    if (!first)
      first = process;
  }
  return first;
}

static uint64_t live_bytes(const struct process *process) {
  uint64_t live, peak;
  return process_size(process, &live, &peak) ? live : 0;
}

/* The live process with most live memory: of a driver (make, g++, sh) not the driver. */
static struct process *largest_process(const struct watch *watch) {
  const struct process_list *list = watch_processes(watch);
  struct process *best = NULL;
  uint64_t most = 0;
  for (size_t i = 0; i < list->count; i++) {
    if (!process_is_live(list->data[i]))
      continue;
    uint64_t live = live_bytes(list->data[i]);
    if (!best || live > most) {
      best = list->data[i];
      most = live;
    }
  }
  return best;
}

static struct error *show_process(struct watch *watch, struct process *process) {
  if (!process)
    return NULL;
  if (self.reader)
    watch_poll(watch, &self, live_reader_fd(self.reader), 0);
  live_reader_destroy(self.reader);
  self.reader = NULL;
  struct error *err = live_reader_create(process->path, process->pid, &self.reader);
  if (err)
    return err;
  self.pid = process->pid;
  watch_poll(watch, &self, live_reader_fd(self.reader), POLLIN);
  return NULL;
}

/* Looks once a second whether another process has become much larger than the one that is shown. */
static struct error *turn_to_largest(struct watch *watch) {
  if (self.is_chosen || ++self.ticks < TURN_MS / TICK_MS)
    return NULL;
  self.ticks = 0;
  const struct process_list *list = watch_processes(watch);
  struct process *largest = largest_process(watch);
  uint64_t shown = 0;
  for (size_t i = 0; i < list->count; i++)
    if (process_is_live(list->data[i]) && list->data[i]->pid == self.pid)
      shown = live_bytes(list->data[i]);
  if (!largest || largest->pid == self.pid ||
      live_bytes(largest) < TURN_FACTOR * shown + TURN_LEAST)
    return NULL;
  return show_process(watch, largest);
}

static void snapshot_done(void *context, struct watch *watch, const struct snapshot *snapshot) {
  (void)context, (void)watch;
  _cleanup_free_ char *line = NULL;
  if (self.view && snapshot->path && asprintf(&line, "snapshot in %s", snapshot->path) >= 0)
    live_view_say(self.view, line);
}

static struct error *take_snapshot(struct watch *watch) {
  const struct process_list *list = watch_processes(watch);
  for (size_t i = 0; i < list->count; i++)
    if (list->data[i]->pid == self.pid && process_is_live(list->data[i]))
      return snapshots_take(watch, list->data[i], "key s", snapshot_done, NULL);
  return NULL;
}

static struct error *obey_keys(struct watch *watch) {
  struct error *err = NULL;
  for (int key; !err && self.view && (key = screen_key()) >= 0;) {
    enum live_action action = live_view_key(self.view, key);
    if (action == LIVE_QUIT) {
      watch_poll(watch, &self, STDIN_FILENO, 0);
      if (self.reader)
        watch_poll(watch, &self, live_reader_fd(self.reader), 0);
      live_close();
    } else if (action == LIVE_SNAPSHOT)
      err = take_snapshot(watch);
    else if (action == LIVE_NEXT_PROCESS) {
      self.is_chosen = true;
      err = show_process(watch, next_process(watch));
    }
  }
  return err;
}

/* After the end of a process another one is shown from the next tick on. */
static void take_news(struct watch *watch) {
  struct live_look look;
  enum live_news news;
  while (self.reader && (news = live_reader_next(self.reader, &look)) != LIVE_NOTHING) {
    if (news == LIVE_LOOK) {
      live_view_add(self.view, &look);
      continue;
    }
    watch_poll(watch, &self, live_reader_fd(self.reader), 0);
    live_reader_destroy(self.reader);
    self.reader = NULL;
    self.is_chosen = false;
    live_view_end(self.view);
  }
}

static struct error *live_ready(void *context, struct watch *watch, int fd, short events) {
  (void)context, (void)events;
  struct error *err = fd == STDIN_FILENO ? obey_keys(watch) : NULL;
  if (self.view && fd != STDIN_FILENO)
    take_news(watch);
  if (self.view)
    live_view_draw(self.view);
  return err;
}

static struct error *live_tick(void *context, struct watch *watch) {
  (void)context;
  if (!self.view) {
    pass_on();
    return NULL;
  }
  if (screen_fit())
    live_view_draw(self.view);
  return self.reader ? turn_to_largest(watch) : show_process(watch, largest_process(watch));
}

static struct error *live_finish(void *context, struct watch *watch) {
  (void)context, (void)watch;
  live_close();
  return NULL;
}

static void live_destroy(void *context) {
  (void)context;
  live_close();
  if (self.output >= 0)
    close(self.output);
}

static const struct watcher watcher = {.name = "--live",
                                       .interval_ms = TICK_MS,
                                       .start = live_start,
                                       .tick = live_tick,
                                       .ready = live_ready,
                                       .finish = live_finish,
                                       .destroy = live_destroy};

static struct error *live_divert(void) {
  int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
  self.output = nameless_file();
  bool done = null >= 0 && self.output >= 0 && divert_stream(STDIN_FILENO, null) &&
              divert_stream(STDOUT_FILENO, self.output) &&
              (!isatty(STDERR_FILENO) || divert_stream(STDERR_FILENO, self.output));
  struct error *err =
      done ? NULL : error_system(errno, "--live: cannot set the program's output aside");
  if (null >= 0)
    close(null);
  return err;
}

static struct error *live_add(struct watch *watch) {
  if (!wanted)
    return NULL;
  if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
    return error_create(ERROR_BAD_INPUT, "--live needs a terminal on standard input and output; "
                                         "--trace prints lines instead");
  struct error *err = snapshots_add(watch);
  if (!err)
    err = watch_add(watch, &watcher, &self);
  return err ? err : live_divert();
}

const struct watcher_kind live_kind = {.options = &options, .add = live_add};
