/* mimalloc's own interface: each function that gives out a block has a twin that takes it from a
 * heap. */
#include "shim/hooks/allocators/door.h"

#include "shim/sys/text.h"

#define ALLOCATES(...) DOOR_ALLOCATES(DOOR_MIMALLOC, __VA_ARGS__)
#define FREES(...) DOOR_FREES(DOOR_MIMALLOC, __VA_ARGS__)
#define MOVES(...) DOOR_MOVES(DOOR_MIMALLOC, __VA_ARGS__)
#define IN_HEAP(...) (void *heap, __VA_ARGS__)
#define HEAP_AND(...) (heap, __VA_ARGS__)
#define BOTH_ALLOCATE(name, parameters, arguments, size)                                           \
  ALLOCATES(mi_##name, parameters, arguments, size)                                                \
  ALLOCATES(mi_heap_##name, IN_HEAP parameters, HEAP_AND arguments, size)
#define BOTH_MOVE(name, parameters, arguments, size, gone)                                         \
  MOVES(mi_##name, parameters, arguments, p, size, gone)                                           \
  MOVES(mi_heap_##name, IN_HEAP parameters, HEAP_AND arguments, p, size, gone)

BOTH_ALLOCATE(malloc, (size_t size), (size), size)
BOTH_ALLOCATE(zalloc, (size_t size), (size), size)
BOTH_ALLOCATE(malloc_small, (size_t size), (size), size)
ALLOCATES(mi_zalloc_small, (size_t size), (size), size)
BOTH_ALLOCATE(calloc, (size_t n, size_t size), (n, size), door_product(n, size))
BOTH_ALLOCATE(mallocn, (size_t n, size_t size), (n, size), door_product(n, size))
BOTH_ALLOCATE(malloc_aligned, (size_t size, size_t to), (size, to), size)
BOTH_ALLOCATE(malloc_aligned_at, (size_t size, size_t to, size_t at), (size, to, at), size)
BOTH_ALLOCATE(zalloc_aligned, (size_t size, size_t to), (size, to), size)
BOTH_ALLOCATE(zalloc_aligned_at, (size_t size, size_t to, size_t at), (size, to, at), size)
BOTH_ALLOCATE(calloc_aligned, (size_t n, size_t size, size_t to), (n, size, to),
              door_product(n, size))
BOTH_ALLOCATE(calloc_aligned_at, (size_t n, size_t size, size_t to, size_t at), (n, size, to, at),
              door_product(n, size))
ALLOCATES(mi_memalign, (size_t to, size_t size), (to, size), size)
ALLOCATES(mi_aligned_alloc, (size_t to, size_t size), (to, size), size)
ALLOCATES(mi_valloc, (size_t size), (size), size)
ALLOCATES(mi_pvalloc, (size_t size), (size), size)
ALLOCATES(mi_new, (size_t size), (size), size)
ALLOCATES(mi_new_nothrow, (size_t size), (size), size)
ALLOCATES(mi_new_aligned, (size_t size, size_t to), (size, to), size)
ALLOCATES(mi_new_aligned_nothrow, (size_t size, size_t to), (size, to), size)
ALLOCATES(mi_new_n, (size_t n, size_t size), (n, size), door_product(n, size))
ALLOCATES(mi_heap_alloc_new, (void *heap, size_t size), (heap, size), size)
ALLOCATES(mi_heap_alloc_new_n, (void *heap, size_t n, size_t size), (heap, n, size),
          door_product(n, size))

static size_t string_size(const char *s) {
  return s ? text_length(s) + 1 : 0;
}

static size_t string_size_within(const char *s, size_t most) {
  size_t n = 0;
  while (s && n < most && s[n])
    n++;
  return n + 1;
}

BOTH_ALLOCATE(strdup, (const char *s), (s), string_size(s))
BOTH_ALLOCATE(strndup, (const char *s, size_t most), (s, most), string_size_within(s, most))
ALLOCATES(mi_mbsdup, (const char *s), (s), string_size(s))

static size_t wide_size(const uint16_t *s) {
  size_t n = 0;
  while (s && s[n])
    n++;
  return (n + 1) * sizeof(*s);
}

ALLOCATES(mi_wcsdup, (const uint16_t *s), (s), wide_size(s))

FREES(mi_free, (void *p), (p), p)
FREES(mi_cfree, (void *p), (p), p)
FREES(mi_free_size, (void *p, size_t size), (p, size), p)
FREES(mi_free_aligned, (void *p, size_t to), (p, to), p)
FREES(mi_free_size_aligned, (void *p, size_t size, size_t to), (p, size, to), p)

BOTH_MOVE(realloc, (void *p, size_t size), (p, size), size, false)
BOTH_MOVE(reallocf, (void *p, size_t size), (p, size), size, true)
BOTH_MOVE(rezalloc, (void *p, size_t size), (p, size), size, false)
BOTH_MOVE(reallocn, (void *p, size_t n, size_t size), (p, n, size), door_product(n, size), false)
BOTH_MOVE(recalloc, (void *p, size_t n, size_t size), (p, n, size), door_product(n, size), false)
BOTH_MOVE(realloc_aligned, (void *p, size_t size, size_t to), (p, size, to), size, false)
BOTH_MOVE(realloc_aligned_at, (void *p, size_t size, size_t to, size_t at), (p, size, to, at), size,
          false)
BOTH_MOVE(rezalloc_aligned, (void *p, size_t size, size_t to), (p, size, to), size, false)
BOTH_MOVE(rezalloc_aligned_at, (void *p, size_t size, size_t to, size_t at), (p, size, to, at),
          size, false)
BOTH_MOVE(recalloc_aligned, (void *p, size_t n, size_t size, size_t to), (p, n, size, to),
          door_product(n, size), false)
BOTH_MOVE(recalloc_aligned_at, (void *p, size_t n, size_t size, size_t to, size_t at),
          (p, n, size, to, at), door_product(n, size), false)
MOVES(mi_reallocarray, (void *p, size_t n, size_t size), (p, n, size), p, door_product(n, size),
      false)
MOVES(mi_aligned_recalloc, (void *p, size_t n, size_t size, size_t to), (p, n, size, to), p,
      door_product(n, size), false)
MOVES(mi_aligned_offset_recalloc, (void *p, size_t n, size_t size, size_t to, size_t at),
      (p, n, size, to, at), p, door_product(n, size), false)
MOVES(mi_new_realloc, (void *p, size_t size), (p, size), p, size, false)
MOVES(mi_new_reallocn, (void *p, size_t n, size_t size), (p, n, size), p, door_product(n, size),
      false)

/* In place; NULL, and nothing has changed, where there is no room. That is no failure: it must not
 * be counted as one. */
#define EXPANDS(symbol)                                                                            \
  static void *hook_##symbol(void *p, size_t size);                                                \
  DOOR(DOOR_MIMALLOC, symbol)                                                                      \
  static void *hook_##symbol(void *p, size_t size) {                                               \
    struct recording_object old;                                                                   \
    bool recorded = realloc_take(p, DOOR_FRAME, &old);                                             \
    void *same = DOOR_NEXT(symbol)(p, size);                                                       \
    realloc_settle(p, &(struct reallocated){same, size, same, recorded}, &old);                    \
    return door_given(same, size, DOOR_FRAME);                                                     \
  }
EXPANDS(mi_expand)
EXPANDS(mi__expand)

static int hook_mi_posix_memalign(void **ret, size_t to, size_t size);
DOOR(DOOR_MIMALLOC, mi_posix_memalign)
static int hook_mi_posix_memalign(void **ret, size_t to, size_t size) {
  int error = DOOR_NEXT(mi_posix_memalign)(ret, to, size);
  if (!error)
    door_given(*ret, size, DOOR_FRAME);
  return error;
}

static int hook_mi_reallocarr(void *at, size_t n, size_t size);
DOOR(DOOR_MIMALLOC, mi_reallocarr)
static int hook_mi_reallocarr(void *at, size_t n, size_t size) {
  struct recording_object old;
  void *p = at ? *(void **)at : NULL;
  bool recorded = realloc_take(p, DOOR_FRAME, &old);
  int error = DOOR_NEXT(mi_reallocarr)(at, n, size);
  struct reallocated result = {error ? NULL : *(void **)at, door_product(n, size), p && !error,
                               recorded};
  realloc_settle(p, &result, &old);
  if (!error)
    door_given(*(void **)at, door_product(n, size), DOOR_FRAME);
  return error;
}

static int hook_mi_dupenv_s(char **ret, size_t *size, const char *name);
DOOR(DOOR_MIMALLOC, mi_dupenv_s)
static int hook_mi_dupenv_s(char **ret, size_t *size, const char *name) {
  int error = DOOR_NEXT(mi_dupenv_s)(ret, size, name);
  if (!error && ret)
    door_given(*ret, string_size(*ret), DOOR_FRAME);
  return error;
}

/* The path is the caller's own memory, or a block. */
static char *hook_mi_realpath(const char *name, char *path);
DOOR(DOOR_MIMALLOC, mi_realpath)
static char *hook_mi_realpath(const char *name, char *path) {
  char *given = DOOR_NEXT(mi_realpath)(name, path);
  return given == path ? given : door_given(given, string_size(given), DOOR_FRAME);
}

static char *hook_mi_heap_realpath(void *heap, const char *name, char *path);
DOOR(DOOR_MIMALLOC, mi_heap_realpath)
static char *hook_mi_heap_realpath(void *heap, const char *name, char *path) {
  char *given = DOOR_NEXT(mi_heap_realpath)(heap, name, path);
  return given == path ? given : door_given(given, string_size(given), DOOR_FRAME);
}

typedef bool visitor(const void *heap, const void *area, void *block, size_t size, void *context);

/* Comes once for each area without a block, then for each live block of it. */
static bool count_destroyed(const void *heap, const void *area, void *block, size_t size,
                            void *frame) {
  (void)heap, (void)area, (void)size;
  if (!block)
    return true;
  if (!filter_hit(block))
    ledger_count_free();
  else if (!exact_free(block, frame))
    free_slowly(block, frame);
  return true;
}

static bool hook_mi_heap_visit_blocks(const void *heap, bool blocks, visitor *visit, void *context);
DOOR(DOOR_MIMALLOC, mi_heap_visit_blocks)
static bool hook_mi_heap_visit_blocks(const void *heap, bool blocks, visitor *visit,
                                      void *context) {
  return DOOR_NEXT(mi_heap_visit_blocks)(heap, blocks, visit, context);
}

/* Frees all that the heap gave out. */
static void hook_mi_heap_destroy(void *heap);
DOOR(DOOR_MIMALLOC, mi_heap_destroy)
static void hook_mi_heap_destroy(void *heap) {
  if (door_mi_heap_visit_blocks.next)
    hook_mi_heap_visit_blocks(heap, true, count_destroyed, DOOR_FRAME);
  DOOR_NEXT(mi_heap_destroy)(heap);
}
