/* gzip in memory, bounded by WORK_INFLATED (base/work.h). */
#pragma once

#include "base/error.h"
#include "base/strbuf.h"

#include <stdbool.h>
#include <zlib.h>

/* Whether the bytes begin as a gzip file does. */
bool gzip_is(const void *bytes, size_t n);

/* Inflates all members of the gzip file of n bytes, appending to `out`. ERROR_BAD_INPUT for what is
 * truncated, damaged or too big; messages do not name the file. */
struct error *gzip_inflate(const void *bytes, size_t n, struct strbuf *out);

/* Compresses the n bytes, appending to `out`; slower and smaller than a writer. */
struct error *gzip_compress(const void *bytes, size_t n, struct strbuf *out);

/* Compresses as it is fed, into `out`. Failures (memory) stick and show up in gzip_writer_finish.
 */
struct gzip_writer {
  z_stream stream;
  struct strbuf out;
  unsigned char pending[16 << 10]; /* deflate is slow at a few bytes a call */
  size_t n_pending;
  bool opened; /* the stream */
  bool failed;
};

void gzip_writer_init(struct gzip_writer *writer);
void gzip_writer_append(struct gzip_writer *writer, const void *bytes, size_t n);
/* Ends the file; writer->out holds it. */
struct error *gzip_writer_finish(struct gzip_writer *writer);
void gzip_writer_deinit(struct gzip_writer *writer);
