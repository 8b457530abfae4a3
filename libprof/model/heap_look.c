#include "model/heap_look.h"

#include <inttypes.h>
#include <stdio.h>

void heap_look_append(struct strbuf *sb, const struct heap_look *look) {
  strbuf_appendf(sb,
                 "heap: bytes=%" PRIu64 " arenas=%" PRIu64 " n_arenas=%" PRIu64 " live=%" PRIu64
                 " arena_live=%" PRIu64 " plus_minus=%" PRIu64 " free=%" PRIu64 " held=%" PRIu64
                 " age_ns=%" PRIu64,
                 look->bytes, look->arenas, look->n_arenas, look->live, look->arena_live,
                 look->plus_minus, look->free, look->held, look->age_ns);
}

static bool look_parse(const char *comment, struct heap_look *ret) {
  return sscanf(comment,
                "heap: bytes=%" SCNu64 " arenas=%" SCNu64 " n_arenas=%" SCNu64 " live=%" SCNu64
                " arena_live=%" SCNu64 " plus_minus=%" SCNu64 " free=%" SCNu64 " held=%" SCNu64
                " age_ns=%" SCNu64,
                &ret->bytes, &ret->arenas, &ret->n_arenas, &ret->live, &ret->arena_live,
                &ret->plus_minus, &ret->free, &ret->held, &ret->age_ns) == 9;
}

bool profile_heap_look(const struct profile *profile, struct heap_look *ret) {
  struct heap_look look;
  bool found = false;
  for (size_t i = 0; i < profile->n_comments; i++)
    if (look_parse(profile->comments[i], &look) && (!found || look.bytes > ret->bytes)) {
      *ret = look;
      found = true;
    }
  return found;
}
