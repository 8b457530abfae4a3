/* A forked child takes over from its parent the live objects and the sites they belong to.
 *
 * The parent copies its live objects just before the fork, into private memory that both then have;
 * where they are many those in leaves come later (late_copy.h). The child builds its own recording
 * from that copy and from the parent's sites and stacks, which never change once published. Only
 * then does it unmap the parent's recording. */
#pragma once

#include <stdbool.h>

/* In the parent, before fork, by the thread that forks: sees to a copy of the live objects. A child that was
 * forked without it, by the bare system call, inherits nothing: the parent's table has moved on
 * when the child first looks, and would name blocks that the child's own have the addresses of. */
void inherit_prepare(void);

/* The copy is not wanted (any more). */
void inherit_discard(void);

/* In the child: sets the parent's recording aside; from here nothing is written to it. A child that
 * never began its own passes on what it inherited. */
void inherit_detach(void);

/* In the child, its own recording made: fills it, and unmaps the parent's. */
void inherit_fill(void);
