/* scribble WHAT: a program that damages its own recording, as no program should be able to unseen.
 *
 *   shard     all sites belong to another thread's shard
 *   owner     all counters belong to another thread
 *   frees     more was freed of all sites than was allocated
 *   nothing   is left as it is
 *
 * It does so before its 101st turn of a loop that allocates and frees, so that the next allocation is of
 * a call that the shim knows; the last one is of a new call. */
#include "common/layout.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char maps[1 << 16];

/* The recording's first mapping, which holds its header and the first chunk of each table. */
static char *find_recording(void) {
  int fd = open("/proc/self/maps", O_RDONLY);
  size_t used = 0;
  for (ssize_t n; (n = read(fd, maps + used, sizeof(maps) - 1 - used)) > 0;)
    used += (size_t)n;
  close(fd);
  char *line = maps;
  for (char *end; (end = strchr(line, '\n')); line = end + 1) {
    *end = '\0';
    if (strstr(line, ".mprec") && strstr(line, " 00000000 "))
      return (char *)strtoul(line, NULL, 16);
  }
  return NULL;
}

static void *first_of(char *start, enum recording_table_id table) {
  return start + ((struct recording_header *)start)->table[table].chunk[0];
}

static uint64_t count_of(char *start, enum recording_table_id table) {
  uint64_t count = ((struct recording_header *)start)->table[table].count;
  return count < table_first(table) ? count : table_first(table);
}

static void damage(char *start, const char *what) {
  struct recording_site *site = first_of(start, TABLE_SITES);
  struct recording_thread *thread = first_of(start, TABLE_THREADS);
  for (uint64_t i = 0; i < count_of(start, TABLE_SITES); i++) {
    site[i].shard += !strcmp(what, "shard");
    site[i].freed_objects += !strcmp(what, "frees") ? 1ull << 40 : 0;
  }
  for (uint64_t i = 0; i < count_of(start, TABLE_THREADS); i++)
    thread[i].tid += !strcmp(what, "owner");
}

__attribute__((noinline)) static void *block_of_77(void) {
  return malloc(77);
}
__attribute__((noinline)) static void *block_of_78(void) {
  return malloc(78);
}

int main(int argc, char **argv) {
  for (int i = 0; i <= 100; i++) {
    if (i == 100) {
      char *start = find_recording();
      if (argc < 2 || !start)
        return 2;
      damage(start, argv[1]);
    }
    free(block_of_77());
  }
  free(block_of_78());
  static const char end[] = "ran to its end\n";
  return write(1, end, sizeof(end) - 1) < 0;
}
