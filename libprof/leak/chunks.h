/* glibc's own account of its heap, for programs in which libraries may call libc's malloc and free
 * past the shim: those that were opened with RTLD_DEEPBIND.
 *
 * A chunk is 16 bytes before its block. The chunks of a heap lie side by side: each begins with the
 * size of what may be the one before, then its own, whose lowest bit says that the one before is in
 * use. Chunks in the fastbins and in the threads' caches (tcache) have that bit, too, though they
 * are free. The former are on lists that begin in the arena; the latter have a random word, the
 * same for all (glibc 2.34 and later), as the second of their block.
 *
 * A walk is believed only if it ends where glibc's own records say that it must. */
#pragma once

#include "leak/image.h"

/* Leaves out of image->blocks what glibc holds as free or has given back, and makes roots of blocks
 * that are in use and that the shim never saw. Where the account cannot be read, all stays as it
 * is. `freed_word`: the random word, or 0 if that is not known. Call it before the marking, when
 * the blocks and the mappings have been read. */
struct error *chunks_heed(struct image *image, uint64_t freed_word);
