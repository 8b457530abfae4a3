/* The few string functions the shim needs, inlined: a call into libc could be interposed, and a
 * lazily bound one would enter the loader. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline size_t text_length(const char *s) {
  size_t n = 0;
  while (s[n])
    n++;
  return n;
}

/* Copies at most size - 1 bytes and a NUL; returns the bytes copied. */
static inline size_t text_copy(char *to, const char *from, size_t size) {
  size_t n = 0;
  for (; n + 1 < size && from[n]; n++)
    to[n] = from[n];
  to[n] = '\0';
  return n;
}

/* The value of `name` where `entry` reads "name=value", else NULL. */
static inline const char *text_value(const char *entry, const char *name) {
  while (*name && *entry == *name)
    entry++, name++;
  return !*name && *entry == '=' ? entry + 1 : NULL;
}

static inline bool text_equal(const char *a, const char *b) {
  while (*a && *a == *b)
    a++, b++;
  return *a == *b;
}

/* The part after the last slash. */
static inline const char *text_base_name(const char *path) {
  const char *base = path;
  for (; *path; path++)
    if (*path == '/')
      base = path + 1;
  return base;
}

/* Writes n in decimal and a NUL; returns the digits written. `to` holds 21 bytes. */
static inline size_t text_number(char *to, uint64_t n) {
  char digits[20];
  size_t count = 0;
  do
    digits[count++] = '0' + n % 10;
  while (n /= 10);
  for (size_t i = 0; i < count; i++)
    to[i] = digits[count - 1 - i];
  to[count] = '\0';
  return count;
}

/* Reads a decimal number and moves *s past it; false if no digit is there or it passes 2^63. */
static inline bool text_parse(const char **s, uint64_t *ret) {
  uint64_t n = 0;
  const char *p = *s;
  for (; *p >= '0' && *p <= '9'; p++) {
    if (n > (uint64_t)INT64_MAX / 10 - 1)
      return false;
    n = n * 10 + (uint64_t)(*p - '0');
  }
  if (p == *s)
    return false;
  *s = p;
  *ret = n;
  return true;
}
