#include "base/text_stream.h"

#include <stdbool.h>
#include <stdlib.h>

struct error *text_stream_open(struct text_stream *stream) {
  *stream = (struct text_stream){0};
  stream->out = open_memstream(&stream->text, &stream->length);
  return stream->out ? NULL : &error_no_memory;
}

struct error *text_stream_take(struct text_stream *stream, struct error *err, char **ret) {
  bool whole = !ferror(stream->out);
  whole &= fclose(stream->out) == 0;
  stream->out = NULL;
  if (!err && whole) {
    *ret = stream->text;
    return NULL;
  }
  free(stream->text);
  return err ? err : &error_no_memory;
}
