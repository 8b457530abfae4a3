#include "report/leak_contents.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { BYTES_A_LINE = 16 };

bool leak_contents(const struct leak_entry *entry, struct leak_contents *ret) {
  const char *text = leak_text(entry->sample, LEAK_LABEL_CONTENTS, entry->kind);
  char *end;
  if (!text)
    return false;
  ret->address = strtoull(text, &end, 16);
  if (end == text || *end != ':')
    return false;
  ret->hex = end + 1;
  ret->n = strlen(ret->hex) / 2;
  return ret->n && strspn(ret->hex, "0123456789abcdef") == 2 * ret->n;
}

static unsigned byte_at(const char *hex, size_t i) {
  const char digits[] = {hex[2 * i], hex[2 * i + 1], '\0'};
  return (unsigned)strtoul(digits, NULL, 16);
}

static void append_line(struct strbuf *sb, const struct leak_contents *contents, size_t from) {
  strbuf_appendf(sb, "    %04zx ", from);
  for (size_t i = from; i < from + BYTES_A_LINE; i++)
    if (i < contents->n)
      strbuf_appendf(sb, " %.2s", contents->hex + 2 * i);
    else
      strbuf_append(sb, "   ");
  strbuf_append(sb, "  ");
  for (size_t i = from; i < contents->n && i < from + BYTES_A_LINE; i++) {
    unsigned c = byte_at(contents->hex, i);
    strbuf_append_char(sb, c >= ' ' && c < 127 ? (char)c : '.');
  }
  strbuf_append_char(sb, '\n');
}

void leak_contents_append(struct strbuf *sb, const struct leak_entry *entry) {
  struct leak_contents contents;
  if (!leak_contents(entry, &contents))
    return;
  strbuf_appendf(sb, "  contents of the largest, at 0x%" PRIx64 ":\n", contents.address);
  for (size_t at = 0; at < contents.n; at += BYTES_A_LINE)
    append_line(sb, &contents, at);
}
