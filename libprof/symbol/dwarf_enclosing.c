/* A DIE's children follow it and come before its next sibling. So among siblings the wanted ones,
 * by address, are each in the last sibling that is not behind it. */
#include "symbol/dwarf_enclosing.h"

#include "base/vector.h"

#include <dwarf.h>
#include <stdlib.h>

/* As deep as dwarf_scopes.c goes, and for the same reason. */
#define MAX_DEPTH 256

struct dwarf_enclosed {
  Dwarf_Die die;
  const struct dwarf_scope *scope;
};

/* Wanted DIEs that are inside of one, whose scope is `outer`. */
struct part {
  struct dwarf_enclosed *begin, *end;
  const struct dwarf_scope *outer;
};

bool dwarf_enclosing_add(struct dwarf_enclosing *enclosing, const Dwarf_Die *die) {
  if (!vector_reserve((void **)&enclosing->items, &enclosing->capacity, enclosing->n + 1,
                      sizeof(*enclosing->items)))
    return false;
  enclosing->items[enclosing->n++] = (struct dwarf_enclosed){.die = *die};
  return true;
}

static int compare(const void *a, const void *b) {
  const struct dwarf_enclosed *x = a, *y = b;
  return (x->die.addr > y->die.addr) - (x->die.addr < y->die.addr);
}

static bool is_scope(int tag) {
  return tag == DW_TAG_namespace || tag == DW_TAG_class_type || tag == DW_TAG_structure_type ||
         tag == DW_TAG_union_type || tag == DW_TAG_subprogram;
}

/* Makes `die` the innermost scope of the part, if it is one; false when memory is exhausted. */
static bool enter(struct dwarf_enclosing *enclosing, Dwarf_Die *die, struct part *part) {
  if (!is_scope(dwarf_tag(die)))
    return true;
  struct dwarf_scope *scope = arena_alloc(&enclosing->scopes, sizeof(*scope));
  if (!scope)
    return false;
  *scope = (struct dwarf_scope){*die, part->outer};
  part->outer = scope;
  return true;
}

static bool walk(struct dwarf_enclosing *enclosing, Dwarf_Die *parent, struct part part,
                 unsigned depth);

/* The part is what is not behind `die`'s next sibling. */
static bool look_into(struct dwarf_enclosing *enclosing, Dwarf_Die *die, struct part part,
                      unsigned depth) {
  for (; part.begin < part.end && part.begin->die.addr <= die->addr; part.begin++)
    part.begin->scope = part.outer;
  return part.begin == part.end ||
         (enter(enclosing, die, &part) && walk(enclosing, die, part, depth + 1));
}

static bool walk(struct dwarf_enclosing *enclosing, Dwarf_Die *parent, struct part part,
                 unsigned depth) {
  Dwarf_Die die, next;
  if (depth > MAX_DEPTH || dwarf_child(parent, &die) != 0)
    return true;
  while (part.begin < part.end) {
    /* A damaged DW_AT_sibling can point backwards. */
    bool more = dwarf_siblingof(&die, &next) == 0 && next.addr > die.addr;
    struct part here = {part.begin, part.begin, part.outer};
    while (here.end < part.end && (!more || here.end->die.addr < next.addr))
      here.end++;
    if (here.end > here.begin && !look_into(enclosing, &die, here, depth))
      return false;
    if (!more)
      break;
    part.begin = here.end;
    die = next;
  }
  return true;
}

bool dwarf_enclosing_find(struct dwarf_enclosing *enclosing) {
  struct dwarf_enclosed *all = enclosing->items, *end = all + enclosing->n;
  bool ok = true;
  if (enclosing->n)
    qsort(all, enclosing->n, sizeof(*all), compare);
  for (struct part part = {.end = all}; part.end < end && ok;) {
    Dwarf_Die unit;
    part.begin = part.end;
    while (part.end < end && part.end->die.cu == part.begin->die.cu)
      part.end++;
    if (dwarf_diecu(&part.begin->die, &unit, NULL, NULL))
      ok = walk(enclosing, &unit, part, 0);
  }
  return ok;
}

const struct dwarf_scope *dwarf_enclosing_of(const struct dwarf_enclosing *enclosing,
                                             const Dwarf_Die *die) {
  struct dwarf_enclosed key = {.die = *die};
  const struct dwarf_enclosed *found =
      enclosing->n ? bsearch(&key, enclosing->items, enclosing->n, sizeof(key), compare) : NULL;
  return found ? found->scope : NULL;
}

void dwarf_enclosing_deinit(struct dwarf_enclosing *enclosing) {
  free(enclosing->items);
  arena_deinit(&enclosing->scopes);
  *enclosing = (struct dwarf_enclosing){0};
}
