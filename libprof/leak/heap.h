/* Which memory is heap. Within the heap only the contents of live blocks count as pointers, never
 * what lies between blocks: freed blocks and the allocator's own records.
 *
 * glibc's regions are recognised as such: the break area; arenas, by the header at each multiple of
 * 64 MiB; blocks with a mapping of their own, by their chunk header. They are heap even if all
 * their blocks are freed. A mapping of another allocator is heap as a whole if it holds a live
 * block. */
#pragma once

#include "leak/blocks.h"
#include "leak/memory.h"
#include "leak/ranges.h"
#include "proc/maps.h"

/* Adds the heap to `ret`, sorted. `blocks` are sorted. */
struct error *heap_find(const struct maps *maps, struct memory *memory, const struct blocks *blocks,
                        struct ranges *ret);

/* glibc's main arena lies in libc's data and points at free chunks. A chunk's address lies 16 bytes
 * before its block, so inside the block before. Adds the arena's place to `ret`, so that these
 * pointers do not count. */
bool heap_find_main_arena(const struct maps *maps, struct memory *memory, struct ranges *ret);
