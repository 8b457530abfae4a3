/* A protobuf message as a row of fields, one after the other.
 *
 * A profile is one message of millions of small ones. Walking over it here and giving protobuf-c
 * one of those at a time takes a fraction of the memory, and of the time, of unpacking all at once.
 */
#pragma once

#include "base/error.h"
#include "pprof/varint.h"

/* Protobuf's wire types; 3 and 4, groups, are of old and in no profile. */
enum wire_type { WIRE_VARINT = 0, WIRE_FIXED64 = 1, WIRE_BYTES = 2, WIRE_FIXED32 = 5 };

struct field {
  uint32_t number;
  enum wire_type type;
  uint64_t value;      /* of WIRE_VARINT */
  const uint8_t *data; /* of WIRE_BYTES: the content, in the message */
  size_t n;
  const uint8_t *begin; /* the field as a whole, tag included, up to the cursor's place */
};

struct field_cursor {
  const uint8_t *at, *end;
};

/* Goes to the next field; false at the end, or when what is left is no field, which leaves the
 * cursor before the end. Field numbers are 1 to 2^29 - 1. */
static inline bool field_next(struct field_cursor *cursor, struct field *ret) {
  const uint8_t *at = cursor->at, *end = cursor->end;
  uint64_t tag, size = 0;
  *ret = (struct field){.begin = at};
  if (!(at = varint_read(at, end, &tag)) || tag >> 3 == 0 || tag >> 3 >= 1u << 29)
    return false;
  ret->number = (uint32_t)(tag >> 3);
  ret->type = (enum wire_type)(tag & 7);
  switch (ret->type) {
  case WIRE_VARINT:
    at = varint_read(at, end, &ret->value);
    break;
  case WIRE_FIXED64:
  case WIRE_FIXED32:
    size = ret->type == WIRE_FIXED64 ? 8 : 4;
    break;
  case WIRE_BYTES:
    at = varint_read(at, end, &size);
    ret->data = at;
    ret->n = size;
    break;
  default:
    return false;
  }
  if (!at || size > (size_t)(end - at))
    return false;
  cursor->at = at + size;
  return true;
}

/* ERROR_BAD_INPUT, with the offset from `begin`, if field_next ended for another reason than the
 * end. */
struct error *fields_check(const struct field_cursor *cursor, const uint8_t *begin);
