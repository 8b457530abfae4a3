/* The malloc family and C++'s operators as clang calls them with -fsanitize=alloc-token: the same
 * functions, under names of their own, with a token behind their arguments that says what is
 * allocated. An allocator that knows tokens defines them. With -fsanitize-alloc-token-fast-abi the
 * token is in the name instead: of those the two are here that allocators have, for memory with and
 * without pointers.
 *
 * Format: clang's documentation, "Allocation Tokens". */
#include "shim/hooks/allocators/door.h"

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
  DOOR_REALLOCS(of, prefix##realloc, (void *p, size_t size, uintptr_t t), (p, size, t), p, size)   \
  DOOR_REALLOCS(of, prefix##reallocarray, (void *p, size_t n, size_t size, uintptr_t t),           \
                (p, n, size, t), p, door_product(n, size))                                         \
  DOOR_ALIGNS(of, prefix##posix_memalign, (void **ret, size_t to, size_t size, uintptr_t t),       \
              (ret, to, size, t), ret, size)                                                       \
  OPERATORS(of, prefix)

FAMILY(DOOR_TOKENS, __alloc_token_)
FAMILY(DOOR_FAST_TOKENS, __alloc_token_0_)
FAMILY(DOOR_FAST_TOKENS, __alloc_token_1_)
