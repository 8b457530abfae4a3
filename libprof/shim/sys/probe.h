/* Whether memory can be read, asked of the kernel: for the rare addresses that are read on the word
 * of a file that may be damaged. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether every page of [at, at + size) can be read. A system call a page; changes nothing. The
 * answer holds as long as nobody unmaps the memory. */
bool probe_readable(uintptr_t at, size_t size);
