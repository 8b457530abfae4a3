#include "recording/address_space.h"

#include "base/cleanup.h"
#include "base/path.h"
#include "base/vector.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define ARENA_SIZE (64ull << 20) /* glibc's HEAP_MAX_SIZE on 64-bit machines */
#define GUARD_MOST (1ull << 20)  /* no one sets a larger pthread_attr_setguardsize */

/* "start-end perms offset dev inode path" */
static bool parse_region(char *line, struct region *ret) {
  char perms[5];
  int path = 0;
  struct region region = {0};
  if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %4s %*x %*x:%*x %*u %n", &region.start, &region.end,
             perms, &path) != 3 ||
      !path)
    return false;
  line[strcspn(line, "\n")] = '\0';
  region.readable = perms[0] == 'r';
  region.writable = perms[1] == 'w';
  region.executable = perms[2] == 'x';
  region.shared = perms[3] == 's';
  region.path = strdup(line + path);
  region.anonymous = !line[path] || !strncmp(line + path, "[anon", 5);
  *ret = region;
  return true;
}

/* A file is a module if any part of it is executable; its parts are neighbours. */
static bool is_module(const struct address_space *space, size_t i) {
  const char *path = space->data[i].path;
  for (size_t k = i + 1; k-- > 0 && !strcmp(space->data[k].path, path);)
    if (space->data[k].executable)
      return true;
  for (size_t k = i; k < space->count && !strcmp(space->data[k].path, path); k++)
    if (space->data[k].executable)
      return true;
  return false;
}

static const struct region *neighbour(const struct address_space *space, size_t i, int step) {
  size_t k = i + (size_t)step; /* wraps below 0 to what is out of range */
  if (k >= space->count)
    return NULL;
  const struct region *r = &space->data[i], *other = &space->data[k];
  return step < 0 ? (other->end == r->start ? other : NULL)
                  : (other->start == r->end ? other : NULL);
}

static bool is_guard(const struct region *r) {
  return r && r->anonymous && !r->readable && !r->writable && !r->executable;
}

static enum region_kind anonymous_kind(const struct address_space *space, size_t i) {
  const struct region *r = &space->data[i], *below = neighbour(space, i, -1);
  if (r->shared || !r->writable)
    return REGION_MAPPING;
  if (below && below->kind == REGION_MODULE)
    return REGION_MODULE;
  if (r->start % ARENA_SIZE == 0 && r->end - r->start <= ARENA_SIZE &&
      (r->end % ARENA_SIZE == 0 || is_guard(neighbour(space, i, 1))))
    return REGION_HEAP;
  return is_guard(below) && below->end - below->start <= GUARD_MOST ? REGION_STACK : REGION_MAPPING;
}

static enum region_kind kind_of(const struct address_space *space, size_t i) {
  const struct region *r = &space->data[i];
  if (ends_with(r->path, ".mprec"))
    return REGION_RECORDING;
  if (!strcmp(r->path, "[heap]"))
    return REGION_HEAP;
  if (!strcmp(r->path, "[stack]"))
    return REGION_STACK;
  if (r->anonymous)
    return anonymous_kind(space, i);
  return r->path[0] == '/' && is_module(space, i) ? REGION_MODULE : REGION_MAPPING;
}

static struct error *read_regions(FILE *smaps, struct address_space *space) {
  char *line = NULL;
  size_t size = 0;
  struct error *err = NULL;
  while (!err && getline(&line, &size, smaps) >= 0) {
    struct region region;
    uint64_t kib;
    if (parse_region(line, &region)) {
      if (!region.path || !VECTOR_PUSH(space, region)) {
        free(region.path);
        err = &error_no_memory;
      }
    } else if (space->count && sscanf(line, "Rss: %" SCNu64, &kib) == 1)
      space->data[space->count - 1].resident = kib << 10;
  }
  if (!err && ferror(smaps))
    err = error_create(ERROR_CANNOT, "its memory map cannot be read: %s", strerror(errno));
  free(line);
  return err;
}

struct error *address_space_read(pid_t pid, struct address_space *ret) {
  _cleanup_address_space_ struct address_space space = {0};
  char name[64];
  snprintf(name, sizeof(name), "/proc/%d/smaps", pid);
  _cleanup_fclose_ FILE *smaps = fopen(name, "re");
  if (!smaps)
    return error_create(ERROR_CANNOT, "%s: %s", name, strerror(errno));
  struct error *err = read_regions(smaps, &space);
  if (err)
    return err;
  for (size_t i = 0; i < space.count; i++)
    space.data[i].kind = kind_of(&space, i);
  *ret = space;
  space = (struct address_space){0};
  return NULL;
}

void address_space_deinit(struct address_space *space) {
  for (size_t i = 0; i < space->count; i++)
    free(space->data[i].path);
  VECTOR_DEINIT(space);
}

void address_space_note_block(struct address_space *space, uint64_t address) {
  size_t low = 0, high = space->count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (space->data[middle].end <= address)
      low = middle + 1;
    else
      high = middle;
  }
  struct region *r = low < space->count ? &space->data[low] : NULL;
  if (r && r->start <= address && r->anonymous && r->kind != REGION_MODULE)
    r->kind = REGION_HEAP;
}

uint64_t address_space_resident(const struct address_space *space, enum region_kind kind) {
  uint64_t sum = 0;
  for (size_t i = 0; i < space->count; i++)
    sum += space->data[i].kind == kind ? space->data[i].resident : 0;
  return sum;
}

const char *address_space_allocator(const struct address_space *space) {
  static const char *const names[] = {"jemalloc", "tcmalloc", "mimalloc"};
  for (size_t i = 0; i < space->count; i++) {
    const char *slash = strrchr(space->data[i].path, '/');
    for (int k = 0; slash && space->data[i].executable && k < 3; k++)
      if (strstr(slash, names[k]))
        return names[k];
  }
  return "glibc";
}
