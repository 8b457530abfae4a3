#include "base/strbuf.h"

#include "base/huge_pages.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void strbuf_deinit(struct strbuf *sb) {
  free(sb->data);
  *sb = (struct strbuf)STRBUF_INIT;
}

/* Room for n more bytes and a NUL. */
static bool strbuf_reserve(struct strbuf *sb, size_t n) {
  if (sb->failed)
    return false;
  if (sb->capacity - sb->length > n)
    return true;
  size_t capacity = sb->capacity * 2 > sb->length + n + 1 ? sb->capacity * 2 : sb->length + n + 64;
  char *data = realloc(sb->data, capacity);
  if (!data) {
    sb->failed = true;
    return false;
  }
  huge_pages_prefer(data, capacity);
  sb->data = data;
  sb->capacity = capacity;
  return true;
}

char *strbuf_room(struct strbuf *sb, size_t n) {
  return strbuf_reserve(sb, n) ? sb->data + sb->length : NULL;
}

void strbuf_append_n(struct strbuf *sb, const void *bytes, size_t n) {
  if (!strbuf_reserve(sb, n))
    return;
  if (n)
    memcpy(sb->data + sb->length, bytes, n);
  sb->length += n;
  sb->data[sb->length] = '\0';
}

void strbuf_append(struct strbuf *sb, const char *s) {
  strbuf_append_n(sb, s, strlen(s));
}

void strbuf_append_char(struct strbuf *sb, char c) {
  strbuf_append_n(sb, &c, 1);
}

void strbuf_vappendf(struct strbuf *sb, const char *format, va_list ap) {
  va_list again;
  if (!strbuf_reserve(sb, 0))
    return;
  size_t room = sb->capacity - sb->length;
  va_copy(again, ap);
  int n = vsnprintf(sb->data + sb->length, room, format, ap);
  if (n >= 0 && (size_t)n >= room && strbuf_reserve(sb, (size_t)n))
    n = vsnprintf(sb->data + sb->length, (size_t)n + 1, format, again);
  va_end(again);
  if (n < 0)
    sb->failed = true;
  if (!sb->failed)
    sb->length += (size_t)n;
  else if (sb->data)
    sb->data[sb->length] = '\0';
}

void strbuf_appendf(struct strbuf *sb, const char *format, ...) {
  va_list ap;
  va_start(ap, format);
  strbuf_vappendf(sb, format, ap);
  va_end(ap);
}

char *strbuf_steal(struct strbuf *sb) {
  strbuf_append_n(sb, "", 0);
  if (sb->failed) {
    strbuf_deinit(sb);
    return NULL;
  }
  char *data = sb->data;
  *sb = (struct strbuf)STRBUF_INIT;
  return data;
}
