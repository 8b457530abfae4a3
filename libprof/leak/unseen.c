#include "leak/unseen.h"

#include "base/path.h"
#include "common/layout.h"
#include "proc/process.h"
#include "symbol/inspect_elf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Functions that give out blocks, and the flag of recordings in which they are seen; 0: in none. */
static const struct {
  const char *name;
  uint32_t flag;
} givers[] = {
    {"mallocx", RECORDING_MALLOCX},
    {"tc_malloc", RECORDING_TC_MALLOC},
    {"mi_malloc", RECORDING_MI_MALLOC},
    {"je_malloc", 0},
    {"_rjem_malloc", 0},
    {"scalable_malloc", 0},
    {"rpmalloc", 0},
    {"__memprof_init", 0},
};

struct search {
  uint32_t flags;
  bool program; /* its own malloc counts, too */
  char name[64];
};

/* jemalloc is built with any prefix; its mallocx then has that, too. */
static bool is_unseen(const struct search *search, const char *name) {
  for (size_t i = 0; i < sizeof(givers) / sizeof(*givers); i++)
    if (!strcmp(name, givers[i].name))
      return !(givers[i].flag & search->flags);
  return ends_with(name, "_mallocx") || (search->program && !strcmp(name, "malloc"));
}

static bool note_unseen(void *context, const char *name) {
  struct search *search = context;
  if (!is_unseen(search, name))
    return false;
  snprintf(search->name, sizeof(search->name), "%s", name);
  return true;
}

static struct error *describe(const char *file, const struct search *search, char **ret) {
  if (asprintf(ret,
               "%s has an allocator of its own (%s), whose blocks are not seen; build it without, "
               "or link the allocator as a shared library",
               file, search->name) < 0) {
    *ret = NULL;
    return &error_no_memory;
  }
  return NULL;
}

/* libc's own allocator is under everything, and the shim has doors of its own. */
static bool is_known(const char *base) {
  return !strcmp(base, "libc.so.6") || !strncmp(base, "ld-linux", 8) ||
         !strcmp(base, "libmemprof.so") || !strcmp(base, "libmemprof-new.so");
}

/* A program with a malloc of its own never calls the shim's. */
static bool search_program(pid_t pid, struct search *search) {
  char path[PROCESS_EXECUTABLE_SIZE];
  process_executable(pid, path);
  search->program = true;
  bool found = inspect_functions(path, note_unseen, search);
  search->program = false;
  return found;
}

struct error *unseen_find(pid_t pid, const struct maps *maps, uint32_t flags, char **ret) {
  struct search search = {.flags = flags};
  *ret = NULL;
  if (search_program(pid, &search))
    return describe("the program", &search, ret);
  for (size_t i = 0; i < maps->count; i++) {
    const struct mapping *m = &maps->data[i];
    if (m->flags & MAPPING_EXECUTE && m->inode && !is_known(path_base_name(m->path)) &&
        inspect_functions(m->path, note_unseen, &search))
      return describe(path_base_name(m->path), &search, ret);
  }
  return NULL;
}
