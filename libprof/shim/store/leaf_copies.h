/* The leaves of both shadows as they were at a fork, for the child: in memory that parent and child
 * share. The parent copies a leaf there before it changes it for the first time (store/kept.h); all
 * others the child reads in the parent's recording. */
#pragma once

#include "shim/store/object_table.h"
#include "shim/store/space.h"

#include <stdbool.h>
#include <stdint.h>

enum { LEAF_KINDS = 2 }; /* narrow, wide */

/* Who reads the copies: that says what may end the copying before all leaves are kept. */
enum leaf_copies_readers {
  READER_ONE,   /* the child that the parent knows, if it has read all or is gone */
  READERS_MORE, /* nothing */
  READERS_NONE, /* it has ended */
};

struct leaf_copies {
  uint64_t bytes; /* of the mapping, of which this is the beginning */
  uint64_t leaves[LEAF_KINDS];
  uint64_t next, finished; /* of all leaves: looked at in passing */
  uint32_t granule_shift;
  uint32_t readers;    /* enum leaf_copies_readers */
  uint32_t is_touched; /* the parent has come to change something */
  uint32_t is_read;    /* the child has read all */
  uint32_t parent;     /* the pid of who forks */
  uint32_t child;      /* the child's as the parent sees it, by the child; 0: not known */
};

/* For the leaves that there are now; NULL where memory is exhausted. */
struct leaf_copies *leaf_copies_make(void);
void leaf_copies_unmap(struct leaf_copies *copies);

/* How many leaves there are now. */
uint64_t leaf_copies_wanted(void);

/* In the parent: keeps the leaves that have p's granules, which is called before they change. */
void leaf_copies_keep(struct leaf_copies *copies, const void *p);

/* In the parent: keeps one leaf more, so that it comes to an end. False when all were looked at. */
bool leaf_copies_sweep(struct leaf_copies *copies);
/* Whether all are kept: other threads may be about to keep the last ones. */
bool leaf_copies_complete(const struct leaf_copies *copies);

/* In the child: the objects of the leaves at the fork. `parent` is the parent's recording. */
void leaf_copies_each(const struct leaf_copies *copies, const struct space_view *parent,
                      object_visit_fn *visit, void *context);
