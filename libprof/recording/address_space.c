#include "recording/address_space.h"

#include "base/path.h"
#include "proc/smaps.h"

#include <stdlib.h>
#include <string.h>

#define ARENA_SIZE (64ull << 20) /* glibc's HEAP_MAX_SIZE on 64-bit machines */
#define GUARD_MOST (1ull << 20)  /* no one sets a larger pthread_attr_setguardsize */

static bool is_anonymous(const struct mapping *m) {
  return !m->path[0] || !strncmp(m->path, "[anon", 5);
}

/* A file is a module if any part of it is executable; its parts are neighbours. */
static bool is_module(const struct maps *maps, size_t i) {
  const char *path = maps->data[i].path;
  for (size_t k = i + 1; k-- > 0 && !strcmp(maps->data[k].path, path);)
    if (maps->data[k].flags & MAPPING_EXECUTE)
      return true;
  for (size_t k = i; k < maps->count && !strcmp(maps->data[k].path, path); k++)
    if (maps->data[k].flags & MAPPING_EXECUTE)
      return true;
  return false;
}

static const struct mapping *mapping_below(const struct maps *maps, size_t i) {
  const struct mapping *m = &maps->data[i];
  return i && m[-1].end == m->start ? m - 1 : NULL;
}

static const struct mapping *mapping_above(const struct maps *maps, size_t i) {
  const struct mapping *m = &maps->data[i];
  return i + 1 < maps->count && m[1].start == m->end ? m + 1 : NULL;
}

static bool is_guard(const struct mapping *m) {
  return m && is_anonymous(m) && !(m->flags & (MAPPING_READ | MAPPING_WRITE | MAPPING_EXECUTE));
}

static bool is_arena(const struct maps *maps, size_t i) {
  const struct mapping *m = &maps->data[i];
  return m->start % ARENA_SIZE == 0 && m->end - m->start <= ARENA_SIZE &&
         (m->end % ARENA_SIZE == 0 || is_guard(mapping_above(maps, i)));
}

/* The kinds of lower mappings are known. */
static enum region_kind anonymous_kind(const struct address_space *space, size_t i) {
  const struct mapping *m = &space->maps.data[i], *below = mapping_below(&space->maps, i);
  if (m->flags & MAPPING_SHARED)
    return REGION_SHARED;
  if (!(m->flags & MAPPING_WRITE))
    return REGION_ANONYMOUS;
  if (below && space->kind[i - 1] == REGION_MODULE)
    return REGION_MODULE;
  if (is_arena(&space->maps, i))
    return REGION_HEAP;
  return is_guard(below) && below->end - below->start <= GUARD_MOST ? REGION_STACK
                                                                    : REGION_ANONYMOUS;
}

/* The kernel names shared anonymous memory after files that are nowhere. */
static bool is_shared_memory(const char *path) {
  static const char *const begins[] = {"/dev/shm/", "/memfd:", "/SYSV", "/dev/zero"};
  for (size_t i = 0; i < sizeof(begins) / sizeof(*begins); i++)
    if (!strncmp(path, begins[i], strlen(begins[i])))
      return true;
  return false;
}

static enum region_kind kind_of(const struct address_space *space, size_t i) {
  const struct mapping *m = &space->maps.data[i];
  if (ends_with(m->path, ".mprec"))
    return REGION_RECORDING;
  if (!strcmp(m->path, "[heap]"))
    return REGION_HEAP;
  if (!strcmp(m->path, "[stack]"))
    return REGION_STACK;
  if (is_anonymous(m))
    return anonymous_kind(space, i);
  if (m->path[0] != '/')
    return REGION_ANONYMOUS;
  if (is_module(&space->maps, i))
    return REGION_MODULE;
  return is_shared_memory(m->path) ? REGION_SHARED : REGION_FILE;
}

struct error *address_space_read(pid_t pid, struct address_space *ret) {
  struct address_space space = {0};
  struct error *err = smaps_read(pid, &space.maps);
  if (err)
    return err;
  space.kind = calloc(space.maps.count + 1, sizeof(*space.kind));
  if (!space.kind) {
    address_space_deinit(&space);
    return &error_no_memory;
  }
  for (size_t i = 0; i < space.maps.count; i++)
    space.kind[i] = kind_of(&space, i);
  *ret = space;
  return NULL;
}

void address_space_deinit(struct address_space *space) {
  maps_deinit(&space->maps);
  free(space->kind);
}

void address_space_note_block(struct address_space *space, uint64_t address) {
  const struct mapping *m = maps_find(&space->maps, address);
  enum region_kind *kind = m ? &space->kind[m - space->maps.data] : NULL;
  if (m && is_anonymous(m) && *kind != REGION_MODULE)
    *kind = REGION_HEAP;
}

uint64_t address_space_resident(const struct address_space *space, enum region_kind kind) {
  uint64_t sum = 0;
  for (size_t i = 0; i < space->maps.count; i++)
    sum += space->kind[i] == kind ? space->maps.data[i].resident : 0;
  return sum;
}

const char *address_space_allocator(const struct address_space *space) {
  static const char *const names[] = {"jemalloc", "tcmalloc", "mimalloc"};
  for (size_t i = 0; i < space->maps.count; i++) {
    const struct mapping *m = &space->maps.data[i];
    const char *slash = strrchr(m->path, '/');
    for (int k = 0; slash && m->flags & MAPPING_EXECUTE && k < 3; k++)
      if (strstr(slash, names[k]))
        return names[k];
  }
  return "glibc";
}
