/* C++'s replaceable operators, carried out by the shim for libmemprof-new.so, which defines them.
 *
 * The library is loaded beside the shim where everything is recorded and mismatched families are to
 * be reported. It holds entry points only, whose frames never show: each jumps to one of these
 * functions. */
#pragma once

#include "shim/frees/operator_table.h"

/* Comes once, before any of the calls below. */
void memprof_operator_begin(const struct operators *operators);

/* The operator of this number, for the caller of the function that jumps here. Like libstdc++'s and
 * libc++'s it calls malloc and free; where malloc fails, next[] goes on. */
void *memprof_operator_new(uintptr_t size, uintptr_t second, uintptr_t third,
                           enum operator_number number);
void *memprof_operator_delete(uintptr_t block, enum operator_number number);
