#include "proc/maps.h"

#include "base/cleanup.h"
#include "base/path.h"
#include "base/vector.h"

#include <errno.h>
#include <string.h>
#include <sys/sysmacros.h>

static unsigned digit_of(char c) {
  return c >= '0' && c <= '9'   ? (unsigned)(c - '0')
         : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10
                                : 16;
}

/* Reads digits up to `end`; *at goes behind it. False if there are no digits, or more than 64 bits
 * hold. */
static bool parse_number(char **at, unsigned base, char end, uint64_t *ret) {
  const char *first = *at;
  uint64_t n = 0;
  for (unsigned digit; (digit = digit_of(**at)) < base; ++*at) {
    if (n > (UINT64_MAX - digit) / base)
      return false;
    n = n * base + digit;
  }
  *ret = n;
  return *at > first && *(*at)++ == end;
}

/* "r-xp " */
static bool parse_flags(char **at, uint32_t *ret) {
  const char *text = *at;
  if (strcspn(text, " ") != 4 || text[4] != ' ')
    return false;
  *ret = (text[0] == 'r' ? MAPPING_READ : 0) | (text[1] == 'w' ? MAPPING_WRITE : 0) |
         (text[2] == 'x' ? MAPPING_EXECUTE : 0) | (text[3] == 's' ? MAPPING_SHARED : 0);
  *at += 5;
  return true;
}

/* "start-end perms offset major:minor inode   path" (proc(5)); all numbers but the inode are
 * hexadecimal. */
bool mapping_parse(char *line, struct mapping *ret) {
  struct mapping mapping = {0};
  uint64_t offset, major_number, minor_number;
  char *at = line;
  line[strcspn(line, "\n")] = '\0';
  if (!parse_number(&at, 16, '-', &mapping.start) || !parse_number(&at, 16, ' ', &mapping.end) ||
      !parse_flags(&at, &mapping.flags) || !parse_number(&at, 16, ' ', &offset) ||
      !parse_number(&at, 16, ':', &major_number) || !parse_number(&at, 16, ' ', &minor_number) ||
      !parse_number(&at, 10, ' ', &mapping.inode) || mapping.start >= mapping.end)
    return false;
  mapping.device = makedev((unsigned)major_number, (unsigned)minor_number);
  mapping.path = at + strspn(at, " ");
  *ret = mapping;
  return true;
}

int maps_visit(pid_t pid, mapping_fn *visit, void *context) {
  char name[64];
  _cleanup_free_ char *line = NULL;
  size_t size = 0;
  snprintf(name, sizeof(name), "/proc/%d/maps", pid);
  _cleanup_fclose_ FILE *file = fopen(name, "re");
  if (!file)
    return errno;
  while (getline(&line, &size, file) > 0) {
    struct mapping mapping;
    if (mapping_parse(line, &mapping) && !visit(context, &mapping))
      return 0;
  }
  return ferror(file) ? errno : 0;
}

bool maps_add(struct maps *maps, const struct mapping *mapping) {
  struct mapping added = *mapping;
  while (maps->count && maps->data[maps->count - 1].start >= added.start)
    maps->count--;
  added.path = *added.path ? arena_strndup(&maps->strings, added.path, strlen(added.path)) : "";
  return added.path && VECTOR_PUSH(maps, added);
}

struct reading {
  struct maps maps;
  bool failed;
};

static bool add_mapping(void *context, const struct mapping *mapping) {
  struct reading *reading = context;
  reading->failed = !maps_add(&reading->maps, mapping);
  return !reading->failed;
}

struct error *maps_read(pid_t pid, struct maps *ret) {
  struct reading reading = {0};
  int error = maps_visit(pid, add_mapping, &reading);
  if (!error && !reading.failed) {
    *ret = reading.maps;
    return NULL;
  }
  maps_deinit(&reading.maps);
  return error ? error_system(error, "cannot read /proc/%d/maps", pid) : &error_no_memory;
}

void maps_deinit(struct maps *maps) {
  arena_deinit(&maps->strings);
  VECTOR_DEINIT(maps);
}

const struct mapping *maps_find(const struct maps *maps, uint64_t address) {
  size_t low = 0, high = maps->count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (maps->data[middle].end <= address)
      low = middle + 1;
    else
      high = middle;
  }
  return low < maps->count && maps->data[low].start <= address ? &maps->data[low] : NULL;
}

const struct mapping *maps_find_file(const struct maps *maps, const char *suffix) {
  for (size_t i = 0; i < maps->count; i++)
    if (ends_with(maps->data[i].path, suffix))
      return &maps->data[i];
  return NULL;
}

bool mapping_is_bss(const struct maps *maps, const struct mapping *m) {
  const struct mapping *before = m - 1;
  return m > maps->data && !m->inode && !m->path[0] && before->end == m->start && before->inode &&
         !(before->flags & MAPPING_SHARED);
}
