#include "pprof/decoder.h"

#include "base/work.h"

void decoder_set_error(struct decoder *decoder, struct error *err) {
  if (decoder->err)
    error_destroy(err);
  else
    decoder->err = err;
}

void decoder_cannot_unpack(struct decoder *decoder) {
  struct error *too_large = work_check(WORK_MESSAGE, decoder->scratch.refused, 0);
  if (too_large)
    decoder_set_error(decoder, error_prefix(too_large, "%s %zu", decoder->what, decoder->index));
  else
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

static size_t memory_of_map(const struct id_map *map) {
  return map->ids_capacity * sizeof(*map->ids) + map->index.n_slots * sizeof(*map->index.slots);
}

bool decoder_affords(struct decoder *decoder, size_t more) {
  size_t memory = profile_memory(decoder->profile) + memory_of_map(&decoder->mappings) +
                  memory_of_map(&decoder->functions) + memory_of_map(&decoder->locations) +
                  decoder->strings.capacity * sizeof(*decoder->strings.data) + more;
  struct error *err = work_check(WORK_PROFILE, memory, decoder->profile->file_size);
  if (err)
    decoder_set_error(decoder, err);
  return !err;
}

void *decoder_array(struct decoder *decoder, size_t n, size_t size) {
  if (!decoder_affords(decoder, n * size)) /* both are below the file's size */
    return NULL;
  void *p = profile_array(decoder->profile, n, size);
  if (!p)
    decoder_set_error(decoder, &error_no_memory);
  return p;
}
