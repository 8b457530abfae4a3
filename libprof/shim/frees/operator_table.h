/* C++'s replaceable operators: their numbers, their mangled names and the family of blocks of each.
 */
#pragma once

#include "common/layout.h"

#include <link.h>
#include <stddef.h>
#include <stdint.h>

/* X(name, mangled, family), new first. */
#define OPERATORS_NEW(X)                                                                           \
  X(new_plain, "_Znwm", FAMILY_NEW)                                                                \
  X(new_nothrow, "_ZnwmRKSt9nothrow_t", FAMILY_NEW)                                                \
  X(new_array, "_Znam", FAMILY_NEW_ARRAY)                                                          \
  X(new_array_nothrow, "_ZnamRKSt9nothrow_t", FAMILY_NEW_ARRAY)                                    \
  X(new_aligned, "_ZnwmSt11align_val_t", FAMILY_NEW_ALIGNED)                                       \
  X(new_aligned_nothrow, "_ZnwmSt11align_val_tRKSt9nothrow_t", FAMILY_NEW_ALIGNED)                 \
  X(new_array_aligned, "_ZnamSt11align_val_t", FAMILY_NEW_ARRAY_ALIGNED)                           \
  X(new_array_aligned_nothrow, "_ZnamSt11align_val_tRKSt9nothrow_t", FAMILY_NEW_ARRAY_ALIGNED)
#define OPERATORS_DELETE(X)                                                                        \
  X(delete_plain, "_ZdlPv", FAMILY_NEW)                                                            \
  X(delete_sized, "_ZdlPvm", FAMILY_NEW)                                                           \
  X(delete_nothrow, "_ZdlPvRKSt9nothrow_t", FAMILY_NEW)                                            \
  X(delete_array, "_ZdaPv", FAMILY_NEW_ARRAY)                                                      \
  X(delete_array_sized, "_ZdaPvm", FAMILY_NEW_ARRAY)                                               \
  X(delete_array_nothrow, "_ZdaPvRKSt9nothrow_t", FAMILY_NEW_ARRAY)                                \
  X(delete_aligned, "_ZdlPvSt11align_val_t", FAMILY_NEW_ALIGNED)                                   \
  X(delete_aligned_sized, "_ZdlPvmSt11align_val_t", FAMILY_NEW_ALIGNED)                            \
  X(delete_aligned_nothrow, "_ZdlPvSt11align_val_tRKSt9nothrow_t", FAMILY_NEW_ALIGNED)             \
  X(delete_array_aligned, "_ZdaPvSt11align_val_t", FAMILY_NEW_ARRAY_ALIGNED)                       \
  X(delete_array_aligned_sized, "_ZdaPvmSt11align_val_t", FAMILY_NEW_ARRAY_ALIGNED)                \
  X(delete_array_aligned_nothrow, "_ZdaPvSt11align_val_tRKSt9nothrow_t", FAMILY_NEW_ARRAY_ALIGNED)

#define OPERATOR_NUMBER(name, mangled, family) OPERATOR_##name,
enum operator_number {
  OPERATORS_NEW(OPERATOR_NUMBER) OPERATORS_DELETE(OPERATOR_NUMBER) OPERATOR_COUNT,
  OPERATOR_FIRST_DELETE = OPERATOR_delete_plain,
};

static inline unsigned operator_family(enum operator_number number) {
#define OPERATOR_FAMILY(name, mangled, family) [OPERATOR_##name] = (family),
  static const uint8_t families[OPERATOR_COUNT] = {OPERATORS_NEW(OPERATOR_FAMILY)
                                                       OPERATORS_DELETE(OPERATOR_FAMILY)};
  return families[number];
}

/* new gets the size, then the alignment or nothrow; delete gets the block, then the rest. A
 * function ignores the arguments that it does not take. */
typedef void *operator_fn(uintptr_t first, uintptr_t second, uintptr_t third);

/* libmemprof-new.so's knowledge of them when it begins. */
struct operators {
  operator_fn *own[OPERATOR_COUNT];
  operator_fn *next[OPERATOR_COUNT];  /* the C++ library's */
  const struct link_map *cxx_library; /* which defines all of next */
  const struct link_map *first;       /* of all that is loaded */
};
