/* Recordings by hand: what the shim would write, through common/layout.h alone.
 *
 * An image is laid out as the shim's file: chunks of full size, one after the other. Out of room or
 * memory it aborts: tests are small. */
#pragma once

#include "common/layout.h"

#include <stddef.h>

struct built {
  char *image; /* IMAGE_SIZE zeroed bytes; what was added lies here and does not move */
  struct recording_header *header; /* its beginning */
  size_t size;                     /* bytes in use: the file's length */
};

/* An exact recording of process 4294967295 (no process has that pid) without anything in it:
 * executable /bin/demo, command demo "two words", started at 1700000000 s. */
struct built built_init(void);
void built_deinit(struct built *built);

/* The first of `n` new zeroed elements of a table, which lie in one chunk. */
void *built_add(struct built *built, enum recording_table_id id, uint64_t n);

/* A stack of `depth` frames, leaf first; its index. */
uint32_t built_stack(struct built *built, uint32_t flags, uint32_t generation, uint32_t depth,
                     const uint64_t *frames);

/* A published site with exact figures: `n` objects of `size` bytes each, none freed. */
struct recording_site *built_site(struct built *built, uint32_t stack, uint64_t n, uint64_t size);

/* A published module of generation 1, file offset 0. */
struct recording_module *built_module(struct built *built, const char *path, uint64_t start,
                                      uint64_t limit);

/* A new file in memory that begins with `n` bytes of the image; zeros are holes. Its path, valid
 * while the descriptor is open, goes to `path`. Returns the descriptor. */
int built_file(const struct built *built, size_t n, char path[64]);
