#include "cli/session/notes.h"

#include "base/cleanup.h"
#include "cli/line/message.h"

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

/* The first line. */
static void read_note(int folder, const char *name, char *line, size_t size) {
  _cleanup_close_ int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  struct stat st;
  /* Any user may write into root's session, and give another file a name there. */
  bool is_note = fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_nlink == 1;
  ssize_t n = is_note ? read(fd, line, size - 1) : 0;
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

void notes_remove(const char *folder) {
  _cleanup_closedir_ DIR *dir = opendir(folder);
  pid_t pid;
  for (struct dirent *d; dir && (d = readdir(dir));)
    if (note_pid(d->d_name, &pid))
      unlinkat(dirfd(dir), d->d_name, 0);
}
