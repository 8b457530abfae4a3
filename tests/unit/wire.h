/* Writes protobuf fields one by one, for files that no encoder would write. */
#pragma once

#include "base/strbuf.h"

#include <stdint.h>
#include <string.h>

static inline void put_varint(struct strbuf *sb, uint64_t value) {
  for (; value >= 0x80; value >>= 7)
    strbuf_append_char(sb, (char)(value | 0x80));
  strbuf_append_char(sb, (char)value);
}

static inline void put_number(struct strbuf *sb, unsigned field, uint64_t value) {
  put_varint(sb, field << 3);
  put_varint(sb, value);
}

static inline void put_bytes(struct strbuf *sb, unsigned field, const void *bytes, size_t n) {
  put_varint(sb, field << 3 | 2);
  put_varint(sb, n);
  strbuf_append_n(sb, bytes, n);
}

static inline void put_string(struct strbuf *sb, unsigned field, const char *s) {
  put_bytes(sb, field, s, strlen(s));
}

/* A message of up to four numeric fields; a field of 0 is left out. */
struct number {
  unsigned field;
  uint64_t value;
};
static inline void put_message(struct strbuf *sb, unsigned field, struct number a, struct number b,
                               struct number c, struct number d) {
  struct strbuf message = STRBUF_INIT;
  const struct number numbers[] = {a, b, c, d};
  for (int i = 0; i < 4; i++)
    if (numbers[i].field)
      put_number(&message, numbers[i].field, numbers[i].value);
  put_bytes(sb, field, message.length ? message.data : "", message.length);
  strbuf_deinit(&message);
}
#define N(f, v) ((struct number){(f), (uint64_t)(v)})
#define NOTHING ((struct number){0, 0})
