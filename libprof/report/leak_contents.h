/* The content of a lost block, as bytes and as text (memprof leaks --contents). */
#pragma once

#include "base/strbuf.h"
#include "report/leak_entries.h"

struct leak_contents {
  uint64_t address;
  const char *hex; /* two digits a byte, the profile's; checked to be digits */
  size_t n;        /* bytes */
};

/* The first bytes of the entry's largest block; false if the profile has none. */
bool leak_contents(const struct leak_entry *entry, struct leak_contents *ret);

/* Appends those bytes, 16 a line; nothing if the profile has no contents. */
void leak_contents_append(struct strbuf *sb, const struct leak_entry *entry);
