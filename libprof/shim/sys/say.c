#include "shim/sys/say.h"

#include "common/settings.h"
#include "shim/sys/sandbox.h"
#include "shim/sys/sys.h"
#include "shim/sys/text.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>

static const char *notes;
static struct stat at_start;
static enum { UNKNOWN, KNOWN, NONE } remembered;

static size_t add(char *line, size_t n, size_t size, const char *s) {
  for (; s && *s && n < size; s++)
    line[n++] = (unsigned char)*s < ' ' ? '?' : *s;
  return n;
}

enum { LINE = 512 };
static size_t make_line(char line[LINE], const char *start, const char *a, const char *b,
                        const char *c) {
  size_t n = add(line, 0, LINE - 1, start);
  n = add(line, n, LINE - 1, a);
  n = add(line, n, LINE - 1, b);
  n = add(line, n, LINE - 1, c);
  line[n++] = '\n';
  return n;
}

static bool look(struct stat *st) {
  return sys(SYS_fstat, 2, st) == 0;
}

void say_remember(void) {
  if (remembered == UNKNOWN)
    remembered = look(&at_start) ? KNOWN : NONE;
}

void say_to_folder(const char *folder) {
  notes = folder;
}

/* A pipe that nobody reads shows POLLERR, and a full one no POLLOUT. */
bool say_is_heard(void) {
  struct stat now;
  struct pollfd poll = {.fd = 2, .events = POLLOUT};
  struct timespec at_once = {0};
  return remembered == KNOWN && look(&now) && now.st_dev == at_start.st_dev &&
         now.st_ino == at_start.st_ino && now.st_rdev == at_start.st_rdev &&
         sys(SYS_ppoll, &poll, 1, &at_once, 0, 0) == 1 && poll.revents == POLLOUT;
}

/* Three signals are kept away: SIGPIPE, should the reader go away just now, SIGTTOU, by which a
 * terminal stops a background process, and SIGXFSZ, where the program may write no file. One that
 * was pending before stays pending. */
static void write_quietly(int fd, const char *line, size_t n) {
  static const uint64_t by_write = 1ull << (SIGPIPE - 1) | 1ull << (SIGXFSZ - 1),
                        kept_away = by_write | 1ull << (SIGTTOU - 1);
  static const struct timespec at_once = {0};
  uint64_t before, pending = 0;
  sys(SYS_rt_sigprocmask, SIG_BLOCK, &kept_away, &before, sizeof(before));
  sys(SYS_rt_sigpending, &pending, sizeof(pending));
  uint64_t new = by_write & ~pending;
  if (sys(SYS_write, fd, line, n) < 0 && new)
    sys(SYS_rt_sigtimedwait, &new, 0, &at_once, sizeof(new));
  sys(SYS_rt_sigprocmask, SIG_SETMASK, &before, 0, sizeof(before));
}

enum { FILE_MOST = 1 << 20 }; /* bytes, about */

/* Adds to a file of the folder. */
static void write_note(const char *name, const char *line, size_t n) {
  char path[LINE];
  struct stat st;
  size_t length = text_copy(path, notes, LINE - 32);
  path[length++] = '/';
  text_copy(path + length, name, LINE - length);
  int fd = (int)sys(SYS_openat, AT_FDCWD, path,
                    O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
  if (fd < 0)
    return;
  if (sys(SYS_fstat, fd, &st) == 0 && st.st_size < FILE_MOST)
    write_quietly(fd, line, n);
  sys(SYS_close, fd);
}

/* PID.note, one line each time. Where there is no room for the line the empty file speaks. */
static void write_own_note(const char *line, size_t n) {
  char name[32];
  size_t length = text_number(name, (uint64_t)sys(SYS_getpid));
  text_copy(name + length, ".note", sizeof(name) - length);
  write_note(name, line, n);
}

void say_unseen(const char *program, const char *why) {
  char line[LINE];
  if (notes && !sandboxed())
    write_note(SESSION_UNSEEN, line, make_line(line, "", program, " ", why));
}

void say(const char *a, const char *b, const char *c) {
  if (sandboxed())
    return;
  char line[LINE];
  size_t n = make_line(line, notes ? "" : "memprof: ", a, b, c);
  if (notes)
    write_own_note(line, n);
  else if (say_is_heard())
    write_quietly(2, line, n);
}

void say_anyway(const char *a, const char *b, const char *c) {
  char line[LINE];
  sys(SYS_write, 2, line, make_line(line, "memprof: ", a, b, c));
}
