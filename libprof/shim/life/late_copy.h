/* Where millions of blocks live, a fork does not wait until all that is known of them is copied.
 *
 * The forking thread makes room for copies (store/leaf_copies.h) and from then on each thread copies
 * a leaf before it changes it, and one more in passing, so that the copying ends. Until then
 * `record_paused` and `config.frees_noted` have a bit that leads all who would change a leaf off the
 * short ways: those ask nothing more for it.
 *
 * The parent stops when all is copied, when its child has read all, or when its child is gone. So a
 * child that only executes another program costs next to nothing. One fork is copied for at a time;
 * forks between which nothing changes share their copies. A thread that another one's fork meets
 * between its question and its change is as one that made the change before the fork or after it.
 *
 * Nothing here is locked, and a handler may come at any time. One that leaves by siglongjmp from
 * within leaves the copies mapped until the process ends, and later forks copy at once. */
#pragma once

#include "shim/store/leaf_copies.h"

/* Threads copy to these now; or NULL. */
extern struct leaf_copies *late_copies __attribute__((visibility("hidden")));

/* In the parent, before a fork: the leaves as they are now will be copied, to where the child finds
 * them. After the fork late_copy_forked is to be called, until when they stay mapped. NULL where
 * they are few, or an earlier fork's are in the way: then the forking thread must copy. */
struct leaf_copies *late_copy_begin(void);
void late_copy_forked(void);

/* In the parent, before p's granules are changed, while there are late_copies. */
void late_copy_keep(const void *p);

/* In the child: forgets what its parent was doing; `mine` is what late_copy_begin gave for it. */
void late_copy_arrive(struct leaf_copies *mine);

/* In a child that has read nothing, before it forks: its child needs the copies, too. */
void late_copy_pass_on(struct leaf_copies *mine);

/* In the child: false where the parent took it for gone. It may be the child of one that was, forked
 * by the bare system call, which nobody sees. */
bool late_copy_is_whole(const struct leaf_copies *mine);

/* In the child: it has read all. Gives the memory back. */
void late_copy_done(struct leaf_copies *mine);
