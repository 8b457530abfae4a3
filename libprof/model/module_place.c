#include "model/module_place.h"

#include <inttypes.h>

void module_place_append(struct strbuf *sb, const struct profile *profile,
                         const struct profile_location *location) {
  if (location->mapping == PROFILE_NONE)
    return;
  const struct profile_mapping *mapping = &profile->mappings[location->mapping];
  uint64_t offset = location->address - mapping->start + mapping->offset;
  if (*mapping->build_id)
    strbuf_appendf(sb, "build-id:%s+0x%" PRIx64, mapping->build_id, offset);
  else if (*mapping->file)
    strbuf_appendf(sb, "%s+0x%" PRIx64, mapping->file, offset);
}
