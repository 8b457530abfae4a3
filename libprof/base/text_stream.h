/* A stream for writers of FILE whose text is wanted in memory. */
#pragma once

#include "base/error.h"

#include <stdio.h>

struct text_stream {
  FILE *out; /* NULL once it is closed */
  char *text;
  size_t length;
};

struct error *text_stream_open(struct text_stream *stream);

/* Closes the stream, in any case. Where `err` is NULL and all was written, *ret is the text, which is
 * the caller's to free; else nothing is set, and the error is `err` or no memory. */
struct error *text_stream_take(struct text_stream *stream, struct error *err, char **ret);
