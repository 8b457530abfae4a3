#include "symbol/dwarf_scopes.h"

#include "base/vector.h"
#include "symbol/results.h"

#include <dwarf.h>
#include <stdlib.h>

/* Compilers nest some tens deep; a damaged tree may nest without end, and we recurse. */
#define MAX_DEPTH 256

/* The passes that look for functions. A later pass runs only for addresses that the ones before it
 * did not find, because types are most of a C++ unit and hold functions with code only rarely. */
enum pass { PASS_TOP, PASS_NAMESPACES, PASS_EVERYWHERE, N_PASSES };

struct target {
  uint64_t address;
  struct dwarf_chain *chain;
};

struct walk {
  struct target *targets; /* by address; those not found yet */
  size_t n;
  enum pass pass;
  bool failed; /* memory is exhausted */
};

static size_t lower_bound(const struct walk *walk, uint64_t address) {
  size_t low = 0, high = walk->n;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (walk->targets[middle].address < address)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

/* Puts die at the end of the chain; a real function begins a chain anew. */
static void push(struct walk *walk, struct dwarf_chain *chain, const Dwarf_Die *die, int tag) {
  if (tag == DW_TAG_subprogram)
    chain->count = 0;
  else if (!chain->count || chain->count >= SYMBOL_MAX_FRAMES)
    return;
  if (!vector_reserve((void **)&chain->dies, &chain->capacity, chain->count + 1,
                      sizeof(*chain->dies)))
    walk->failed = true;
  else
    chain->dies[chain->count++] = *die;
}

/* Whether some address lies in the DIE. Functions are put on the chains of those that do. For a DIE
 * without code of its own the answer is `unknown`: only its contents can tell. */
static bool match(struct walk *walk, Dwarf_Die *die, int tag, bool unknown) {
  Dwarf_Addr base, low, high;
  bool result = unknown;
  for (ptrdiff_t i = dwarf_ranges(die, 0, &base, &low, &high); i > 0;
       i = dwarf_ranges(die, i, &base, &low, &high)) {
    result = result && !unknown;
    unknown = false;
    for (size_t k = lower_bound(walk, low); k < walk->n && walk->targets[k].address < high; k++) {
      result = true;
      if (tag == DW_TAG_subprogram || tag == DW_TAG_inlined_subroutine)
        push(walk, walk->targets[k].chain, die, tag);
    }
  }
  return result;
}

/* Is it worth looking inside die? */
static bool descends(struct walk *walk, Dwarf_Die *die, bool inside) {
  int tag = dwarf_tag(die);
  switch (tag) {
  case DW_TAG_subprogram:
  case DW_TAG_inlined_subroutine:
    return match(walk, die, tag, false) || walk->pass == PASS_EVERYWHERE;
  case DW_TAG_lexical_block:
  case DW_TAG_try_block:
  case DW_TAG_catch_block:
  case DW_TAG_with_stmt:
    return walk->pass == PASS_EVERYWHERE || (inside && match(walk, die, tag, true));
  case DW_TAG_namespace:
  case DW_TAG_module:
    return walk->pass >= PASS_NAMESPACES;
  case DW_TAG_class_type:
  case DW_TAG_structure_type:
  case DW_TAG_union_type:
    return walk->pass == PASS_EVERYWHERE;
  default:
    return false;
  }
}

static void visit(struct walk *walk, Dwarf_Die *parent, unsigned depth, bool inside) {
  Dwarf_Die die, next;
  if (depth > MAX_DEPTH || dwarf_child(parent, &die) != 0)
    return;
  for (;;) {
    if (descends(walk, &die, inside))
      visit(walk, &die, depth + 1, inside || dwarf_tag(&die) == DW_TAG_subprogram);
    /* A damaged DW_AT_sibling can point backwards. */
    if (walk->failed || dwarf_siblingof(&die, &next) != 0 || next.addr <= die.addr)
      return;
    die = next;
  }
}

static void drop_found(struct walk *walk) {
  size_t kept = 0;
  for (size_t i = 0; i < walk->n; i++)
    if (!walk->targets[i].chain->count)
      walk->targets[kept++] = walk->targets[i];
  walk->n = kept;
}

bool dwarf_find_scopes(Dwarf_Die *unit, const uint64_t *addresses, size_t n,
                       struct dwarf_chain *chains) {
  struct walk walk = {.targets = calloc(n + 1, sizeof(*walk.targets)), .n = n};
  if (!walk.targets)
    return false;
  for (size_t i = 0; i < n; i++)
    walk.targets[i] = (struct target){addresses[i], &chains[i]};
  for (walk.pass = PASS_TOP; walk.pass < N_PASSES && walk.n && !walk.failed; walk.pass++) {
    visit(&walk, unit, 0, false);
    drop_found(&walk);
  }
  free(walk.targets);
  return !walk.failed;
}
