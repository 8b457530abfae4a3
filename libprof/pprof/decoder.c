#include "pprof/decoder.h"

void decoder_set_error(struct decoder *decoder, struct error *err) {
  if (decoder->err)
    error_destroy(err);
  else
    decoder->err = err;
}

void decoder_cannot_unpack(struct decoder *decoder) {
  DECODER_FAULT(decoder, "%s", "its bytes do not decode as profile.proto says");
}

const char *decoder_string(struct decoder *decoder, int64_t index) {
  if ((uint64_t)index < decoder->strings.count)
    return decoder->strings.data[index];
  DECODER_FAULT(decoder, "string %lld is not in the table of %zu", (long long)index,
                decoder->strings.count);
  return decoder->strings.data[0];
}

void decoder_no_such_id(struct decoder *decoder, const struct id_map *map, uint64_t id) {
  DECODER_FAULT(decoder, "%s id %llu does not exist", map->what, (unsigned long long)id);
}

void *decoder_array(struct decoder *decoder, size_t n, size_t size) {
  void *p = profile_array(decoder->profile, n, size);
  if (!p)
    decoder_set_error(decoder, &error_no_memory);
  return p;
}
