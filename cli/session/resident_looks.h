/* Where the memory of a session's processes was when somebody last looked, kept from then until
 * their profiles are written. For any thread. */
#pragma once

#include "model/heap_look.h"
#include "model/profile.h"
#include "model/stack_look.h"
#include "recording/heap_resident.h"

/* Keeps a look at a process image, in place of an earlier one. Without memory it is lost. */
void resident_looks_keep(pid_t pid, unsigned generation, const struct resident_look *look);

/* The same for a look at its heap's pages. */
void heap_looks_keep(pid_t pid, unsigned generation, const struct heap_look *look);

/* The same for a look at its threads' stacks. */
void stack_looks_keep(pid_t pid, unsigned generation, const struct stack_look *look);

/* Adds the comments of the looks that were kept of this process image, if there are any, and forgets
 * them. */
struct error *resident_looks_add(const struct recording *recording, struct profile *profile);

/* Adds the comment of a look. */
struct error *resident_look_comment(const struct recording *recording,
                                    const struct resident_look *look, struct profile *profile);
struct error *stack_look_comment(const struct stack_look *look, struct profile *profile);
