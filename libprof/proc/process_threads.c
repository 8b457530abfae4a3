#include "proc/process_threads.h"

#include "base/cleanup.h"
#include "proc/stat.h"

#include <string.h>

void process_each_thread(pid_t pid, process_thread_fn *visit, void *context) {
  char path[64];
  snprintf(path, sizeof(path), "/proc/%d/task", pid);
  _cleanup_closedir_ DIR *dir = opendir(path);
  for (struct dirent *d; dir && (d = readdir(dir));)
    if (d->d_name[0] != '.' && !visit(context, atoi(d->d_name)))
      return;
}

bool process_thread_has_ended(pid_t pid, pid_t tid) {
  char path[64];
  snprintf(path, sizeof(path), "/proc/%d/task/%d/stat", pid, tid);
  char state = stat_field(path, STAT_STATE).text[0];
  return !state || state == 'Z' || state == 'X';
}

static FILE *open_of(pid_t pid, pid_t tid, const char *name) {
  char path[64];
  snprintf(path, sizeof(path), "/proc/%d/task/%d/%s", pid, tid, name);
  return fopen(path, "re");
}

long process_thread_call(pid_t pid, pid_t tid) {
  long call;
  _cleanup_fclose_ FILE *file = open_of(pid, tid, "syscall");
  return file && fscanf(file, "%ld", &call) == 1 ? call : -1;
}

bool process_thread_name(pid_t pid, pid_t tid, char *name, size_t size) {
  _cleanup_fclose_ FILE *file = open_of(pid, tid, "comm");
  if (!file || !fgets(name, (int)size, file))
    return false;
  name[strcspn(name, "\n")] = '\0';
  return true;
}

pid_t process_of_thread(pid_t tid) {
  uint64_t pid;
  return status_number(tid, "Tgid:", &pid) ? (pid_t)pid : tid;
}
