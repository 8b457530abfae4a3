#include "recording/file.h"

#include <errno.h>
#include <unistd.h>

ssize_t file_read(int fd, void *to, size_t n, uint64_t at) {
  size_t done = 0;
  while (done < n) {
    ssize_t got = pread(fd, (char *)to + done, n - done, (off_t)(at + done));
    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0)
      return got < 0 ? -1 : (ssize_t)done;
    done += (size_t)got;
  }
  return (ssize_t)done;
}

/* Blocks are no measure: a compressing file system has fewer than there are data. */
uint64_t file_data(int fd, uint64_t most) {
  uint64_t held = 0;
  for (off_t end = 0; held < most;) {
    off_t start = lseek(fd, end, SEEK_DATA);
    if (start < 0)
      return held;
    end = lseek(fd, start, SEEK_HOLE);
    if (end <= start)
      return held;
    held += (uint64_t)(end - start);
  }
  return most;
}
