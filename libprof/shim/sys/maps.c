#include "shim/sys/maps.h"

#include "shim/sys/sandbox.h"
#include "shim/sys/sys.h"

#include <fcntl.h>

struct reader {
  int fd;
  long have, at;
  char buffer[1024];
};

/* The next character, or -1 at the end. */
static int next_char(struct reader *r) {
  if (r->at == r->have) {
    r->have = sys(SYS_read, r->fd, r->buffer, sizeof(r->buffer));
    r->at = 0;
    if (r->have <= 0) {
      r->have = 0;
      return -1;
    }
  }
  return (unsigned char)r->buffer[r->at++];
}

static int hex_digit(int c) {
  return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Reads a hexadecimal number and the one character after it. */
static uintptr_t read_hex(struct reader *r, int *after) {
  uintptr_t n = 0;
  int digit;
  while ((digit = hex_digit(*after = next_char(r))) >= 0)
    n = n << 4 | (uintptr_t)digit;
  return n;
}

static int skip_until(struct reader *r, bool blank) {
  int c;
  do
    c = next_char(r);
  while (c >= 0 && c != '\n' && (c == ' ') != blank);
  return c;
}

/* The rest of a line after its range: "start-end perms offset device inode   path" (proc(5)). */
static void read_rest(struct reader *r, struct map *map, char *path, size_t size) {
  size_t n = 0;
  map->readable = next_char(r) == 'r';
  int c = skip_until(r, true);
  if (c == ' ')
    map->offset = read_hex(r, &c);
  for (int field = 0; field < 2 && c != '\n' && c >= 0; field++)
    c = skip_until(r, true);
  if (c != '\n' && c >= 0)
    c = skip_until(r, false);
  for (; c >= 0 && c != '\n'; c = next_char(r))
    if (n + 1 < size)
      path[n++] = (char)c;
  if (size)
    path[n] = '\0';
}

bool maps_find(uintptr_t address, struct map *map, char *path, size_t size) {
  if (sandboxed())
    return false;
  struct reader r = {
      .fd = (int)sys(SYS_openat, AT_FDCWD, "/proc/self/maps", O_RDONLY | O_CLOEXEC, 0)};
  if (r.fd < 0)
    return false;
  bool found = false;
  int c = 0;
  while (!found && c >= 0) {
    map->low = read_hex(&r, &c);
    map->high = read_hex(&r, &c);
    found = address >= map->low && address < map->high;
    if (found)
      read_rest(&r, map, path, size);
    else
      while (c >= 0 && c != '\n')
        c = next_char(&r);
  }
  sys(SYS_close, r.fd);
  return found;
}
