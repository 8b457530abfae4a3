/* The pointers that a definitely lost block holds (memprof leaks --why). */
#pragma once

#include "report/leak_entries.h"

#include <jansson.h>

/* The samples of a profile by the site of their stack. */
struct leak_sites {
  const struct profile *profile;
  struct leak_site *data; /* owned */
  size_t count;
};

struct error *leak_sites_init(struct leak_sites *sites, const struct profile *profile);
void leak_sites_deinit(struct leak_sites *sites);
#define _cleanup_leak_sites_ __attribute__((cleanup(leak_sites_deinit)))

/* Appends a line a pointer; nothing if the profile has none. */
void leak_points_append(struct strbuf *sb, const struct leak_sites *sites,
                        const struct leak_entry *entry);

/* The array of docs/json.md, empty where the block holds no pointer; NULL without memory. New
 * reference. */
json_t *leak_points_json(const struct leak_sites *sites, const struct leak_entry *entry);
