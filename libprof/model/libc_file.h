/* Which files are the C library. */
#pragma once

#include <stdbool.h>

/* Whether the path is that of glibc's or musl's library or dynamic loader, or of one of the parts
 * that glibc had as libraries of their own before 2.34. */
bool file_is_libc(const char *path);
