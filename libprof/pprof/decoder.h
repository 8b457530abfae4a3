/* A profile in the middle of being read: what decode.c and decode_sample.c share.
 *
 * The first fault sticks in `err`; until the reading stops because of it, what is out of range
 * falls back to 0 or "", which are not. */
#pragma once

#include "base/strbuf.h"
#include "base/vector.h"
#include "model/profile.h"
#include "pprof/fields.h"
#include "pprof/id_map.h"
#include "pprof/scratch.h"

enum { DECODER_N_KINDS = 7 }; /* fields of Profile that are walked over by themselves are below */

struct decoder {
  const uint8_t *bytes;
  size_t n;
  struct field_cursor stretches[DECODER_N_KINDS]; /* from a kind's first field to behind its last */
  struct strbuf header;                           /* all other fields */
  struct profile *profile;
  VECTOR(const char *) strings; /* interned */
  struct id_map mappings, functions, locations;
  struct scratch scratch;
  /* The thing at hand, for messages. */
  const char *what;
  size_t index;
  struct error *err;
};

/* Takes over `err`, which may be NULL. */
void decoder_set_error(struct decoder *decoder, struct error *err);

#define DECODER_FAULT(decoder, format, ...)                                                        \
  decoder_set_error(decoder, error_create(ERROR_BAD_INPUT, "damaged profile: %s %zu: " format,     \
                                          (decoder)->what, (decoder)->index, __VA_ARGS__))

void decoder_cannot_unpack(struct decoder *decoder);

/* The string of that number; a fault and "" if the profile has no such string. */
const char *decoder_string(struct decoder *decoder, int64_t index);

/* The fault of decoder_place. */
void decoder_no_such_id(struct decoder *decoder, const struct id_map *map, uint64_t id);

/* The place of the thing with that id; a fault and 0 if no thing has it. */
static inline uint32_t decoder_place(struct decoder *decoder, const struct id_map *map,
                                     uint64_t id) {
  uint32_t index = id_map_find(map, id);
  if (index != ID_MAP_NONE)
    return index;
  decoder_no_such_id(decoder, map, id);
  return 0;
}

/* Whether the profile may take `more` bytes than it has by now (WORK_PROFILE); a fault if not. */
bool decoder_affords(struct decoder *decoder, size_t more);

/* From profile_array; NULL is a fault. */
void *decoder_array(struct decoder *decoder, size_t n, size_t size);
