/* The table of live sampled objects: address -> size, site, time.
 *
 * Lock-free, in the recording. The table grows by levels; objects never move. Nearly always one
 * cache line of keys decides whether an address is in it. Neighbouring addresses share a bucket, so
 * that programs that walk their memory walk the table. The model of it stands at the top of
 * object_table.c.
 *
 * An address has one owner at a time: the thread that got it from malloc, then the one that frees
 * it. Removing must come before the block is freed, or the next owner's entry would be met. */
#pragma once

#include "common/layout.h"

#include <stdbool.h>

typedef void object_visit_fn(void *context, uint64_t address,
                             const struct recording_object *object);

/* p will be added soon: its place is fetched into the cache meanwhile. */
void object_table_prefetch(const void *p);

/* Adds p; false if there is no room for it (counted in `dropped`). */
bool object_table_add(const void *p, const struct recording_object *object);

/* Takes p out and copies what it was to *object; false if it is not there. One of two racing
 * calls succeeds. */
bool object_table_remove(const void *p, struct recording_object *object);

/* The object at p, in place, or NULL. Only p's owner may ask. */
struct recording_object *object_table_find(const void *p);

/* See objects_room and objects_each. */
uint64_t object_table_room(void);
void object_table_each(object_visit_fn *visit, void *context);
