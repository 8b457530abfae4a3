/* Has 64 MiB resident in one of several ways, says so, then waits: long enough for memprof to
 * look, also on a busy machine. resident anonymous|shared|held|FILE: FILE has 64 MiB, and is
 * mapped and read. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

enum { SIZE = 64 << 20, BLOCK = 1000, BLOCKS = SIZE / BLOCK, MORE = SIZE / 6 };

static char *blocks[BLOCKS];
static volatile unsigned sum;

static char *map(size_t size, int protection, int flags, int fd) {
  char *p = mmap(NULL, size, protection, flags, fd, 0);
  if (p == MAP_FAILED)
    exit(1);
  return p;
}

static void read_file(const char *name) {
  const char *p = map(SIZE, PROT_READ, MAP_PRIVATE, open(name, O_RDONLY));
  for (size_t i = 0; i < SIZE; i += 4096)
    sum += (unsigned char)p[i];
}

/* One block at the end keeps the others' memory from going back to the system. memprof may have looked
 * when they were live; what is mapped last is so much more that it looks again. */
static void hold(int writable) {
  for (int i = 0; i < BLOCKS; i++)
    memset(blocks[i] = malloc(BLOCK), 1, BLOCK);
  for (int i = 0; i < BLOCKS - 1; i++)
    free(blocks[i]);
  memset(map(MORE, writable, MAP_PRIVATE | MAP_ANONYMOUS, -1), 1, MORE);
}

int main(int argc, char **argv) {
  const char *how = argc > 1 ? argv[1] : "anonymous";
  int writable = PROT_READ | PROT_WRITE;
  if (!strcmp(how, "held"))
    hold(writable);
  else if (!strcmp(how, "anonymous"))
    memset(map(SIZE, writable, MAP_PRIVATE | MAP_ANONYMOUS, -1), 1, SIZE);
  else if (!strcmp(how, "shared"))
    memset(map(SIZE, writable, MAP_SHARED | MAP_ANONYMOUS, -1), 1, SIZE);
  else
    read_file(how);
  puts("ready");
  fflush(stdout);
  struct timespec pause = {2, 500000000};
  nanosleep(&pause, NULL);
  return 0;
}
