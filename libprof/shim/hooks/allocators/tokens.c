/* The malloc family and C++'s operators as clang calls them with -fsanitize=alloc-token: the same
 * functions, under names of their own, with a token behind their arguments that says what is
 * allocated. An allocator that knows tokens defines them. With -fsanitize-alloc-token-fast-abi the
 * token is in the name instead: of those the two are here that allocators have, for memory with and
 * without pointers.
 *
 * Format: clang's documentation, "Allocation Tokens". */
#include "shim/hooks/allocators/door.h"

/* `parameters` and `arguments` bring their parentheses. NOLINTBEGIN(bugprone-macro-parentheses)
 *
 * A size of 0 frees, and allocates if there is nothing to free, as glibc's and tcmalloc's do. */
#define MOVES(of, symbol, parameters, arguments, size)                                             \
  static void *hook_##symbol parameters;                                                           \
  DOOR(of, symbol)                                                                                 \
  static void *hook_##symbol parameters {                                                          \
    struct recording_object old;                                                                   \
    size_t bytes = (size);                                                                         \
    bool recorded = realloc_take(p, DOOR_FRAME, &old), counts = bytes || !p;                       \
    bool paid = counts && ledger_try_spend(bytes);                                                 \
    void *moved = DOOR_NEXT(symbol) arguments;                                                     \
    struct reallocated result = {moved, bytes, p && (moved || !bytes), recorded};                  \
    realloc_settle(p, &result, &old);                                                              \
    return paid || !counts ? moved : record_if_given(moved, bytes, DOOR_FRAME);                    \
  }

#define ALIGNS(of, symbol)                                                                         \
  static int hook_##symbol(void **ret, size_t alignment, size_t size, uintptr_t token);            \
  DOOR(of, symbol)                                                                                 \
  static int hook_##symbol(void **ret, size_t alignment, size_t size, uintptr_t token) {           \
    int error = DOOR_NEXT(symbol)(ret, alignment, size, token);                                    \
    if (!error)                                                                                    \
      door_given(*ret, size, DOOR_FRAME);                                                          \
    return error;                                                                                  \
  }

/* The operators' last parameters are passed on whatever they are, as in operators.c. */
#define OPERATOR(of, symbol)                                                                       \
  DOOR_ALLOCATES(of, symbol, (size_t size, uintptr_t b, uintptr_t c, uintptr_t d),                 \
                 (size, b, c, d), size)

#define OPERATORS(of, prefix)                                                                      \
  OPERATOR(of, prefix##_Znwm)                                                                      \
  OPERATOR(of, prefix##_Znam)                                                                      \
  OPERATOR(of, prefix##_ZnwmRKSt9nothrow_t)                                                        \
  OPERATOR(of, prefix##_ZnamRKSt9nothrow_t)                                                        \
  OPERATOR(of, prefix##_ZnwmSt11align_val_t)                                                       \
  OPERATOR(of, prefix##_ZnamSt11align_val_t)                                                       \
  OPERATOR(of, prefix##_ZnwmSt11align_val_tRKSt9nothrow_t)                                         \
  OPERATOR(of, prefix##_ZnamSt11align_val_tRKSt9nothrow_t)

/* Without a token the last register holds nothing, and nobody reads it. */
#define FAMILY(of, prefix)                                                                         \
  DOOR_ALLOCATES(of, prefix##malloc, (size_t size, uintptr_t t), (size, t), size)                  \
  DOOR_ALLOCATES(of, prefix##calloc, (size_t n, size_t size, uintptr_t t), (n, size, t),           \
                 door_product(n, size))                                                            \
  DOOR_ALLOCATES(of, prefix##memalign, (size_t to, size_t size, uintptr_t t), (to, size, t), size) \
  DOOR_ALLOCATES(of, prefix##aligned_alloc, (size_t to, size_t size, uintptr_t t), (to, size, t),  \
                 size)                                                                             \
  DOOR_ALLOCATES(of, prefix##valloc, (size_t size, uintptr_t t), (size, t), size)                  \
  DOOR_ALLOCATES(of, prefix##pvalloc, (size_t size, uintptr_t t), (size, t), size)                 \
  MOVES(of, prefix##realloc, (void *p, size_t size, uintptr_t t), (p, size, t), size)              \
  MOVES(of, prefix##reallocarray, (void *p, size_t n, size_t size, uintptr_t t), (p, n, size, t),  \
        door_product(n, size))                                                                     \
  ALIGNS(of, prefix##posix_memalign)                                                               \
  OPERATORS(of, prefix)

/* NOLINTEND(bugprone-macro-parentheses) */

FAMILY(DOOR_TOKENS, __alloc_token_)
FAMILY(DOOR_FAST_TOKENS, __alloc_token_0_)
FAMILY(DOOR_FAST_TOKENS, __alloc_token_1_)
