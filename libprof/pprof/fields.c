#include "pprof/fields.h"

struct error *fields_check(const struct field_cursor *cursor, const uint8_t *begin) {
  if (cursor->at == cursor->end)
    return NULL;
  return error_create(ERROR_BAD_INPUT,
                      "not a pprof profile, or a damaged one: no protobuf field at byte %zu of %zu",
                      (size_t)(cursor->at - begin), (size_t)(cursor->end - begin));
}
