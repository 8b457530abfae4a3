#include "leak/maps.h"

#include "base/cleanup.h"
#include "base/vector.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

static uint32_t parse_flags(const char *text) {
  return (text[0] == 'r' ? MAPPING_READ : 0) | (text[1] == 'w' ? MAPPING_WRITE : 0) |
         (text[2] == 'x' ? MAPPING_EXECUTE : 0) | (text[3] == 's' ? MAPPING_SHARED : 0);
}

/* "start-end perms offset major:minor inode   path" */
static bool parse_line(char *line, struct mapping *ret, const char **path) {
  char perms[5];
  int at = 0;
  line[strcspn(line, "\n")] = '\0';
  if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %4s %*x %*x:%*x %" SCNu64 " %n", &ret->start, &ret->end,
             perms, &ret->inode, &at) < 4 ||
      strlen(perms) < 4)
    return false;
  ret->flags = parse_flags(perms);
  *path = line + at;
  return true;
}

static struct error *add_line(struct maps *maps, char *line) {
  struct mapping mapping;
  const char *path;
  if (!parse_line(line, &mapping, &path))
    return NULL;
  /* The kernel escapes a newline in a path and nothing else; a path is only ever compared and
   * shown. */
  mapping.path = *path ? arena_strndup(&maps->strings, path, strlen(path)) : "";
  return mapping.path && VECTOR_PUSH(maps, mapping) ? NULL : &error_no_memory;
}

struct error *maps_read(pid_t pid, struct maps *ret) {
  char name[64];
  snprintf(name, sizeof(name), "/proc/%d/maps", pid);
  _cleanup_fclose_ FILE *file = fopen(name, "re");
  if (!file)
    return error_system(errno, "cannot read %s", name);
  struct maps maps = {0};
  struct error *err = NULL;
  _cleanup_free_ char *line = NULL;
  size_t size = 0;
  while (!err && getline(&line, &size, file) > 0)
    err = add_line(&maps, line);
  if (err)
    maps_deinit(&maps);
  else
    *ret = maps;
  return err;
}

void maps_deinit(struct maps *maps) {
  arena_deinit(&maps->strings);
  VECTOR_DEINIT(maps);
}

const struct mapping *maps_find(const struct maps *maps, uint64_t address) {
  size_t low = 0, high = maps->count;
  while (low < high) {
    size_t middle = (low + high) / 2;
    if (maps->data[middle].end <= address)
      low = middle + 1;
    else
      high = middle;
  }
  return low < maps->count && maps->data[low].start <= address ? &maps->data[low] : NULL;
}

const struct mapping *maps_find_file(const struct maps *maps, const char *suffix) {
  size_t n = strlen(suffix);
  for (size_t i = 0; i < maps->count; i++) {
    size_t length = strlen(maps->data[i].path);
    if (length >= n && !strcmp(maps->data[i].path + length - n, suffix))
      return &maps->data[i];
  }
  return NULL;
}

bool mapping_is_bss(const struct maps *maps, const struct mapping *m) {
  const struct mapping *before = m - 1;
  return m > maps->data && !m->inode && !m->path[0] && before->end == m->start && before->inode &&
         !(before->flags & MAPPING_SHARED);
}
