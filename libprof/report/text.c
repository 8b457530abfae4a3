#include "report/text.h"

#include <locale.h>
#include <stdint.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

/* Decodes one character of n > 0 bytes at s (RFC 3629: no surrogates, nothing overlong, nothing
 * past U+10FFFF). Returns its length, 0 if it is not UTF-8. */
static int decode(const unsigned char *s, size_t n, uint32_t *ret) {
  static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  int length = s[0] < 0x80   ? 1
               : s[0] < 0xc2 ? 0
               : s[0] < 0xe0 ? 2
               : s[0] < 0xf0 ? 3
               : s[0] < 0xf5 ? 4
                             : 0;
  if (!length || (size_t)length > n)
    return 0;
  uint32_t c = length == 1 ? s[0] : s[0] & (0x7fu >> length);
  for (int i = 1; i < length; i++) {
    if ((s[i] & 0xc0) != 0x80)
      return 0;
    c = c << 6 | (s[i] & 0x3f);
  }
  if (c < least[length] || (c >= 0xd800 && c < 0xe000) || c > 0x10ffff)
    return 0;
  *ret = c;
  return length;
}

/* Invisible, or changing the order of what surrounds it (CVE-2021-42574). */
static bool is_deceptive(uint32_t c) {
  return c == 0xad || c == 0x61c || (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
         (c >= 0x2060 && c <= 0x206f) || c == 0xfeff || (c >= 0xfff9 && c <= 0xfffb) ||
         (c >= 0xe0000 && c <= 0xe007f);
}

static void escape_byte(struct strbuf *sb, unsigned char c) {
  const char *letter = c == '\n' ? "\\n" : c == '\t' ? "\\t" : c == '\r' ? "\\r" : NULL;
  if (letter)
    strbuf_append(sb, letter);
  else
    strbuf_appendf(sb, "\\x%02x", c);
}

void text_escape(struct strbuf *sb, const char *s) {
  const unsigned char *at = (const unsigned char *)s, *end = at + strlen(s);
  strbuf_append_n(sb, "", 0);
  while (at < end) {
    uint32_t c;
    int n = decode(at, (size_t)(end - at), &c);
    if (n == 0 || (n == 1 && (c < 0x20 || c == 0x7f)))
      escape_byte(sb, *at);
    else if (is_deceptive(c) || (c >= 0x80 && c < 0xa0))
      strbuf_appendf(sb, "\\u{%x}", c);
    else
      strbuf_append_n(sb, at, (size_t)n);
    at += n ? n : 1;
  }
}

void text_repair(struct strbuf *sb, const char *s) {
  strbuf_append(sb, "");
  while (*s) {
    uint32_t c;
    int n = decode((const unsigned char *)s, strnlen(s, 4), &c);
    if (n)
      strbuf_append_n(sb, s, (size_t)n);
    else
      strbuf_append(sb, "\xef\xbf\xbd");
    s += n ? n : 1;
  }
}

/* glibc's tables of East Asian width and combining marks are those of a UTF-8 locale; C.UTF-8 is
 * built into Debian's. Without it every character counts as one column. */
static int char_width(uint32_t c) {
  static locale_t utf8;
  if (c < 0x300)
    return 1;
  if (!utf8)
    utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", NULL);
  if (!utf8)
    return 1;
  locale_t before = uselocale(utf8);
  int width = wcwidth((wchar_t)c);
  uselocale(before);
  return width < 0 ? 1 : width;
}

/* Bytes and columns of the character at s. */
static int char_step(const char *s, int *width) {
  uint32_t c;
  int n = decode((const unsigned char *)s, strnlen(s, 4), &c);
  *width = n ? char_width(c) : 1;
  return n ? n : 1;
}

int text_width(const char *s) {
  int total = 0, width;
  for (; *s; total += width)
    s += char_step(s, &width);
  return total;
}

/* Bytes of the longest prefix of s that takes at most `columns`. */
static size_t prefix(const char *s, int columns) {
  const char *at = s;
  for (int used = 0, width; *at; at += char_step(at, &width)) {
    char_step(at, &width);
    if (used + width > columns)
      break;
    used += width;
  }
  return (size_t)(at - s);
}

void text_cut(struct strbuf *sb, const char *s, int columns) {
  strbuf_append_n(sb, s, prefix(s, columns));
}

void text_elide(struct strbuf *sb, const char *s, int columns) {
  if (columns < 8)
    columns = 8;
  int width = text_width(s);
  if (width <= columns) {
    strbuf_append(sb, s);
    return;
  }
  int room = columns - 3, head = room / 2, tail = room - head;
  strbuf_append_n(sb, s, prefix(s, head));
  strbuf_append(sb, "...");
  const char *at = s;
  for (int left = width, w; left > tail; left -= w)
    at += char_step(at, &w);
  strbuf_append(sb, at);
}

/* Bytes of s that go onto a line of `columns`, when not all do. */
static size_t break_point(const char *s, int columns) {
  _cleanup_strbuf_ struct strbuf fitting = STRBUF_INIT;
  text_cut(&fitting, s, columns);
  size_t most = strbuf_failed(&fitting) || !fitting.length ? 1 : fitting.length;
  for (size_t n = most; n > most / 3; n--)
    if (s[n - 1] == ' ' || s[n - 1] == ',' || (n > 1 && s[n - 1] == ':' && s[n - 2] == ':') ||
        s[n] == '<' || s[n] == '(')
      return n;
  return most;
}

void text_wrap(struct strbuf *sb, const char *s, int used, int indent, int columns) {
  enum { LEAST_ROOM = 8 };
  for (;; used = indent) {
    int room = columns - used > LEAST_ROOM ? columns - used : LEAST_ROOM;
    if (text_width(s) <= room)
      break;
    size_t n = break_point(s, room), kept = n;
    while (kept && s[kept - 1] == ' ')
      kept--;
    strbuf_append_n(sb, s, kept);
    s += n;
    strbuf_appendf(sb, "\n%*s", indent, "");
  }
  strbuf_append(sb, s);
  strbuf_append_char(sb, '\n');
}
