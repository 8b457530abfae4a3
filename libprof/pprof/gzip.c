#include "pprof/gzip.h"

#include "base/work.h"

#include <endian.h>
#include <libdeflate.h>
#include <limits.h>
#include <string.h>

/* zlib adds GZIP to the bits of a window for the format. A hash table has 2^(level + LEVEL_BITS)
 * places. */
enum {
  CHUNK = 64 << 10,
  GZIP = 16,
  WINDOW_GZIP = MAX_WBITS + GZIP,
  LEAST_BITS = 9,
  LEVEL_BITS = 7
};

bool gzip_is(const void *bytes, size_t n) {
  const unsigned char *b = bytes;
  return n >= 2 && b[0] == 0x1f && b[1] == 0x8b;
}

static struct error *check_size(size_t n_in, size_t n_out) {
  struct error *err = work_check(WORK_RATIO, n_out, n_in);
  return err ? err : work_check(WORK_INFLATED, n_out, n_in);
}

static struct error *inflate_fault(const z_stream *stream, int status) {
  if (status == Z_MEM_ERROR)
    return &error_no_memory;
  if (status == Z_BUF_ERROR)
    return error_create(
        ERROR_BAD_INPUT,
        "the gzip data end too early: the file is truncated; copy or record it anew");
  return error_create(ERROR_BAD_INPUT, "damaged gzip data after %lu bytes (%s)", stream->total_in,
                      stream->msg ? stream->msg : "wrong checksum");
}

/* Inflates until the input is used up; several gzip members in a row are one file. */
static struct error *inflate_all(z_stream *stream, size_t n_in, struct strbuf *out) {
  unsigned char chunk[CHUNK];
  for (;;) {
    stream->next_out = chunk;
    stream->avail_out = sizeof(chunk);
    int status = inflate(stream, Z_NO_FLUSH);
    strbuf_append_n(out, chunk, sizeof(chunk) - stream->avail_out);
    if (strbuf_failed(out))
      return &error_no_memory;
    struct error *err = check_size(n_in, out->length);
    if (err)
      return err;
    if (status == Z_STREAM_END) {
      if (stream->avail_in == 0)
        return NULL;
      status = inflateReset(stream);
    }
    if (status != Z_OK)
      return inflate_fault(stream, status);
  }
}

/* The size of the content by the last 4 bytes, modulo 2^32. */
static size_t promised_size(const void *bytes, size_t n) {
  uint32_t size;
  if (n < sizeof(size))
    return 0;
  memcpy(&size, (const char *)bytes + n - sizeof(size), sizeof(size));
  return le32toh(size);
}

/* The usual case, three times as fast as zlib: one member, as large as it says and no larger than
 * it may be. False, and `out` as it was, for all else, which is zlib's to read or to explain. */
static bool inflate_at_once(const void *bytes, size_t n, struct strbuf *out) {
  size_t size = promised_size(bytes, n), n_read = 0;
  struct error *err = check_size(n, size);
  if (err)
    error_destroy(err);
  char *room = err ? NULL : strbuf_room(out, size);
  struct libdeflate_decompressor *decompressor = room ? libdeflate_alloc_decompressor() : NULL;
  if (!decompressor)
    return false;
  bool whole = libdeflate_gzip_decompress_ex(decompressor, bytes, n, room, size, &n_read, NULL) ==
                   LIBDEFLATE_SUCCESS &&
               n_read == n;
  libdeflate_free_decompressor(decompressor);
  out->length += whole ? size : 0;
  strbuf_append_n(out, "", 0);
  return whole;
}

struct error *gzip_inflate(const void *bytes, size_t n, struct strbuf *out) {
  if (n > UINT_MAX)
    return work_check(WORK_FILE, n, n);
  if (inflate_at_once(bytes, n, out))
    return NULL;
  z_stream stream = {.next_in = (z_const Bytef *)bytes, .avail_in = (uInt)n};
  if (inflateInit2(&stream, WINDOW_GZIP) != Z_OK)
    return &error_no_memory;
  struct error *err = inflate_all(&stream, n, out);
  inflateEnd(&stream);
  return err;
}

