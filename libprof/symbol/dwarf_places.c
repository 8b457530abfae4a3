#include "symbol/dwarf_places.h"

#include "symbol/dwarf_types.h"

#include <dwarf.h>
#include <stdlib.h>

enum { MOST_DEPTH = 64 };

bool dwarf_variable_address(Dwarf_Die *variable, uint64_t *ret) {
  Dwarf_Attribute attr, place;
  Dwarf_Op *op;
  size_t n;
  if (dwarf_getlocation(dwarf_attr(variable, DW_AT_location, &attr), &op, &n) != 0 || n != 1)
    return false;
  if (op->atom == DW_OP_addr) {
    *ret = op->number;
    return true;
  }
  return dwarf_getlocation_attr(&attr, op, &place) == 0 && dwarf_formaddr(&place, ret) == 0;
}

/* Memory that is exhausted means fewer places. */
static void collect(struct dwarf_places *places, Dwarf_Die *parent, int depth) {
  struct dwarf_place place;
  if (depth > MOST_DEPTH || dwarf_child(parent, &place.die) != 0)
    return;
  do {
    int tag = dwarf_tag(&place.die);
    if (tag == DW_TAG_namespace)
      collect(places, &place.die, depth + 1);
    else if (tag == DW_TAG_subprogram && dwarf_lowpc(&place.die, &place.address) == 0)
      (void)VECTOR_PUSH(&places->functions, place);
    else if (tag == DW_TAG_variable && dwarf_variable_address(&place.die, &place.address))
      (void)VECTOR_PUSH(&places->variables, place);
  } while (dwarf_next_sibling(&place.die));
}

static int compare(const void *a, const void *b) {
  const struct dwarf_place *x = a, *y = b;
  return (x->address > y->address) - (x->address < y->address);
}

static void look(struct dwarf_places *places, Dwarf_Die *unit) {
  if (places->known)
    return;
  places->known = true;
  collect(places, unit, 0);
  if (places->functions.count)
    qsort(places->functions.data, places->functions.count, sizeof(struct dwarf_place), compare);
  if (places->variables.count)
    qsort(places->variables.data, places->variables.count, sizeof(struct dwarf_place), compare);
}

/* The last of n sorted places that is not behind the address; NULL if all are. */
static const struct dwarf_place *last_before(const struct dwarf_place *places, size_t n,
                                             uint64_t address) {
  size_t low = 0;
  for (size_t high = n; low < high;) {
    size_t middle = low + (high - low) / 2;
    if (places[middle].address <= address)
      low = middle + 1;
    else
      high = middle;
  }
  return low ? &places[low - 1] : NULL;
}

bool dwarf_places_function(struct dwarf_places *places, Dwarf_Die *unit, uint64_t address,
                           Dwarf_Die *ret) {
  look(places, unit);
  const struct dwarf_place *place =
      last_before(places->functions.data, places->functions.count, address);
  if (!place || place->address != address)
    return false;
  *ret = place->die;
  return true;
}

bool dwarf_places_variable(struct dwarf_places *places, Dwarf_Die *unit, uint64_t address,
                           uint64_t *begin, Dwarf_Die *ret) {
  look(places, unit);
  const struct dwarf_place *place =
      last_before(places->variables.data, places->variables.count, address);
  if (!place)
    return false;
  *begin = place->address;
  *ret = place->die;
  return true;
}

void dwarf_places_deinit(struct dwarf_places *places) {
  VECTOR_DEINIT(&places->functions);
  VECTOR_DEINIT(&places->variables);
}
