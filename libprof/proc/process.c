#include "proc/process.h"

#include "base/cleanup.h"
#include "proc/stat.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static FILE *open_of(pid_t pid, const char *name) {
  char path[64];
  snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
  return fopen(path, "re");
}

struct error *process_check_proc(void) {
  if (access("/proc/self", F_OK) == 0)
    return NULL;
  return error_create(ERROR_CANNOT, "/proc is not mounted here, and memprof looks at processes "
                                    "through it; mount it: mount -t proc proc /proc");
}

int process_each(process_fn *visit, void *context) {
  _cleanup_closedir_ DIR *proc = opendir("/proc");
  if (!proc)
    return errno;
  for (struct dirent *d; (d = readdir(proc));)
    if (isdigit((unsigned char)d->d_name[0]) && !visit(context, atoi(d->d_name)))
      break;
  return 0;
}

bool process_user(pid_t pid, uid_t *ret) {
  char path[64];
  struct stat st;
  snprintf(path, sizeof(path), "/proc/%d", pid);
  if (stat(path, &st) < 0)
    return false;
  *ret = st.st_uid;
  return true;
}

char *process_join_arguments(const char *text, size_t n) {
  while (n && !text[n - 1])
    n--;
  char *joined = malloc(n + 1);
  if (!joined)
    return NULL;
  for (size_t i = 0; i < n; i++)
    joined[i] = text[i] ? text[i] : ' ';
  joined[n] = '\0';
  return joined;
}

char *process_command(pid_t pid) {
  char text[4095];
  _cleanup_fclose_ FILE *file = open_of(pid, "cmdline");
  return process_join_arguments(text, file ? fread(text, 1, sizeof(text), file) : 0);
}

void process_executable(pid_t pid, char ret[PROCESS_EXECUTABLE_SIZE]) {
  snprintf(ret, PROCESS_EXECUTABLE_SIZE, "/proc/%d/exe", pid);
}

bool process_environment_has(pid_t pid, const char *text) {
  _cleanup_free_ char *item = NULL;
  size_t room = 0;
  _cleanup_fclose_ FILE *file = open_of(pid, "environ");
  while (file && getdelim(&item, &room, '\0', file) > 0)
    if (strstr(item, text))
      return true;
  return false;
}

pid_t process_own_pid(pid_t pid) {
  uint64_t own;
  return status_number(pid, "NSpid:", &own) ? (pid_t)own : pid;
}

uint64_t process_pid_namespace(pid_t pid) {
  char path[64];
  struct stat st;
  snprintf(path, sizeof(path), "/proc/%d/ns/pid", pid);
  return stat(path, &st) == 0 ? st.st_ino : 0;
}

pid_t process_tracer(pid_t pid) {
  uint64_t tracer;
  return status_number(pid, "TracerPid:", &tracer) ? (pid_t)tracer : 0;
}

bool process_resident(pid_t pid, uint64_t *ret) {
  uint64_t pages;
  _cleanup_fclose_ FILE *file = open_of(pid, "statm");
  if (!file || fscanf(file, "%*s %" SCNu64, &pages) != 1)
    return false;
  *ret = pages * (uint64_t)sysconf(_SC_PAGESIZE);
  return true;
}

bool process_memory(pid_t pid, struct process_memory *ret) {
  struct process_memory kib;
  if (!status_number(pid, "RssAnon:", &kib.anonymous) ||
      !status_number(pid, "RssFile:", &kib.files) || !status_number(pid, "RssShmem:", &kib.shared))
    return false;
  *ret = (struct process_memory){kib.anonymous * 1024, kib.files * 1024, kib.shared * 1024};
  return true;
}

bool process_peak_resident(pid_t pid, uint64_t *ret) {
  uint64_t kib;
  if (!status_number(pid, "VmHWM:", &kib))
    return false;
  *ret = kib * 1024;
  return true;
}

static uint64_t stat_number(pid_t pid, int field) {
  char path[64];
  snprintf(path, sizeof(path), "/proc/%d/stat", pid);
  return strtoull(stat_field(path, field).text, NULL, 10);
}

uint64_t process_cpu_ns(pid_t pid) {
  return (stat_number(pid, STAT_USER_TIME) + stat_number(pid, STAT_SYSTEM_TIME)) *
         (1000000000 / (uint64_t)sysconf(_SC_CLK_TCK));
}

uint64_t process_start_of_stack(pid_t pid) {
  return stat_number(pid, STAT_START_STACK);
}

bool process_latest_pid(pid_t *ret) {
  _cleanup_fclose_ FILE *file = fopen("/proc/loadavg", "re");
  return file && fscanf(file, "%*s %*s %*s %*s %d", ret) == 1;
}

int process_trace_scope(void) {
  int scope = 0;
  _cleanup_fclose_ FILE *file = fopen("/proc/sys/kernel/yama/ptrace_scope", "re");
  return file && fscanf(file, "%d", &scope) == 1 ? scope : 0;
}
