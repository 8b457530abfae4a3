#include "pprof/fields.h"

/* Protobuf's wire types; 3 and 4, groups, are of old and in no profile. */
enum { VARINT = 0, FIXED64 = 1, BYTES = 2, FIXED32 = 5 };

static bool read_varint(struct field_cursor *cursor, uint64_t *ret) {
  uint64_t value = 0;
  for (unsigned shift = 0; shift < 64 && cursor->at < cursor->end; shift += 7) {
    uint8_t byte = *cursor->at++;
    value |= (uint64_t)(byte & 0x7f) << shift;
    if (byte < 0x80) {
      *ret = value;
      return true;
    }
  }
  return false;
}

static bool skip(struct field_cursor *cursor, uint64_t n) {
  if (n > (size_t)(cursor->end - cursor->at))
    return false;
  cursor->at += n;
  return true;
}

static bool read_content(struct field_cursor *cursor, unsigned wire_type, struct field *field) {
  uint64_t value;
  switch (wire_type) {
  case VARINT:
    return read_varint(cursor, &value);
  case FIXED64:
    return skip(cursor, 8);
  case FIXED32:
    return skip(cursor, 4);
  case BYTES:
    if (!read_varint(cursor, &value))
      return false;
    field->has_bytes = true;
    field->data = cursor->at;
    field->n = value;
    return skip(cursor, value);
  default:
    return false;
  }
}

bool field_next(struct field_cursor *cursor, struct field *ret) {
  struct field_cursor here = *cursor;
  struct field field = {.begin = here.at};
  uint64_t tag;
  if (!read_varint(&here, &tag) || tag >> 3 == 0 || tag >> 3 >= 1u << 29 ||
      !read_content(&here, tag & 7, &field))
    return false;
  field.number = (uint32_t)(tag >> 3);
  *cursor = here;
  *ret = field;
  return true;
}

struct error *fields_check(const struct field_cursor *cursor, const uint8_t *begin) {
  if (cursor->at == cursor->end)
    return NULL;
  return error_create(ERROR_BAD_INPUT,
                      "not a pprof profile, or a damaged one: no protobuf field at byte %zu of %zu",
                      (size_t)(cursor->at - begin), (size_t)(cursor->end - begin));
}
