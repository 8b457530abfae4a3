/* The outermost layer of a protobuf message: its fields, one after the other.
 *
 * A profile is one message of millions of small ones. Walking over it here and giving protobuf-c
 * one of those at a time takes a fraction of the memory, and of the time, of unpacking all at once.
 */
#pragma once

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct field {
  uint32_t number;
  bool has_bytes;      /* wire type 2: data and n are set */
  const uint8_t *data; /* the field's content, in the message */
  size_t n;
  const uint8_t *begin; /* the field as a whole, tag included, up to the cursor's place */
};

struct field_cursor {
  const uint8_t *at, *end;
};

/* Goes to the next field; false at the end, or when what is left is no field, which fields_check
 * tells apart. Field numbers are 1 to 2^29 - 1. */
bool field_next(struct field_cursor *cursor, struct field *ret);

/* ERROR_BAD_INPUT, with the offset from `begin`, if field_next ended for another reason than the
 * end. */
struct error *fields_check(const struct field_cursor *cursor, const uint8_t *begin);
