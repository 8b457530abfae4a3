/* A growing string.
 *
 * Append freely and test for failure once, at the end: after memory ran out every append does
 * nothing and strbuf_failed says so. */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct strbuf {
  char *data; /* NUL-terminated once anything was appended; owned */
  size_t length, capacity;
  bool failed;
};

#define STRBUF_INIT                                                                                \
  { 0 }

void strbuf_deinit(struct strbuf *sb);
void strbuf_append(struct strbuf *sb, const char *s);
void strbuf_append_n(struct strbuf *sb, const void *bytes, size_t n);
void strbuf_append_char(struct strbuf *sb, char c);
void strbuf_appendf(struct strbuf *sb, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void strbuf_vappendf(struct strbuf *sb, const char *format, va_list ap)
    __attribute__((format(printf, 2, 0)));
/* Room for n more bytes. The caller writes them there and adds to `length`, then appends something,
 * if only "", for the NUL. NULL when memory ran out. */
char *strbuf_room(struct strbuf *sb, size_t n);
static inline bool strbuf_failed(const struct strbuf *sb) {
  return sb->failed;
}

/* The string, owned by the caller; NULL when memory ran out. The buffer is then empty. */
char *strbuf_steal(struct strbuf *sb);

#define _cleanup_strbuf_ __attribute__((cleanup(strbuf_deinit)))
