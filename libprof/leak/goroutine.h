/* Go's two stacks of a thread, in programs that call C by cgo: the goroutine's, which lies in Go's
 * own heap, and the system stack (g0), which C code runs on. Go keeps the place of each in its
 * runtime.g, and a thread's current g in its thread-local storage (runtime/runtime2.go; the fields
 * that are read stand where they are since Go 1.4). No symbols are needed: the records point at
 * each other. */
#pragma once

#include "leak/memory.h"

/* A stack that grows down from `high`; what lies below `sp` is dead. */
struct go_stack {
  uint64_t low, high, sp;
};

struct goroutine {
  struct go_stack own, system; /* own.sp is not known: the thread's registers have it */
};

/* Reads the stacks of the thread with this thread pointer; false if it runs no goroutine. */
bool goroutine_find(struct memory *memory, uint64_t thread_pointer, struct goroutine *ret);
