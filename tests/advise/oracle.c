/* An oracle for activations: it knows for each block in which calls it was allocated and freed.
 * Included before a program that is built with -finstrument-functions -fno-inline; the program then
 * allocates by functions whose names every profiler takes for allocators'.
 *
 * At the end it prints, for each function that allocates, "ADDRESS BLOCKS LOCAL": how many blocks it
 * allocated, and how many of them were freed in the very call of it, or of one of the next two
 * functions out, but main. Blocks that live at the end are not local. One thread. */
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PLAIN __attribute__((no_instrument_function, noinline))
enum { DEEPEST = 256, NEAR = 3, SITES = 256, BLOCKS = 1 << 20 };

static struct activation {
  void *function;
  uint64_t number; /* each call has another */
} stack[DEEPEST];
static int depth;
static uint64_t calls;

static struct site {
  void *function;
  uint64_t blocks, local;
} sites[SITES];

/* Live blocks by address, open addressing; the table is larger than any program's heap. */
static struct block {
  void *p; /* NULL: never used; the table's own address: freed */
  int site;
  uint64_t near[NEAR]; /* numbers of the innermost calls */
} blocks[BLOCKS];

PLAIN void __cyg_profile_func_enter(void *function, void *caller) {
  (void)caller;
  if (depth < DEEPEST)
    stack[depth] = (struct activation){function, ++calls};
  depth++;
}
PLAIN void __cyg_profile_func_exit(void *function, void *caller) {
  (void)function, (void)caller;
  depth--;
}

PLAIN static int site_of(void *function) {
  int i = 0;
  while (sites[i].function && sites[i].function != function)
    i++;
  sites[i].function = function;
  return i;
}

PLAIN static struct block *block_at(void *p, int free_too) {
  size_t i = ((uintptr_t)p >> 4) * 0x9e3779b97f4a7c15ull >> 44;
  for (; blocks[i].p; i = (i + 1) % BLOCKS)
    if (blocks[i].p == p || (free_too && blocks[i].p == (void *)blocks))
      return &blocks[i];
  return free_too ? &blocks[i] : NULL;
}

PLAIN static void *born(void *p) {
  if (!p || !depth || depth > DEEPEST)
    return p;
  struct block *block = block_at(p, 1);
  *block = (struct block){.p = p, .site = site_of(stack[depth - 1].function)};
  sites[block->site].blocks++;
  for (int i = 0; i < NEAR && i < depth; i++)
    block->near[i] = stack[depth - 1 - i].number;
  return p;
}

PLAIN static void died(void *p, int freed) {
  struct block *block = p ? block_at(p, 0) : NULL;
  if (!block)
    return;
  for (int i = 0; freed && i < NEAR; i++)
    for (int k = 1; block->near[i] && k < depth; k++) /* 0 is main, which does not return */
      if (stack[k].number == block->near[i]) {
        sites[block->site].local++;
        freed = 0;
        break;
      }
  block->p = blocks;
}

PLAIN static void *xmalloc(size_t size) {
  return born(malloc(size));
}
PLAIN static void *xcalloc(size_t n, size_t size) {
  return born(calloc(n, size));
}
PLAIN static char *xstrdup(const char *s) {
  return born(strdup(s));
}
PLAIN static void *xrealloc(void *p, size_t size) {
  died(p, 0);
  return born(realloc(p, size));
}
PLAIN static void xfree(void *p) {
  died(p, 1);
  free(p);
  __asm__ volatile("");
}

PLAIN __attribute__((destructor)) static void tell(void) {
  FILE *out = fopen(getenv("ORACLE"), "w");
  for (int i = 0; out && sites[i].function; i++)
    fprintf(out, "%p %lu %lu\n", sites[i].function, sites[i].blocks, sites[i].local);
  if (out)
    fclose(out);
}

#define malloc xmalloc
#define calloc xcalloc
#define realloc xrealloc
#define strdup xstrdup
#define free xfree