/* A page is written once and then sent, so its bytes count: level 6 takes a quarter less than the
 * writer's, level 10 another fourteenth, for four times the time: 50 ms a MiB. */
enum { SMALL_LEVEL = 6, SMALLEST_LEVEL = 10, LARGE = 8 << 20 };

struct error *gzip_compress(const void *bytes, size_t n, struct strbuf *out) {
  struct libdeflate_compressor *compressor =
      libdeflate_alloc_compressor(n < LARGE ? SMALL_LEVEL : SMALLEST_LEVEL);
  if (!compressor)
    return &error_no_memory;
  size_t most = libdeflate_gzip_compress_bound(compressor, n), size = 0;
  char *room = strbuf_room(out, most);
  if (room)
    size = libdeflate_gzip_compress(compressor, bytes, n, room, most);
  libdeflate_free_compressor(compressor);
  out->length += size;
  strbuf_append_n(out, "", 0);
  return size ? NULL : &error_no_memory;
}

void gzip_writer_init(struct gzip_writer *writer) {
  *writer = (struct gzip_writer){.out = STRBUF_INIT};
}

/* The fastest level, as Go's own writer: profiles are written while someone waits for an exit. */
static void open_stream(struct gzip_writer *writer, int window_bits, int memory_level) {
  writer->opened = deflateInit2(&writer->stream, Z_BEST_SPEED, Z_DEFLATED, window_bits + GZIP,
                                memory_level, Z_DEFAULT_STRATEGY) == Z_OK;
  writer->failed |= !writer->opened;
}

/* The usual tables are 256 KiB, which are cleared first. For all of a small file, which is pending,
 * a window that holds it will do, and a hash table of as many places. */
static void open_for(struct gzip_writer *writer, int flush) {
  int bits = MAX_WBITS, level = MAX_MEM_LEVEL;
  while (flush == Z_FINISH && bits > LEAST_BITS && writer->n_pending < 1u << (bits - 1))
    bits--;
  if (bits < MAX_WBITS)
    level = bits - LEVEL_BITS;
  open_stream(writer, bits, level);
}

static void feed(struct gzip_writer *writer, void *bytes, uInt n, int flush) {
  unsigned char chunk[CHUNK];
  if (writer->failed)
    return;
  writer->stream.next_in = bytes;
  writer->stream.avail_in = n;
  do {
    writer->stream.next_out = chunk;
    writer->stream.avail_out = sizeof(chunk);
    if (deflate(&writer->stream, flush) == Z_STREAM_ERROR)
      writer->failed = true;
    strbuf_append_n(&writer->out, chunk, sizeof(chunk) - writer->stream.avail_out);
  } while (writer->stream.avail_out == 0);
}

static void feed_pending(struct gzip_writer *writer, int flush) {
  if (!writer->opened)
    open_for(writer, flush);
  feed(writer, writer->pending, (uInt)writer->n_pending, flush);
  writer->n_pending = 0;
}

void gzip_writer_append(struct gzip_writer *writer, const void *bytes, size_t n) {
  while (n) {
    size_t room = sizeof(writer->pending) - writer->n_pending, part = n < room ? n : room;
    memcpy(writer->pending + writer->n_pending, bytes, part);
    writer->n_pending += part;
    bytes = (const char *)bytes + part;
    n -= part;
    if (writer->n_pending == sizeof(writer->pending))
      feed_pending(writer, Z_NO_FLUSH);
  }
}

struct error *gzip_writer_finish(struct gzip_writer *writer) {
  feed_pending(writer, Z_FINISH);
  if (writer->failed || strbuf_failed(&writer->out))
    return &error_no_memory;
  return NULL;
}

void gzip_writer_deinit(struct gzip_writer *writer) {
  if (writer->opened)
    deflateEnd(&writer->stream);
  strbuf_deinit(&writer->out);
}
