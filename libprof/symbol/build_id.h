/* Build-ids as text. */
#pragma once

#include <stdbool.h>

/* Hexadecimal digits of the longest build-id that is used, and a NUL. */
#define BUILD_ID_HEX_MAX 129

/* Is s a build-id that may be used in a file name: an even number of lower-case hex digits? */
bool binary_valid_build_id(const char *s);
