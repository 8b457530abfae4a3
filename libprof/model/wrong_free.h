/* How a profile says which calls of free and realloc were wrong.
 *
 * There is one sample type, wrong_frees/count. A wrong free is up to three samples:
 * 1. the stack of the call, whose value is the number of such calls;
 * 2. the stack of the block's allocation, with value 0, if it is known;
 * 3. the stack of the block's first free, with value 0, if it is known.
 * All have the same number in the label "wrong_free"; the label "role" tells them apart. recording
 * writes such profiles, reports read them. */
#pragma once

#include "model/profile.h"

#define WRONG_FREE_LABEL "wrong_free"
#define WRONG_FREE_LABEL_ROLE "role"
#define WRONG_FREE_CALL "call"
#define WRONG_FREE_ALLOCATED "allocated"
#define WRONG_FREE_FREED "freed"

/* On the call: the kind of fault, by these names; the address; and where it lies in which block. */
#define WRONG_FREE_LABEL_KIND "kind"
#define WRONG_FREE_LABEL_ADDRESS "address"
#define WRONG_FREE_LABEL_OFFSET "offset"
#define WRONG_FREE_LABEL_SIZE "size"
#define WRONG_FREE_LABEL_THREAD "thread_number"
/* On a mismatched call: the function that the block came from and the one that freed it, by the
 * names of wrong_free_allocators and wrong_free_deallocators; and whether the mismatch holds only
 * if these functions' callers are no operators themselves, 1 for the allocation's caller, 2 for the
 * call's. */
#define WRONG_FREE_LABEL_ALLOCATED_AS "allocated_as"
#define WRONG_FREE_LABEL_FREED_AS "freed_as"
#define WRONG_FREE_LABEL_BY_NAME "by_name"

/* "double", "interior", "stack", "global", "mismatched", "foreign": the order of enum
 * wrong_free_kind in common/layout.h, from 1 on. */
extern const char *const wrong_free_kinds[];
enum { N_WRONG_FREE_KINDS = 7 };

/* In the order of enum block_family there. */
extern const char *const wrong_free_allocators[], *const wrong_free_deallocators[];
enum { N_WRONG_FREE_FAMILIES = 6 };

/* Gives a new profile the sample type. */
struct error *wrong_free_set_types(struct profile *profile);

/* Whether code of the mapping cannot be an operator of its own (symbol/own_operators.h). */
typedef bool wrong_free_module_fn(const struct profile_mapping *mapping);

/* For a profile with names. Leaves out the mismatched calls that hold by name only, if their
 * callers are operators, or have no debug information that proves that they are not; and those that
 * hold by module, if it may have operators. *profile becomes NULL if no sample is left. */
void wrong_free_keep_sure(struct profile **profile, wrong_free_module_fn *has_no_operators);

/* The calls of a profile, NULL for none. */
int64_t wrong_free_calls(const struct profile *profile);
