/* Layouts: where the members of a struct are, as far as its order may be changed.
 *
 * A profile keeps them as comments, for types that samples are labelled with and that have holes:
 *
 *   layout: struct node; 24; tag 0 1 1; next 8 8 8; value 16 4 4
 *
 * is the type, its bytes, and for each member in order its name, offset, bytes and alignment. */
#pragma once

#include "base/arena.h"
#include "base/strbuf.h"
#include "model/profile.h"

#define LAYOUT_COMMENT "layout: "

struct layout_member {
  const char *name;
  uint64_t offset, size, alignment; /* bytes */
};

struct layout {
  const char *type;
  uint64_t size;
  struct layout_member *members; /* by offset */
  size_t n;
};

/* Appends what follows LAYOUT_COMMENT and the type. */
void layout_append_members(struct strbuf *sb, const struct layout *layout);

/* The layout of `type` in the profile's comments, which lives in the arena. False without one, and
 * for a damaged one: members overlap, reach beyond the end or are not aligned. */
bool layout_find(const struct profile *profile, const char *type, struct arena *arena,
                 struct layout *ret);

/* Orders the members so that no holes are between them: by falling alignment, then as they were.
 * Offsets and the size become those of that order. */
void layout_pack(struct layout *layout);
