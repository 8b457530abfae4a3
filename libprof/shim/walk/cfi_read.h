/* Reading the integers of .eh_frame. Private to the cfi_*.c files. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* p never passes end. */
struct cursor {
  const uint8_t *p, *end;
};

static inline uint64_t cursor_left(const struct cursor *c) {
  return (uint64_t)(c->end - c->p);
}

/* Moves on by n bytes; false, and to the end, if there are not so many. */
static inline bool cursor_skip(struct cursor *c, uint64_t n) {
  bool there = n <= cursor_left(c);
  c->p = there ? c->p + n : c->end;
  return there;
}

/* __builtin_memcpy of a constant size: one load, at any alignment. Past the end everything is 0. */
#define CURSOR_READ(name, type)                                                                    \
  static inline type name(struct cursor *c) {                                                      \
    type value = 0;                                                                                \
    if (cursor_left(c) < sizeof(value)) {                                                          \
      c->p = c->end;                                                                               \
      return 0;                                                                                    \
    }                                                                                              \
    __builtin_memcpy(&value, c->p, sizeof(value));                                                 \
    c->p += sizeof(value);                                                                         \
    return value;                                                                                  \
  }

CURSOR_READ(read_u8, uint8_t)
CURSOR_READ(read_u16, uint16_t)
CURSOR_READ(read_u32, uint32_t)
CURSOR_READ(read_u64, uint64_t)

static inline uint64_t read_uleb(struct cursor *c) {
  uint64_t value = 0;
  for (unsigned shift = 0; c->p < c->end; shift += 7) {
    uint8_t byte = *c->p++;
    if (shift < 64)
      value |= (uint64_t)(byte & 0x7f) << shift;
    if (!(byte & 0x80))
      break;
  }
  return value;
}

static inline int64_t read_sleb(struct cursor *c) {
  uint64_t value = 0;
  unsigned shift = 0;
  uint8_t byte = 0;
  while (c->p < c->end) {
    byte = *c->p++;
    if (shift < 64)
      value |= (uint64_t)(byte & 0x7f) << shift;
    shift += 7;
    if (!(byte & 0x80))
      break;
  }
  if (shift < 64 && (byte & 0x40))
    value |= -(1ull << shift);
  return (int64_t)value;
}

enum pointer_encoding {
  PE_ABSPTR = 0x00,
  PE_ULEB = 0x01,
  PE_UDATA2 = 0x02,
  PE_UDATA4 = 0x03,
  PE_UDATA8 = 0x04,
  PE_SLEB = 0x09,
  PE_SDATA2 = 0x0a,
  PE_SDATA4 = 0x0b,
  PE_SDATA8 = 0x0c,
  PE_FORMAT = 0x0f,
  PE_PCREL = 0x10,
  PE_DATAREL = 0x30,
  PE_BASE = 0x70,
  PE_INDIRECT = 0x80,
  PE_OMIT = 0xff,
};

/* An encoded pointer (LSB, "DWARF Exception Header Encoding"), never indirect. */
static inline uintptr_t read_pointer(struct cursor *c, uint8_t encoding, uintptr_t data) {
  uintptr_t base = (encoding & PE_BASE) == PE_PCREL     ? (uintptr_t)c->p
                   : (encoding & PE_BASE) == PE_DATAREL ? data
                                                        : 0;
  switch (encoding & PE_FORMAT) {
  case PE_ULEB:
    return base + read_uleb(c);
  case PE_UDATA2:
    return base + read_u16(c);
  case PE_UDATA4:
    return base + read_u32(c);
  case PE_SLEB:
    return base + (uintptr_t)read_sleb(c);
  case PE_SDATA2:
    return base + (uintptr_t)(int16_t)read_u16(c);
  case PE_SDATA4:
    return base + (uintptr_t)(int32_t)read_u32(c);
  default:
    return base + read_u64(c);
  }
}
