/* What proves that a call was of the family that it seems to be of.
 *
 * An operator that libmemprof-new.so cannot stand in for (linked statically, hidden, a program's
 * own, found by RTLD_DEEPBIND) shows itself as its calls of malloc and free, or of another
 * operator. And compilers end a function by a jump, so that the caller that is seen may be that of
 * a function in quite another module. So a call is believed where the instruction before the return
 * address names the very function that was called; or where every module, all loaded since the
 * start, takes its operators from the C++ library or is of libc, so that there is none to be
 * missed. A call of malloc in a module that imports no operator new may yet be made by one of its
 * own: that depends on its caller's name, which the command knows. */
#pragma once

#include "shim/frees/operator_table.h"

#include <stdbool.h>

enum proof { PROOF_NONE, PROOF_BY_NAME, PROOF_WHOLE };

void call_proof_begin(const struct operators *operators);

/* Whether it has begun: else no call is one of an operator, as far as is known. */
bool call_proof_begun(void);

/* The call that returns to pc was of malloc or its like; of free or its like. pc lies in a module
 * that cannot be unloaded now. */
enum proof call_proof_malloc(uintptr_t pc);
enum proof call_proof_free(uintptr_t pc);

/* It was of an operator new or delete: that of this family and not the other of new and new[]. */
enum proof call_proof_operator(uintptr_t pc, enum block_family family, bool deletes);

/* Whether nothing was loaded or unloaded since the start, and no operator can be missed. */
bool call_proof_is_closed(void);

/* Whether code at pc was there from the start and so stays. */
bool call_proof_stays(uintptr_t pc);
