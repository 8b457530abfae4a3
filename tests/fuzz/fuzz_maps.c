/* libFuzzer target: any text is /proc/PID/maps. The command's reader and the shim's read it; where
 * the kernel could have written the line, both find the same mapping, at the same file. */
#include "fuzz.h"

#include "proc/maps.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

/* The shim's reader, with this text for the file that it opens. */
static int text_fd;
#define maps_find shim_maps_find
#include "shim/sys/sandbox.h"
#include "shim/sys/sys.h"
#undef sys
#define sys(call, ...) fake_##call(__VA_ARGS__)
#define fake_SYS_openat(...) dup(text_fd)
#define fake_SYS_read(fd, to, n) read(fd, to, n)
#define fake_SYS_close(fd) close(fd)
#include "shim/sys/maps.c"
#undef maps_find

/* The shim finds the first line whose range holds an address. */
static bool is_first(const struct mapping *earlier, size_t n, uint64_t address) {
  for (size_t i = 0; i < n; i++)
    if (earlier[i].start <= address && address < earlier[i].end)
      return false;
  return true;
}

enum { MOST_LINES = 32, SHIM_PATH = 64 };

/* Lines that both readers take for whole; the shim believes any others as far as they go, because
 * the kernel alone writes that file. */
static void compare(const struct mapping *mappings, size_t n) {
  for (size_t i = 0; i < n; i++) {
    struct map map = {0};
    char path[SHIM_PATH];
    if (!is_first(mappings, i, mappings[i].start))
      continue;
    lseek(text_fd, 0, SEEK_SET);
    must(shim_maps_find(mappings[i].start, &map, path, sizeof(path)));
    must(map.low == mappings[i].start && map.high == mappings[i].end);
    must(map.readable == !!(mappings[i].flags & MAPPING_READ));
    must(!strncmp(path, mappings[i].path, SHIM_PATH - 1));
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
  struct mapping mappings[MOST_LINES];
  size_t count = 0, lines = 0;
  char path[SHIM_PATH], *text = text_of(bytes, n), *rest = text, *line;
  struct map map;
  text_fd = memfd_create("fuzz", MFD_CLOEXEC);
  must(text_fd >= 0 && write(text_fd, text, strlen(text)) == (ssize_t)strlen(text));
  for (uint64_t address = 0; address < 5; address++) {
    lseek(text_fd, 0, SEEK_SET);
    shim_maps_find(address << 44 | address << 20, &map, path, address);
  }
  while ((line = strsep(&rest, "\n")) && count < MOST_LINES) {
    lines += *line || rest; /* an empty line counts, except behind the last newline */
    count += mapping_parse(line, &mappings[count]);
  }
  if (count == lines)
    compare(mappings, count);
  close(text_fd);
  free(text);
  return 0;
}
