#include "model/layout.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* More members are no struct that somebody orders by hand. */
enum { MOST_MEMBERS = 512, MOST_BYTES = 1 << 24 };

void layout_append_members(struct strbuf *sb, const struct layout *layout) {
  strbuf_appendf(sb, "; %" PRIu64, layout->size);
  for (size_t i = 0; i < layout->n; i++) {
    const struct layout_member *m = &layout->members[i];
    strbuf_appendf(sb, "; %s %" PRIu64 " %" PRIu64 " %" PRIu64, m->name, m->offset, m->size,
                   m->alignment);
  }
}

static const char *after(const char *s, const char *start) {
  size_t n = strlen(start);
  return s && !strncmp(s, start, n) ? s + n : NULL;
}

/* Reads "; NAME 8 4 4". */
static const char *read_member(const char *at, struct arena *arena, struct layout_member *ret) {
  int used = 0;
  size_t n = strcspn(at, " ;");
  if (sscanf(at + n, " %8" SCNu64 " %8" SCNu64 " %8" SCNu64 "%n", &ret->offset, &ret->size,
             &ret->alignment, &used) != 3 ||
      !used || !n)
    return NULL;
  ret->name = arena_strndup(arena, at, n);
  return ret->name ? at + n + used : NULL;
}

static bool is_sound(const struct layout *layout) {
  uint64_t end = 0;
  for (size_t i = 0; i < layout->n; i++) {
    const struct layout_member *m = &layout->members[i];
    if (!m->size || !m->alignment || m->alignment & (m->alignment - 1) ||
        m->offset % m->alignment || m->size % m->alignment || m->offset < end ||
        layout->size % m->alignment || m->offset > layout->size ||
        m->size > layout->size - m->offset)
      return false;
    end = m->offset + m->size;
  }
  return layout->n > 0;
}

static bool read_layout(const char *at, struct arena *arena, struct layout *ret) {
  int used = 0;
  if (sscanf(at, "; %8" SCNu64 "%n", &ret->size, &used) != 1 || ret->size > MOST_BYTES)
    return false;
  ret->members = arena_calloc(arena, MOST_MEMBERS, sizeof(*ret->members));
  for (at += used; ret->members && *at && ret->n < MOST_MEMBERS; ret->n++)
    if (!(at = after(at, "; ")) || !(at = read_member(at, arena, &ret->members[ret->n])))
      return false;
  return ret->members && !*at && is_sound(ret);
}

bool layout_find(const struct profile *profile, const char *type, struct arena *arena,
                 struct layout *ret) {
  for (size_t i = 0; i < profile->n_comments; i++) {
    const char *rest = after(after(profile->comments[i], LAYOUT_COMMENT), type);
    *ret = (struct layout){.type = type};
    if (rest && *rest == ';')
      return read_layout(rest, arena, ret);
  }
  return false;
}

static int by_alignment(const void *a, const void *b) {
  const struct layout_member *x = a, *y = b;
  if (x->alignment != y->alignment)
    return x->alignment < y->alignment ? 1 : -1;
  return (x->offset > y->offset) - (x->offset < y->offset);
}

/* A type's size is a multiple of its alignment, so that no hole is before a member whose alignment
 * is no larger than that of the one before. */
void layout_pack(struct layout *layout) {
  uint64_t end = 0;
  qsort(layout->members, layout->n, sizeof(*layout->members), by_alignment);
  for (size_t i = 0; i < layout->n; i++) {
    layout->members[i].offset = end;
    end += layout->members[i].size;
  }
  uint64_t most = layout->members[0].alignment;
  layout->size = (end + most - 1) / most * most;
}
