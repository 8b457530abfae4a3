/* File names as URI references (RFC 3986). */
#pragma once

#include "base/strbuf.h"

/* Appends `file`, relative to `root` if it lies under it: "src/a%20b.c"; else as a file URI,
 * "file:///usr/include/x.h"; a relative file as it is. */
void uri_append(struct strbuf *sb, const char *file, const char *root);
