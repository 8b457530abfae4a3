/* Budget files as text: small, read and replaced as a whole. */
#pragma once

#include "base/error.h"

#include <stddef.h>

/* The file's text with a NUL after it, the caller's to free. ERROR_BAD_INPUT if it is no file, has
 * more than 1 MiB or a NUL in it. */
struct error *text_file_read(const char *path, char **ret, size_t *length);

/* Writes a new file; ERROR_BAD_INPUT if there is one of that name. "-" is stdout. */
struct error *text_file_create(const char *path, const char *text);

/* Replaces the file, all or nothing, with its mode kept. */
struct error *text_file_replace(const char *path, const char *text);
