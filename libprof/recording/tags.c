#include "recording/tags.h"

#include <string.h>

/* A parent is an earlier element, so no chain is a ring. The chain may have one more than the
 * deepest: a pool's. */
unsigned recording_tags(const struct recording *recording, const struct recording_site *site,
                        const struct recording_tag *ret[TAGS_DEEPEST + 1]) {
  unsigned n = 0;
  for (uint32_t at = site->tag, last = UINT32_MAX; at && at < last && at <= recording->n_tags;) {
    const struct recording_tag *tag = &recording->tags[at - 1];
    if (tag->state != 1 || n > TAGS_DEEPEST)
      break;
    ret[n++] = tag;
    last = at;
    at = tag->parent;
  }
  return n;
}

bool recording_site_is_pool(const struct recording *recording, const struct recording_site *site) {
  const struct recording_tag *tags[TAGS_DEEPEST + 1];
  return recording_tags(recording, site, tags) &&
         !strncmp(tags[0]->key, TAG_POOL, sizeof(tags[0]->key));
}
