/* How a program talks to memprof: a server with an arena of its own, which memprof would not see,
 * and two kinds of work, which profiles tell apart. It runs as well without memprof. */
#include <memprof.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* An arena: blocks are cut from one piece and freed together. */
struct arena {
  char *start;
  size_t used, size;
  char *block[64];
  int n_blocks;
};

static void *arena_alloc(struct arena *arena, size_t size) {
  char *block = arena->start + arena->used;
  if (size > arena->size - arena->used || arena->n_blocks == 64)
    return NULL;
  arena->used += size;
  arena->block[arena->n_blocks++] = block;
  memprof_report_alloc("request arena", block, size);
  return block;
}

static void arena_clear(struct arena *arena) {
  while (arena->n_blocks)
    memprof_report_free(arena->block[--arena->n_blocks]);
  arena->used = 0;
}

static char *answers[8];

static void handle(struct arena *arena, int i, const char *kind) {
  memprof_tag_push("request", kind);
  char *words = arena_alloc(arena, 1000);
  answers[i] = malloc(100 * (size_t)(i + 1));
  snprintf(answers[i], 100, "%s %d%s", kind, i, words ? "" : ", without words");
  memprof_tag_pop();
}

int main(void) {
  struct arena arena = {malloc(1 << 20), 0, 1 << 20, {NULL}, 0};
  struct memprof_stats stats;
  for (int i = 0; i < 8; i++)
    handle(&arena, i, i % 2 ? "search" : "login");
  if (memprof_get_stats(&stats) == 0) {
    printf("%llu blocks of %llu bytes are live\n", (unsigned long long)stats.live_objects,
           (unsigned long long)stats.live_bytes);
    printf("snapshot: %s\n", strerror(memprof_snapshot("example.pb.gz")));
  } else
    printf("nobody records this\n");
  arena_clear(&arena);
  return 0;
}
