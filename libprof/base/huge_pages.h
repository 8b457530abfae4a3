/* Large pieces of memory that are filled from end to end.
 *
 * A page fault costs as much as reading a kilobyte of a profile, and hundreds of megabytes are a
 * hundred thousand of them; with pages of 2 MiB, where the kernel has such to give, they are few.
 */
#pragma once

#include <stddef.h>

/* Pieces smaller than this are left alone, lest memory grow for nothing. */
#define HUGE_PAGES_FROM ((size_t)4 << 20)

/* Says so of n bytes from malloc or realloc at p that will soon be written to; never fails. */
void huge_pages_prefer(void *p, size_t n);
