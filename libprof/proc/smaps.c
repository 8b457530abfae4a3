#include "proc/smaps.h"

#include "base/cleanup.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

/* A mapping's line is followed by lines "Key: value kB". */
static bool add_line(struct maps *maps, char *line) {
  struct mapping mapping;
  uint64_t kib;
  if (mapping_parse(line, &mapping))
    return maps_add(maps, &mapping);
  if (maps->count && sscanf(line, "Rss: %" SCNu64, &kib) == 1)
    maps->data[maps->count - 1].resident = kib << 10;
  return true;
}

static struct error *read_lines(FILE *file, struct maps *maps) {
  _cleanup_free_ char *line = NULL;
  size_t size = 0;
  while (getline(&line, &size, file) > 0)
    if (!add_line(maps, line))
      return &error_no_memory;
  return ferror(file)
             ? error_create(ERROR_CANNOT, "its memory map cannot be read: %s", strerror(errno))
             : NULL;
}

struct error *smaps_read(pid_t pid, struct maps *ret) {
  struct maps maps = {0};
  char name[64];
  snprintf(name, sizeof(name), "/proc/%d/smaps", pid);
  _cleanup_fclose_ FILE *file = fopen(name, "re");
  if (!file)
    return error_create(ERROR_CANNOT, "%s: %s", name, strerror(errno));
  struct error *err = read_lines(file, &maps);
  if (err)
    maps_deinit(&maps);
  else
    *ret = maps;
  return err;
}
