/* C++'s operators, in front of those of an allocator that has its own. */
#include "shim/hooks/allocators/door.h"

/* They take the size, then the alignment or nothrow; the block, then the rest. A function ignores
 * the arguments that it does not take. The usual path is malloc's and free's. An operator that
 * throws leaves by our frame and has counted nothing if it was to be recorded. */
#define OPERATOR_NEW(symbol)                                                                       \
  static void *hook_##symbol(size_t size, uintptr_t second, uintptr_t third);                      \
  DOOR(DOOR_OPERATORS, symbol)                                                                     \
  static __attribute__((noinline)) void *sampled_##symbol(                                         \
      size_t size, uintptr_t second, uintptr_t third, struct ledger_payment paid) {                \
    ledger_refund(size, paid);                                                                     \
    return record_if_given(DOOR_NEXT(symbol)(size, second, third), size, DOOR_FRAME);              \
  }                                                                                                \
  static void *hook_##symbol(size_t size, uintptr_t second, uintptr_t third) {                     \
    struct ledger_payment paid;                                                                    \
    return ledger_spend(size, &paid) ? DOOR_NEXT(symbol)(size, second, third)                      \
                                     : sampled_##symbol(size, second, third, paid);                \
  }
#define OPERATOR_DELETE(symbol)                                                                    \
  DOOR_FREES(DOOR_OPERATORS, symbol, (void *p, uintptr_t second, uintptr_t third),                 \
             (p, second, third), p)

OPERATOR_NEW(_Znwm)
OPERATOR_NEW(_ZnwmRKSt9nothrow_t)
OPERATOR_NEW(_Znam)
OPERATOR_NEW(_ZnamRKSt9nothrow_t)
OPERATOR_NEW(_ZnwmSt11align_val_t)
OPERATOR_NEW(_ZnwmSt11align_val_tRKSt9nothrow_t)
OPERATOR_NEW(_ZnamSt11align_val_t)
OPERATOR_NEW(_ZnamSt11align_val_tRKSt9nothrow_t)
OPERATOR_DELETE(_ZdlPv)
OPERATOR_DELETE(_ZdlPvm)
OPERATOR_DELETE(_ZdlPvRKSt9nothrow_t)
OPERATOR_DELETE(_ZdaPv)
OPERATOR_DELETE(_ZdaPvm)
OPERATOR_DELETE(_ZdaPvRKSt9nothrow_t)
OPERATOR_DELETE(_ZdlPvSt11align_val_t)
OPERATOR_DELETE(_ZdlPvmSt11align_val_t)
OPERATOR_DELETE(_ZdlPvSt11align_val_tRKSt9nothrow_t)
OPERATOR_DELETE(_ZdaPvSt11align_val_t)
OPERATOR_DELETE(_ZdaPvmSt11align_val_t)
OPERATOR_DELETE(_ZdaPvSt11align_val_tRKSt9nothrow_t)
