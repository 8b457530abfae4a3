#include "proc/stat.h"

#include "base/cleanup.h"

#include <string.h>

/* The second field is the name in parentheses, which may hold anything: the last ')' ends it. */
struct stat_text stat_field(const char *path, int field) {
  struct stat_text ret = {""};
  char line[1024];
  _cleanup_fclose_ FILE *file = fopen(path, "re");
  const char *at = file && fgets(line, sizeof(line), file) ? strrchr(line, ')') : NULL;
  for (int here = 2; at && here < field; here++)
    at = strchr(at + 1, ' ');
  if (at)
    sscanf(at, " %23s", ret.text);
  return ret;
}

/* A process in a namespace has several numbers in the line NSpid: its own comes last. */
bool status_number(pid_t pid, const char *key, uint64_t *ret) {
  char name[64], line[256];
  size_t n = strlen(key);
  snprintf(name, sizeof(name), "/proc/%d/status", pid);
  _cleanup_fclose_ FILE *file = fopen(name, "re");
  while (file && fgets(line, sizeof(line), file)) {
    const char *last = strrchr(line, '\t');
    if (strncmp(line, key, n) || !last)
      continue;
    *ret = strtoull(last + 1, NULL, 10);
    return true;
  }
  return false;
}
