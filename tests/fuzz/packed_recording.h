/* How the recording fuzzer's input stands for a file that is mostly hole: its apparent size in
 * eight bytes, then runs of a place in words of eight bytes (uint32_t), a length in bytes
 * (uint16_t) and these bytes. Little-endian, packed. */
#pragma once

#include <stdint.h>

enum { PACKED_HEAD = 8, PACKED_RUN = 6 };
#define PACKED_SIZE_LIMIT (64ull << 30) /* the shim's */
