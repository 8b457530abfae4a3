/* Build-ids as text. */
#pragma once

#include <stdbool.h>

/* Hexadecimal digits of the longest build-id that is used, and a NUL. */
#define BUILD_ID_HEX_MAX 129

/* Whether s is a build-id that may be used in a file name: an even number of lower-case hexadecimal
 * digits, at least 4. */
bool build_id_is_valid(const char *s);
