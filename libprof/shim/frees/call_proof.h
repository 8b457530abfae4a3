/* The proof that a call was of the family that it seems to be of.
 *
 * libmemprof-new.so cannot stand in for an operator that is linked statically, hidden, a program's
 * own, or found by RTLD_DEEPBIND. The shim sees such an operator only as its calls of malloc and
 * free, or of another operator. Also, compilers end a function by a jump: the caller that the shim
 * sees may be the caller of a function in quite another module.
 *
 * So a call counts as proven in two cases:
 * - the call instruction before the return address names the callee;
 * - no hidden operator can exist, because every module was loaded at start and imports its
 *   operators from the C++ library, or belongs to libc.
 *
 * A call of malloc in a module that imports no operator new may yet be made by an operator of the
 * module's own. The caller's name decides it, and the command knows the name (PROOF_BY_NAME). Where
 * the call was a jump, the caller is not known, and the command must know that the module has no
 * operator (PROOF_BY_MODULE); all others then import theirs. */
#pragma once

#include "shim/frees/operator_table.h"

#include <stdbool.h>

enum proof { PROOF_NONE, PROOF_BY_MODULE, PROOF_BY_NAME, PROOF_WHOLE };

void call_proof_begin(const struct operators *operators);

/* Whether it has begun. Before, the shim knows no call of an operator. */
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
