/* An allocator that signal handlers may call at any moment: it hands out memory in order by one
 * atomic add and takes none back. */
#include <malloc.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#define SPACE (1ull << 36)
static char *space;
static uint64_t used;

__attribute__((constructor(101))) static void begin(void) {
  if (!space)
    space = mmap(NULL, SPACE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                 -1, 0);
}

/* Its functions call this one and not one another, which the shim before it would count. */
static void *give_out(size_t alignment, size_t size) {
  begin();
  uint64_t need = (size + 16 + alignment + 15) & ~15ull;
  char *p = space + __atomic_fetch_add(&used, need, __ATOMIC_RELAXED) + 16;
  p += (alignment - (uintptr_t)p % alignment) % alignment;
  ((size_t *)p)[-1] = size;
  return p;
}

void *memalign(size_t alignment, size_t size) {
  return give_out(alignment, size);
}

void *malloc(size_t size) {
  return give_out(16, size);
}

void free(void *p) {
  (void)p;
}

void *calloc(size_t n, size_t size) {
  return give_out(16, n * size); /* fresh memory is zero */
}

void *realloc(void *p, size_t size) {
  void *moved = give_out(16, size);
  if (p)
    memcpy(moved, p, ((size_t *)p)[-1] < size ? ((size_t *)p)[-1] : size);
  return moved;
}

size_t malloc_usable_size(void *p) {
  return p ? ((size_t *)p)[-1] : 0;
}
