#include "recording/writer.h"

#include "proc/maps.h"
#include "proc/process.h"

#include <sys/stat.h>
#include <unistd.h>

struct namesake {
  const struct recording_header *header;
  pid_t found;
};

static bool look_at_process(void *context, pid_t pid) {
  struct namesake *namesake = context;
  if (process_pid_namespace(pid) == namesake->header->pid_namespace &&
      process_own_pid(pid) == (pid_t)namesake->header->pid)
    namesake->found = pid;
  return !namesake->found;
}

pid_t recording_writer(const struct recording_header *header) {
  struct namesake namesake = {.header = header};
  if (header->pid_namespace && header->pid_namespace != process_pid_namespace(getpid()))
    process_each(look_at_process, &namesake);
  return namesake.found ? namesake.found : (pid_t)header->pid;
}

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
