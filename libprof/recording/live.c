#include "recording/recording.h"

#include "base/cleanup.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

/* "start-end perms offset major:minor inode path": whether the line maps the file. */
static bool line_maps(const char *line, dev_t device, ino_t inode) {
  unsigned major_nr, minor_nr;
  unsigned long number;
  return sscanf(line, "%*x-%*x %*s %*x %x:%x %lu", &major_nr, &minor_nr, &number) == 3 &&
         makedev(major_nr, minor_nr) == device && number == inode;
}

/* The process is the recording's own if it still maps the file: pids are used again, files by their
 * inode are not while they are open here. */
bool recording_is_live(const struct recording *recording) {
  char name[64], line[4608];
  struct stat st;
  snprintf(name, sizeof(name), "/proc/%u/maps", (unsigned)recording->pid);
  _cleanup_fclose_ FILE *maps = fopen(name, "re");
  if (!maps || fstat(recording->fd, &st) < 0)
    return false;
  while (fgets(line, sizeof(line), maps))
    if (line_maps(line, st.st_dev, st.st_ino))
      return true;
  return false;
}
