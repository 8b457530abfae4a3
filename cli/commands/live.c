#include "base/cleanup.h"
#include "cli/line/command.h"
#include "cli/line/exit_codes.h"
#include "cli/line/message.h"
#include "cli/live/reader.h"
#include "cli/live/screen.h"
#include "cli/live/view.h"
#include "cli/session/profile_name.h"
#include "cli/session/running.h"
#include "load/load.h"
#include "pprof/write_file.h"
#include "recording/find.h"

#include <poll.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

enum { LOOK_AT_SIZE_MS = 100 };

struct live {
  pid_t pid;
  struct live_view *view;
  struct live_reader *reader;
};

static volatile sig_atomic_t ended_by_signal;

static void live_end(int number) {
  ended_by_signal = number;
}

/* The handler only notes the signal: the terminal must be given back first. */
static void catch_ends(void) {
  static const int ends[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
  struct sigaction action = {.sa_handler = live_end};
  for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++)
    sigaction(ends[i], &action, NULL);
}

static struct error *read_process(struct live *live, pid_t pid) {
  _cleanup_free_ char *path = NULL;
  struct live_reader *reader;
  struct error *err = recorded_process_find(pid, &path);
  if (!err)
    err = live_reader_create(path, pid, &reader);
  if (err)
    return err;
  live_reader_destroy(live->reader);
  live->reader = reader;
  live->pid = pid;
  return NULL;
}

/* Shows the next recorded process. */
static struct error *turn_to_next(struct live *live) {
  _cleanup_recorded_list_ struct recorded_list list = {0};
  struct error *err = recorded_list_read(&list);
  if (err || !list.count)
    return err;
  size_t i = 0;
  while (i < list.count && list.data[i].pid <= live->pid)
    i++;
  return read_process(live, list.data[i < list.count ? i : 0].pid);
}

static struct error *write_snapshot(const struct live *live, char **ret) {
  _cleanup_recording_ struct recording *recording = NULL;
  _cleanup_profile_ struct profile *profile = NULL;
  struct error *err = recorded_process_open(live->pid, false, &recording);
  if (!err)
    err = load_recording(recording, true, &profile);
  if (!err)
    err = profile_name_take(SNAPSHOT_NAME_DEFAULT, recording, (uint64_t)time(NULL), ret);
  if (err)
    return err;
  err = pprof_write_file(profile, *ret);
  if (err)
    unlink(*ret);
  return err;
}

static void live_say(struct live *live, const char *before, const char *text) {
  _cleanup_free_ char *line = NULL;
  if (asprintf(&line, "%s%s", before, text) >= 0)
    live_view_say(live->view, line);
}

static void snapshot(struct live *live) {
  _cleanup_free_ char *path = NULL;
  _cleanup_error_ struct error *err = write_snapshot(live, &path);
  live_say(live, err ? "no snapshot: " : "snapshot in ", err ? err->message : path);
}

/* False when the user quits. */
static bool obey_keys(struct live *live) {
  for (int key; (key = screen_key()) >= 0;) {
    enum live_action action = live_view_key(live->view, key);
    struct error *err = NULL;
    if (action == LIVE_QUIT)
      return false;
    if (action == LIVE_SNAPSHOT)
      snapshot(live);
    if (action == LIVE_NEXT_PROCESS)
      err = turn_to_next(live);
    if (err)
      live_view_say(live->view, err->message);
    error_destroy(err);
  }
  return true;
}

/* A process that executed another program has another recording. */
static void take_news(struct live *live) {
  struct live_look look;
  enum live_news news;
  while ((news = live_reader_next(live->reader, &look)) == LIVE_LOOK)
    live_view_add(live->view, &look);
  if (news != LIVE_ENDED)
    return;
  struct error *err = read_process(live, live->pid);
  error_destroy(err);
  if (!err)
    return;
  live_view_end(live->view);
  live_reader_destroy(live->reader);
  live->reader = NULL;
}

static void live_show(struct live *live) {
  live_view_draw(live->view);
  while (!ended_by_signal) {
    struct pollfd fds[] = {{STDIN_FILENO, POLLIN, 0},
                           {live->reader ? live_reader_fd(live->reader) : -1, POLLIN, 0}};
    int n = poll(fds, 2, LOOK_AT_SIZE_MS);
    bool resized = screen_fit();
    if (n <= 0 && !resized)
      continue;
    if (fds[0].revents & (POLLHUP | POLLERR) || !obey_keys(live))
      return;
    if (live->reader)
      take_news(live);
    live_view_draw(live->view);
  }
}

static struct error *open_all(struct live *live, pid_t pid) {
  struct error *err = read_process(live, pid);
  if (!err)
    err = live_view_create(&live->view);
  if (!err)
    err = screen_open("memprof live");
  return err;
}

static int live_run(int n_operands, char **operands) {
  (void)n_operands;
  struct live live = {0};
  pid_t pid;
  struct error *err = running_choose(operands[0], &pid);
  catch_ends();
  if (!err)
    err = open_all(&live, pid);
  if (!err)
    live_show(&live);
  screen_close();
  live_reader_destroy(live.reader);
  live_view_destroy(live.view);
  return err ? command_error(err) : EXIT_OK;
}

const struct command command_live = {
    .name = "live",
    .summary = "Watch a running program's heap on a full screen",
    .synopsis = "[PID]",
    .details =
        "PID is a process that is being recorded; `memprof ps` lists them. Without PID it is the "
        "only one. Each second: its heap's "
        "size over time, the lines of source that have most of it, how each grew in the last ten "
        "seconds and allocates now, and its threads. Keys: l, g and r sort by live bytes, growth "
        "and rate; p pauses; s writes a snapshot; Tab turns to the next recorded process; q quits. "
        "The process is neither stopped nor signalled, and quitting does not end it. `memprof run "
        "--live` is the same from the program's start.\n\n"
        "NO_COLOR and terminals without colour or UTF-8 are heeded.",
    .min_operands = 0,
    .max_operands = 1,
    .operands = OPERANDS_PROCESSES,
    .run = live_run,
};
