#include "recording/object_walk.h"

#include "recording/file.h"

#include <errno.h>

#define ADDRESS_LIMIT (1ull << 56)

static bool is_possible(const struct recording *r, uint64_t address,
                        const struct recording_object *object) {
  return address < ADDRESS_LIMIT && object->size < ADDRESS_LIMIT - address &&
         object->site < r->n_sites && r->sites[object->site].state != SITE_UNPUBLISHED;
}

bool walk_visit(struct object_walk *walk, uint64_t address, const struct recording_object *object) {
  if (!is_possible(walk->recording, address, object)) {
    walk->rejected++;
    return true;
  }
  struct live_object live = {address, object->size, object->time, object->site,
                             object->thread & ~OBJECT_FAMILY_MASK};
  return walk->visit(walk->context, &live);
}

struct error *walk_read(const struct recording *r, void *to, size_t n, uint64_t at) {
  ssize_t got = file_read(r->fd, to, n, at);
  if (got < 0)
    return error_system(errno, "%s", r->path);
  return (size_t)got == n ? NULL
                          : error_create(ERROR_BAD_INPUT,
                                         "%s: damaged recording: its table of live objects ends "
                                         "beyond the file",
                                         r->path);
}
