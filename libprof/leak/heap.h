/* Which memory is heap: there only the contents of live blocks count, never what lies between them
 * (freed blocks, the allocator's own records).
 *
 * glibc's regions are known for what they are: the break area, arenas by the header at each
 * multiple of 64 MiB, blocks with a mapping of their own by their chunk header. They are heap even
 * when all their blocks are freed. Of other allocators a mapping is heap as a whole if it holds a
 * live block. */
#pragma once

#include "leak/blocks.h"
#include "leak/memory.h"
#include "leak/ranges.h"
#include "proc/maps.h"

/* Adds the heap to `ret`, sorted. `blocks` are sorted. */
struct error *heap_find(const struct maps *maps, struct memory *memory, const struct blocks *blocks,
                        struct ranges *ret);

/* The arena that glibc keeps in its own data points at free chunks, whose addresses lie 16 bytes
 * before a block, so inside the block before. Adds its place in the libc's data to `ret`. */
bool heap_find_main_arena(const struct maps *maps, struct memory *memory, struct ranges *ret);
