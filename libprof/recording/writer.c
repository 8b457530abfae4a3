#include "recording/writer.h"

#include "proc/maps.h"

#include <sys/stat.h>

struct search {
  struct stat file;
  bool found;
};

static bool look_at(void *context, const struct mapping *mapping) {
  struct search *search = context;
  search->found = mapping->device == search->file.st_dev && mapping->inode == search->file.st_ino;
  return !search->found;
}

bool recording_has_writer(const struct recording *recording) {
  struct search search = {.found = false};
  if (fstat(recording->fd, &search.file) < 0)
    return false;
  maps_visit(recording->pid, look_at, &search);
  return search.found;
}
