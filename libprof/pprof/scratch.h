/* Memory for one protobuf-c message at a time: bounded, and reused for the next one.
 *
 * protobuf-c turns two hostile bytes into 150, so what one message may take is limited
 * (WORK_MESSAGE); past that allocation fails and with it the unpacking. */
#pragma once

#include <protobuf-c/protobuf-c.h>

struct scratch {
  ProtobufCAllocator allocator; /* to give to unpack functions */
  struct scratch_block *blocks; /* newest first; the oldest stays */
  size_t used, total;
  size_t refused; /* bytes that were asked for beyond the limit since scratch_reset; 0: none */
};

void scratch_init(struct scratch *scratch);
/* Forgets all that was allocated. */
void scratch_reset(struct scratch *scratch);
void scratch_deinit(struct scratch *scratch);
