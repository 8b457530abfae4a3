/* A recording's file as bytes that may lie: reads that end at its end, and how much it really
 * holds. Private to the folder. */
#pragma once

#include <stdint.h>
#include <sys/types.h>

/* Reads up to n bytes at `at`; fewer only where the file ends, -1 with errno on failure. */
ssize_t file_read(int fd, void *to, size_t n, uint64_t at);

/* How many bytes of the file are data, counted up to `most`. A recording's apparent size is
 * gigabytes of hole, so the reader must not allocate by it. Where the file system cannot tell, the
 * whole file counts as data. */
uint64_t file_data(int fd, uint64_t most);
