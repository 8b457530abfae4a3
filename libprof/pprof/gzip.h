/* gzip in memory, bounded.
 *
 * Inflating stops at a size and at a ratio that no honest profile reaches, so that a few kilobytes
 * cannot fill the machine's memory. */
#pragma once

#include "base/error.h"
#include "base/strbuf.h"

#include <stdbool.h>
#include <zlib.h>

/* Limits of a profile's size, compressed or not. */
#define GZIP_MAX_SIZE ((size_t)1 << 30)
/* Beyond GZIP_FREE_SIZE bytes of output, more than this many times the input is refused. Real
 * profiles compress 3 to 20 times, deflate's limit is 1032. */
#define GZIP_MAX_RATIO 250
#define GZIP_FREE_SIZE ((size_t)16 << 20)

/* Whether the bytes begin as a gzip file does. */
bool gzip_is(const void *bytes, size_t n);

/* Inflates all members of the gzip file of n bytes, appending to `out`. ERROR_BAD_INPUT for what is
 * truncated, damaged or too big; messages do not name the file. */
struct error *gzip_inflate(const void *bytes, size_t n, struct strbuf *out);

/* Compresses as it is fed, into `out`. Failures (memory) stick and show up in gzip_writer_finish.
 */
struct gzip_writer {
  z_stream stream;
  struct strbuf out;
  unsigned char pending[16 << 10]; /* deflate is slow at a few bytes a call */
  size_t n_pending;
  bool failed;
};

struct error *gzip_writer_init(struct gzip_writer *writer);
void gzip_writer_append(struct gzip_writer *writer, const void *bytes, size_t n);
/* Ends the file; writer->out holds it. */
struct error *gzip_writer_finish(struct gzip_writer *writer);
void gzip_writer_deinit(struct gzip_writer *writer);
