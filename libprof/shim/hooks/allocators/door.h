/* Doors: functions other than the malloc family through which an allocator gives out blocks. They
 * are C++'s operators where the next allocator has operators of its own, the families of
 * jemalloc, tcmalloc and mimalloc, and clang's functions with allocation tokens.
 *
 * libmemprof.so defines all of them. A door that no library behind us has must not be there: a
 * program that asks for mallocx by a weak reference or by dlsym would take itself to run on
 * jemalloc. And a program's operators are libstdc++'s in most programs, which call malloc, so that
 * nothing must stand in front of them. This is decided once, while the loader relocates our own
 * library. Libraries behind us are relocated by then, and the program and what is opened later are
 * not (glibc relocates in the reverse of its search order). A door is then either
 *
 * - open: a library behind us has it, and it is an allocator's own. Calls go to its hook, which
 *   records them and calls that library's function.
 * - closed: our symbol table forgets it. References that were bound before, by libraries that are
 *   bound at once (-z now), go on to the next definition by a jump.
 *
 * The calls that an open allocator makes of its own functions stay inside it (inside.h).
 *
 * Not seen: allocators that the program opens later, or that are inside the program. */
#pragma once

#include "shim/hooks/block.h"

#include <stdint.h>

enum door_family {
  DOOR_OPERATORS,
  DOOR_JEMALLOC,
  DOOR_TCMALLOC,
  DOOR_MIMALLOC,
  DOOR_TOKENS,
  DOOR_FAST_TOKENS,
  DOOR_FAMILIES
};

/* Written while there is one thread, before any other code of ours runs; read by all. */
struct door {
  void *to;   /* where callers are sent: `hook`, or the next definition */
  void *next; /* the allocator's function; for its hook */
  void *hook;
  const char *name;
  uint64_t family; /* enum door_family */
};

/* All doors are neighbours in a section of their own. Six integer arguments are all that a function
 * can have in registers, and more than any of these has: they are passed on whatever they are. The
 * call is a jump: the frame of the hook returns to the program. */
#define DOOR(of, symbol)                                                                           \
  __attribute__((section("doors"), aligned(8), used)) static struct door door_##symbol = {         \
      .hook = hook_##symbol, .name = #symbol, .family = (of)};                                     \
  __attribute__((visibility("default")))                                                           \
  uintptr_t symbol(uintptr_t, uintptr_t, uintptr_t, uintptr_t, uintptr_t, uintptr_t);              \
  uintptr_t symbol(uintptr_t a, uintptr_t b, uintptr_t c, uintptr_t d, uintptr_t e, uintptr_t f) { \
    uintptr_t (*to)(uintptr_t, uintptr_t, uintptr_t, uintptr_t, uintptr_t, uintptr_t) =            \
        door_##symbol.to;                                                                          \
    return to(a, b, c, d, e, f);                                                                   \
  }

/* The function behind the door of the hook that this stands in. */
#define DOOR_NEXT(symbol) ((__typeof__(hook_##symbol) *)door_##symbol.next)
#define DOOR_FRAME __builtin_frame_address(0)

/* `parameters` and `arguments` bring their parentheses. NOLINTBEGIN(bugprone-macro-parentheses) */

/* A hook that returns a block of `size` bytes, or NULL. */
#define DOOR_ALLOCATES(of, symbol, parameters, arguments, size)                                    \
  static void *hook_##symbol parameters;                                                           \
  DOOR(of, symbol)                                                                                 \
  static void *hook_##symbol parameters {                                                          \
    size_t bytes = (size);                                                                         \
    bool paid = ledger_try_spend(bytes);                                                           \
    void *given = DOOR_NEXT(symbol) arguments;                                                     \
    return paid ? given : record_if_given(given, bytes, DOOR_FRAME);                               \
  }

/* A hook that frees p. */
#define DOOR_FREES(of, symbol, parameters, arguments, p)                                           \
  static void hook_##symbol parameters;                                                            \
  DOOR(of, symbol)                                                                                 \
  static void hook_##symbol parameters {                                                           \
    if (!filter_hit(p))                                                                            \
      ledger_count_free();                                                                         \
    else if (!exact_free(p, DOOR_FRAME) && !free_slowly(p, DOOR_FRAME))                            \
      return;                                                                                      \
    DOOR_NEXT(symbol) arguments;                                                                   \
  }

/* A hook that moves the block p to one of `size` bytes. If it returns NULL p is freed where `gone`
 * is true, else it is still there. */
#define DOOR_MOVES(of, symbol, parameters, arguments, p, size, gone)                               \
  static void *hook_##symbol parameters;                                                           \
  DOOR(of, symbol)                                                                                 \
  static void *hook_##symbol parameters {                                                          \
    struct recording_object old;                                                                   \
    size_t bytes = (size);                                                                         \
    bool recorded = realloc_take(p, DOOR_FRAME, &old), paid = ledger_try_spend(bytes);             \
    void *moved = DOOR_NEXT(symbol) arguments;                                                     \
    struct reallocated result = {moved, bytes, p && (moved || (gone)), recorded};                  \
    realloc_settle(p, &result, &old);                                                              \
    return paid ? moved : record_if_given(moved, bytes, DOOR_FRAME);                               \
  }

/* A hook that is realloc by another name: a size of 0 frees, and allocates if there is nothing to
 * free, as with glibc's and tcmalloc's. */
#define DOOR_REALLOCS(of, symbol, parameters, arguments, p, size)                                  \
  static void *hook_##symbol parameters;                                                           \
  DOOR(of, symbol)                                                                                 \
  static void *hook_##symbol parameters {                                                          \
    struct recording_object old;                                                                   \
    size_t bytes = (size);                                                                         \
    bool recorded = realloc_take(p, DOOR_FRAME, &old), allocates = bytes || !(p);                  \
    bool paid = allocates && ledger_try_spend(bytes);                                              \
    void *moved = DOOR_NEXT(symbol) arguments;                                                     \
    struct reallocated result = {moved, bytes, (p) && (moved || !bytes), recorded};                \
    realloc_settle(p, &result, &old);                                                              \
    return paid || !allocates ? moved : record_if_given(moved, bytes, DOOR_FRAME);                 \
  }

/* A hook that is posix_memalign by another name. */
#define DOOR_ALIGNS(of, symbol, parameters, arguments, ret, size)                                  \
  static int hook_##symbol parameters;                                                             \
  DOOR(of, symbol)                                                                                 \
  static int hook_##symbol parameters {                                                            \
    int error = DOOR_NEXT(symbol) arguments;                                                       \
    if (!error)                                                                                    \
      door_given(*(ret), size, DOOR_FRAME);                                                        \
    return error;                                                                                  \
  }

/* NOLINTEND(bugprone-macro-parentheses) */

/* n * size, as large as possible where that overflows: the allocator refuses both. */
static inline size_t door_product(size_t n, size_t size) {
  size_t total;
  return __builtin_mul_overflow(n, size, &total) ? SIZE_MAX / 2 : total;
}

/* The second half where the size is known only once the block is there. */
static inline void *door_given(void *p, size_t size, const void *frame) {
  return p && !ledger_try_spend(size) ? record_if_given(p, size, frame) : p;
}
