/* Protobuf's numbers: 7 bits a byte, lowest first, all bytes but the last with the top bit set.
 *
 * A profile is tens of millions of them, of 1 to 3 bytes in no order that a processor could
 * predict: hence no loop over the bytes where there are 8 to be loaded. */
#pragma once

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define VARINT_TOP_BITS UINT64_C(0x8080808080808080)

static inline uint64_t varint_load(const uint8_t *at) {
  uint64_t word;
  memcpy(&word, at, sizeof(word));
  return le64toh(word);
}

/* The lower 7 bits of each byte, as one number of 56. */
static inline uint64_t varint_join(uint64_t x) {
  x = (x & UINT64_C(0x007f007f007f007f)) | (x & UINT64_C(0x7f007f007f007f00)) >> 1;
  x = (x & UINT64_C(0x00003fff00003fff)) | (x & UINT64_C(0x3fff00003fff0000)) >> 2;
  return (x & UINT64_C(0x0fffffff)) | (x & UINT64_C(0x0fffffff00000000)) >> 4;
}

/* Stores the number at `at` in *ret. Returns where it ends, or NULL if it does not end before `end`
 * or within 10 bytes. A tenth byte has room for its lowest bit only; like all readers, this drops
 * the others. */
static inline const uint8_t *varint_read_bytewise(const uint8_t *at, const uint8_t *end,
                                                  uint64_t *ret) {
  uint64_t value = 0;
  for (unsigned shift = 0; shift < 64 && at < end; shift += 7) {
    uint8_t byte = *at++;
    value |= (uint64_t)(byte & 0x7f) << shift;
    if (byte < 0x80) {
      *ret = value;
      return at;
    }
  }
  return NULL;
}

static inline const uint8_t *varint_read(const uint8_t *at, const uint8_t *end, uint64_t *ret) {
  uint64_t word, last;
  if (at < end && *at < 0x80) {
    *ret = *at;
    return at + 1;
  }
  if (end - at >= 2 && at[1] < 0x80) {
    *ret = (at[0] & 0x7fu) | (uint64_t)at[1] << 7;
    return at + 2;
  }
  if (end - at < (ptrdiff_t)sizeof(word) || !(last = ~(word = varint_load(at)) & VARINT_TOP_BITS))
    return varint_read_bytewise(at, end, ret);
  *ret = varint_join(word & (last ^ (last - 1))); /* the bytes up to the first without a top bit */
  return at + __builtin_ctzll(last) / 8 + 1;
}

/* How many numbers end in the n bytes at `at`. */
static inline size_t varint_count(const uint8_t *at, size_t n) {
  size_t count = 0, i = 0;
  for (; i + sizeof(uint64_t) <= n; i += sizeof(uint64_t))
    count += ((~varint_load(at + i) & VARINT_TOP_BITS) >> 7) * UINT64_C(0x0101010101010101) >> 56;
  for (; i < n; i++)
    count += at[i] < 0x80;
  return count;
}
