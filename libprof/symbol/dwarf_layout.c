#include "symbol/dwarf_layout.h"

#include "model/layout.h"
#include "symbol/dwarf_types.h"

#include <dwarf.h>
#include <string.h>

enum { MOST_MEMBERS = 128, MOST_DEPTH = 16, LARGEST_ALIGNMENT = 64 };

static uint64_t alignment_of(Dwarf_Die *type, int depth);

static bool said_alignment(Dwarf_Die *die, uint64_t *ret) {
  Dwarf_Attribute attr;
  return dwarf_formudata(dwarf_attr(die, DW_AT_alignment, &attr), ret) == 0;
}

/* The largest of its members' and base classes'. */
static uint64_t aggregate_alignment(Dwarf_Die *type, int depth) {
  Dwarf_Die child, member;
  uint64_t most = 1;
  if (dwarf_child(type, &child) != 0)
    return 1;
  do {
    int tag = dwarf_tag(&child);
    if ((tag != DW_TAG_member && tag != DW_TAG_inheritance) || !dwarf_type_of(&child, &member))
      continue;
    uint64_t alignment = 0;
    if (!said_alignment(&child, &alignment))
      alignment = alignment_of(&member, depth + 1);
    if (!alignment)
      return 0;
    most = alignment > most ? alignment : most;
  } while (dwarf_next_sibling(&child));
  return most;
}

/* Bytes; 0 if it is not known. A scalar is aligned to its size on the processors that there are. */
static uint64_t alignment_of(Dwarf_Die *type, int depth) {
  Dwarf_Die bare, element;
  uint64_t alignment;
  if (depth > MOST_DEPTH || dwarf_peel_type(type, &bare) != 0)
    return 0;
  if (said_alignment(type, &alignment) || said_alignment(&bare, &alignment))
    return alignment;
  switch (dwarf_tag(&bare)) {
  case DW_TAG_array_type:
    return dwarf_type_of(&bare, &element) ? alignment_of(&element, depth + 1) : 0;
  case DW_TAG_structure_type:
  case DW_TAG_class_type:
  case DW_TAG_union_type:
    return aggregate_alignment(&bare, depth);
  case DW_TAG_base_type:
  case DW_TAG_enumeration_type:
  case DW_TAG_pointer_type:
  case DW_TAG_reference_type:
  case DW_TAG_rvalue_reference_type:
    return dwarf_type_size(&bare);
  default:
    return 0;
  }
}

/* False where the struct's order is not free because of the member. */
static bool read_member(Dwarf_Die *die, struct layout_member *ret) {
  Dwarf_Attribute attr;
  Dwarf_Die type;
  ret->name = dwarf_diename(die);
  if (!ret->name || strpbrk(ret->name, " ;\n") || !strncmp(ret->name, "_vptr", 5) ||
      dwarf_hasattr(die, DW_AT_bit_size) || dwarf_hasattr(die, DW_AT_data_bit_offset) ||
      !dwarf_type_of(die, &type) ||
      dwarf_formudata(dwarf_attr(die, DW_AT_data_member_location, &attr), &ret->offset) != 0)
    return false;
  ret->size = dwarf_type_size(&type);
  if (!said_alignment(die, &ret->alignment))
    ret->alignment = alignment_of(&type, 0);
  return ret->size && ret->alignment && ret->alignment <= LARGEST_ALIGNMENT &&
         (ret->alignment & (ret->alignment - 1)) == 0 && ret->offset % ret->alignment == 0 &&
         ret->size % ret->alignment == 0;
}

static bool read_members(Dwarf_Die *type, struct layout *ret) {
  Dwarf_Die child;
  if (dwarf_child(type, &child) != 0)
    return false;
  do {
    int tag = dwarf_tag(&child);
    if (tag == DW_TAG_inheritance || dwarf_hasattr(&child, DW_AT_virtuality))
      return false;
    if (tag != DW_TAG_member || dwarf_hasattr(&child, DW_AT_external))
      continue;
    if (ret->n == MOST_MEMBERS || !read_member(&child, &ret->members[ret->n]))
      return false;
    ret->n++;
  } while (dwarf_next_sibling(&child));
  return ret->n > 0;
}

static bool is_rust(Dwarf_Die *type) {
  Dwarf_Die unit;
  return dwarf_diecu(type, &unit, NULL, NULL) && dwarf_srclang(&unit) == DW_LANG_Rust;
}

void dwarf_layout_append(struct strbuf *sb, Dwarf_Die *type) {
  struct layout_member members[MOST_MEMBERS];
  Dwarf_Die bare;
  if (dwarf_peel_type(type, &bare) != 0 ||
      (dwarf_tag(&bare) != DW_TAG_structure_type && dwarf_tag(&bare) != DW_TAG_class_type) ||
      is_rust(&bare))
    return;
  struct layout layout = {.size = dwarf_type_size(&bare), .members = members};
  uint64_t alignment = alignment_of(&bare, 0);
  if (!read_members(&bare, &layout) || !alignment || layout.size % alignment)
    return;
  /* An alignment of the whole that no member has would come back. */
  struct layout_member packed[MOST_MEMBERS];
  memcpy(packed, members, layout.n * sizeof(*packed));
  struct layout other = {.members = packed, .n = layout.n};
  layout_pack(&other);
  if (alignment <= packed[0].alignment && other.size < layout.size)
    layout_append_members(sb, &layout);
}
