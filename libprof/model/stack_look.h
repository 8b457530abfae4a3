/* A look at the stacks of a process's threads while it lived: how much was reserved for them and how
 * much of that was ever touched. Kept in a comment of the profile, "thread_stacks: n=N reserved=N ...".
 *
 * A stack is a mapping of 16 KiB and more (PTHREAD_STACK_MIN) that has a guard below it, as those have
 * that pthread_create makes. Smaller ones are for signal handlers (Rust's sigaltstack). glibc keeps
 * the stacks of ended threads that nobody has joined; of the others it keeps some to use them again
 * (40 MiB in all, glibc.pthread.stack_cache_size). */
#pragma once

#include "base/strbuf.h"
#include "model/profile.h"

struct stack_look {
  uint64_t stacks;            /* of all threads but the first */
  uint64_t reserved, touched; /* bytes of these: addresses; resident memory */
  uint64_t threads;           /* that ran then, the first one among them */
  uint64_t age_ns;            /* how long the process had been recorded */
  /* The number of stacks when it was half as old or, if nobody looked just then, younger; both 0 where
   * there was no such look. */
  uint64_t earlier, earlier_age_ns;
};

/* The comment of it. */
void stack_look_append(struct strbuf *sb, const struct stack_look *look);

/* How many stacks more there are a second, by the two numbers, which are counts and exact. 0 where an
 * earlier one is not known, or is less than `least` or a quarter below. */
double stack_look_growth(const struct stack_look *look, uint64_t least);

/* From the comment of the process with the most stacks; false without one. */
bool profile_stack_look(const struct profile *profile, struct stack_look *ret);
