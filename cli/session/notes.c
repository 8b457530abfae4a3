#include "cli/session/notes.h"

#include "base/cleanup.h"
#include "cli/line/message.h"
#include "common/settings.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* "PID.note" */
static bool note_pid(const char *name, pid_t *pid) {
  int end = 0;
  return sscanf(name, "%d.note%n", pid, &end) == 1 && end && !name[end];
}

/* Any user may write into root's session, and give another file a name there: -1. */
static int open_note(int folder, const char *name) {
  int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  struct stat st;
  if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_nlink == 1)
    return fd;
  if (fd >= 0)
    close(fd);
  return -1;
}

/* The first line. */
static void read_note(int folder, const char *name, char *line, size_t size) {
  _cleanup_close_ int fd = open_note(folder, name);
  ssize_t n = fd >= 0 ? read(fd, line, size - 1) : 0;
  line[n < 0 ? 0 : n] = '\0';
  line[strcspn(line, "\n")] = '\0';
  if (!*line)
    snprintf(line, size, "there was no room for a recording; this process is not recorded");
}

struct notes {
  char line[512]; /* the first of those of other processes */
  pid_t pid;
  unsigned count; /* other processes */
};

static bool take_note(struct notes *others, int folder, const char *name, pid_t main_pid) {
  char line[sizeof(others->line)];
  pid_t pid;
  if (!note_pid(name, &pid))
    return false;
  read_note(folder, name, line, sizeof(line));
  if (pid == main_pid) {
    message("process %d: %s", pid, line);
    return true;
  }
  if (!others->count++) {
    memcpy(others->line, line, sizeof(line));
    others->pid = pid;
  }
  return false;
}

static void report_others(const struct notes *others) {
  if (others->count == 1)
    message("process %d: %s", others->pid, others->line);
  else if (others->count)
    message("process %d: %s (and %u more process%s)", others->pid, others->line, others->count - 1,
            others->count > 2 ? "es" : "");
}

bool notes_report(const char *folder, pid_t main_pid, bool quiet) {
  _cleanup_closedir_ DIR *dir = opendir(folder);
  struct notes others = {.count = 0};
  bool main_has = false;
  for (struct dirent *d; dir && (d = readdir(dir));)
    main_has |= take_note(&others, dirfd(dir), d->d_name, main_pid);
  if (!quiet)
    report_others(&others);
  return main_has;
}

/* How many lines a stream has; *first is the caller's. */
static unsigned count_lines(FILE *file, char **first) {
  _cleanup_free_ char *line = NULL;
  size_t room = 0;
  unsigned n = 0;
  while (getline(&line, &room, file) > 0)
    if (!n++) {
      line[strcspn(line, "\n")] = '\0';
      *first = no_cleanup_ptr(line);
      room = 0;
    }
  return n;
}

void notes_report_unseen(const char *folder) {
  _cleanup_closedir_ DIR *dir = opendir(folder);
  int fd = dir ? open_note(dirfd(dir), SESSION_UNSEEN) : -1;
  _cleanup_fclose_ FILE *file = fd >= 0 ? fdopen(fd, "r") : NULL;
  _cleanup_free_ char *first = NULL;
  unsigned n = file ? count_lines(file, &first) : 0;
  if (n == 1)
    message("%s and was not recorded", first);
  else if (n)
    message("%s and was not recorded (nor w%s %u more)", first, n > 2 ? "ere" : "as", n - 1);
}

void notes_remove(const char *folder) {
  _cleanup_closedir_ DIR *dir = opendir(folder);
  pid_t pid;
  for (struct dirent *d; dir && (d = readdir(dir));)
    if (note_pid(d->d_name, &pid) || !strcmp(d->d_name, SESSION_UNSEEN))
      unlinkat(dirfd(dir), d->d_name, 0);
}
