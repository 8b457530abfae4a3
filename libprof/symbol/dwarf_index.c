#include "symbol/dwarf_index.h"

#include "base/vector.h"

#include <dwarf.h>
#include <stdlib.h>

/* Overlapping units are rare; in a hostile file all may overlap. */
#define MAX_STEPS 1024

/* Linkers give code that they dropped the addresses 0, 1 or the last ones. */
static bool is_discarded(Dwarf_Addr low) {
  return low <= 1 || low >= (Dwarf_Addr)-2;
}

static bool add_unit(struct dwarf_index *index, Dwarf_Die *unit) {
  Dwarf_Addr base, low, high;
  for (ptrdiff_t i = dwarf_ranges(unit, 0, &base, &low, &high); i > 0;
       i = dwarf_ranges(unit, i, &base, &low, &high)) {
    if (is_discarded(low) || low >= high)
      continue;
    if (!vector_reserve((void **)&index->ranges, &index->capacity, index->count + 1,
                        sizeof(*index->ranges)))
      return false;
    index->ranges[index->count++] =
        (struct dwarf_index_range){.low = low, .high = high, .unit = dwarf_dieoffset(unit)};
  }
  return true;
}

static int compare(const void *a, const void *b) {
  const struct dwarf_index_range *x = a, *y = b;
  if (x->low != y->low)
    return x->low < y->low ? -1 : 1;
  return (x->high < y->high) - (x->high > y->high);
}

bool dwarf_index_init(struct dwarf_index *index, Dwarf *dwarf) {
  *index = (struct dwarf_index){.dwarf = dwarf};
  Dwarf_CU *unit = NULL;
  Dwarf_Die die;
  uint8_t type;
  while (dwarf_get_units(dwarf, unit, &unit, NULL, &type, &die, NULL) == 0) {
    if (type != DW_UT_compile && type != DW_UT_skeleton)
      continue;
    if (die.addr && !add_unit(index, &die)) {
      dwarf_index_deinit(index);
      return false;
    }
  }
  if (index->count)
    qsort(index->ranges, index->count, sizeof(*index->ranges), compare);
  uint64_t max_high = 0;
  for (size_t i = 0; i < index->count; i++) {
    struct dwarf_index_range *r = &index->ranges[i];
    r->max_high = max_high = r->high > max_high ? r->high : max_high;
  }
  return true;
}

void dwarf_index_deinit(struct dwarf_index *index) {
  free(index->ranges);
  *index = (struct dwarf_index){0};
}

static size_t count_up_to(const struct dwarf_index *index, uint64_t address) {
  size_t low = 0, high = index->count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (index->ranges[middle].low <= address)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

bool dwarf_index_find(const struct dwarf_index *index, uint64_t address, Dwarf_Die *ret) {
  size_t steps = 0;
  for (size_t i = count_up_to(index, address); i-- > 0 && steps < MAX_STEPS; steps++) {
    const struct dwarf_index_range *r = &index->ranges[i];
    if (r->max_high <= address)
      break;
    if (address < r->high)
      return dwarf_offdie(index->dwarf, r->unit, ret) != NULL;
  }
  /* A unit whose DIE gives no ranges may still be in .debug_aranges. */
  return dwarf_addrdie(index->dwarf, address, ret) != NULL;
}
