/* The profiles that were made and not yet sent: a folder of files, so that they survive both a
 * server that is away and the end of this process.
 *
 * Every process that pushes to the same URL shares the folder. A file is complete once it has its
 * name; only the holder of the lock sends. The folder is bounded: the oldest files go first. */
#pragma once

#include "base/error.h"
#include "base/vector.h"

#include <stdbool.h>
#include <stddef.h>

struct push_queue {
  char *folder; /* owned */
  int lock;     /* the lock's file */
};

/* `url` tells queues apart; it is not written down, for it may hold a password. ERROR_CANNOT where
 * there is no place for it. */
struct error *push_queue_init(struct push_queue *queue, const char *url);
void push_queue_deinit(struct push_queue *queue);

/* Adds one: the query of its request, and its body. Oldest files that are too many are removed, and
 * counted in *dropped. */
struct error *push_queue_add(struct push_queue *queue, const char *query, const void *body,
                             size_t size, unsigned *dropped);

/* One item, as it was added. */
struct push_item {
  char *path, *query; /* owned */
  char *body;         /* owned */
  size_t size;
};
void push_item_deinit(struct push_item *item);

/* The right to send; false while another process has it. */
bool push_queue_lock(struct push_queue *queue);
void push_queue_unlock(struct push_queue *queue);

/* The oldest item, which the caller asks for while it holds the lock; false if the queue is empty.
 * An item that cannot be read is removed. */
bool push_queue_first(struct push_queue *queue, struct push_item *ret);
void push_queue_remove(const struct push_item *item);

/* How many there are. */
size_t push_queue_count(const struct push_queue *queue);
