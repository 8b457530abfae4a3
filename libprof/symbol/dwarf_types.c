#include "symbol/dwarf_types.h"

#include <dwarf.h>
#include <string.h>

/* A chain of typedefs, pointers and arrays, or structs within structs. */
enum { MOST_STEPS = 32 };

bool dwarf_type_of(Dwarf_Die *die, Dwarf_Die *ret) {
  Dwarf_Attribute attr;
  return dwarf_formref_die(dwarf_attr_integrate(die, DW_AT_type, &attr), ret) != NULL;
}

/* Without its const, volatile and the like. */
static Dwarf_Die unqualified(const Dwarf_Die *type, bool typedefs) {
  Dwarf_Die die = *type, next;
  for (int i = 0; i < MOST_STEPS; i++) {
    int tag = dwarf_tag(&die);
    bool goes_on = tag == DW_TAG_const_type || tag == DW_TAG_volatile_type ||
                   tag == DW_TAG_restrict_type || tag == DW_TAG_atomic_type ||
                   (typedefs && tag == DW_TAG_typedef);
    if (!goes_on || !dwarf_type_of(&die, &next))
      break;
    die = next;
  }
  return die;
}

bool dwarf_pointed_to(Dwarf_Die *type, Dwarf_Die *ret) {
  Dwarf_Die bare = unqualified(type, true), target;
  int tag = dwarf_tag(&bare);
  if ((tag != DW_TAG_pointer_type && tag != DW_TAG_reference_type &&
       tag != DW_TAG_rvalue_reference_type) ||
      !dwarf_type_of(&bare, &target))
    return false;
  *ret = unqualified(&target, false);
  bare = unqualified(ret, true);
  /* A const void has no type of its own. */
  return dwarf_tag(&bare) != DW_TAG_subroutine_type && dwarf_tag(&bare) != DW_TAG_const_type &&
         dwarf_tag(&bare) != DW_TAG_typedef && dwarf_tag(&bare) != DW_TAG_volatile_type &&
         dwarf_tag(&bare) != DW_TAG_unspecified_type;
}

uint64_t dwarf_type_size(Dwarf_Die *type) {
  Dwarf_Word size;
  return dwarf_aggregate_size(type, &size) == 0 ? size : 0;
}

static bool is_struct(Dwarf_Die *type) {
  int tag = dwarf_tag(type);
  return tag == DW_TAG_structure_type || tag == DW_TAG_class_type;
}

bool dwarf_type_is_struct(Dwarf_Die *type) {
  Dwarf_Die bare = unqualified(type, true);
  return is_struct(&bare) || dwarf_tag(&bare) == DW_TAG_union_type;
}

bool dwarf_type_is_flexible(Dwarf_Die *type) {
  Dwarf_Die bare = unqualified(type, true), member, last = {0}, member_type;
  if (!is_struct(&bare) || dwarf_child(&bare, &member) != 0)
    return false;
  do
    if (dwarf_tag(&member) == DW_TAG_member)
      last = member;
  while (dwarf_next_sibling(&member));
  if (!last.addr || !dwarf_type_of(&last, &member_type))
    return false;
  bare = unqualified(&member_type, true);
  return dwarf_tag(&bare) == DW_TAG_array_type && !dwarf_type_size(&bare);
}

bool dwarf_type_is_bytes(Dwarf_Die *type) {
  Dwarf_Die bare = unqualified(type, true);
  return dwarf_tag(&bare) == DW_TAG_base_type && dwarf_type_size(&bare) == 1;
}

bool dwarf_type_is_polymorphic(Dwarf_Die *type) {
  Dwarf_Die bare = unqualified(type, true), child;
  if (!is_struct(&bare) || dwarf_child(&bare, &child) != 0)
    return false;
  do {
    const char *name = dwarf_diename(&child);
    if (dwarf_hasattr(&child, DW_AT_virtuality) ||
        (dwarf_tag(&child) == DW_TAG_member && name && !strncmp(name, "_vptr", 5)))
      return true;
  } while (dwarf_next_sibling(&child));
  return false;
}

/* Looks at *left more classes at most. */
static bool inherits(Dwarf_Die *class, Dwarf_Die *base, int *left) {
  Dwarf_Die bare = unqualified(class, true), child, type;
  if (dwarf_dieoffset(&bare) == dwarf_dieoffset(base))
    return true;
  if (--*left <= 0 || !is_struct(&bare) || dwarf_child(&bare, &child) != 0)
    return false;
  do
    if (dwarf_tag(&child) == DW_TAG_inheritance && dwarf_type_of(&child, &type) &&
        inherits(&type, base, left))
      return true;
  while (dwarf_next_sibling(&child));
  return false;
}

bool dwarf_type_inherits(Dwarf_Die *class, Dwarf_Die *base) {
  Dwarf_Die bare = unqualified(base, true);
  int left = MOST_STEPS;
  return inherits(class, &bare, &left);
}

/* Where a member begins in its struct; false for one that is not at a fixed place, or of bits. */
static bool member_offset(Dwarf_Die *member, uint64_t *ret) {
  Dwarf_Attribute attr;
  Dwarf_Word word;
  if (!dwarf_attr(member, DW_AT_data_member_location, &attr)) /* a union's */
    *ret = 0;
  else if (dwarf_formudata(&attr, &word) == 0)
    *ret = word;
  else
    return false;
  return true;
}

bool dwarf_type_at(Dwarf_Die *type, uint64_t offset, bool of_array, Dwarf_Die *ret) {
  Dwarf_Die bare = unqualified(type, true);
  for (int i = 0; i < MOST_STEPS; i++) {
    Dwarf_Die child, element, pointed_to;
    if (dwarf_tag(&bare) == DW_TAG_pointer_type) {
      *ret = bare;
      return offset == 0 && !of_array && dwarf_pointed_to(&bare, &pointed_to);
    }
    uint64_t size;
    if (dwarf_tag(&bare) == DW_TAG_array_type && dwarf_type_of(&bare, &element) &&
        (size = dwarf_type_size(&element))) {
      offset %= size;
      of_array = false;
      bare = unqualified(&element, true);
      continue;
    }
    if (!is_struct(&bare) || dwarf_child(&bare, &child) != 0)
      return false;
    bool found = false;
    do {
      uint64_t begin;
      int tag = dwarf_tag(&child);
      if ((tag == DW_TAG_member || tag == DW_TAG_inheritance) && member_offset(&child, &begin) &&
          begin <= offset && dwarf_type_of(&child, &element) &&
          offset - begin < dwarf_type_size(&element)) {
        offset -= begin;
        bare = unqualified(&element, true);
        found = true;
      }
    } while (!found && dwarf_next_sibling(&child));
    if (!found)
      return false;
  }
  return false;
}

static bool own_type_argument(Dwarf_Die *die, const char *name, Dwarf_Die *ret) {
  Dwarf_Die child;
  if (dwarf_child(die, &child) != 0)
    return false;
  do {
    const char *called = dwarf_diename(&child);
    if (dwarf_tag(&child) == DW_TAG_template_type_parameter && called && !strcmp(called, name))
      return dwarf_type_of(&child, ret);
  } while (dwarf_next_sibling(&child));
  return false;
}

/* The argument of the class that the function's first parameter points to: `this`, or the allocator that a
 * static member gets. */
static bool class_argument(Dwarf_Die *function, const char *name, Dwarf_Die *ret) {
  Dwarf_Die child, type, class;
  if (dwarf_child(function, &child) != 0)
    return false;
  do {
    if (dwarf_tag(&child) != DW_TAG_formal_parameter)
      continue;
    if (!dwarf_type_of(&child, &type) || !dwarf_pointed_to(&type, &class))
      return false;
    class = unqualified(&class, true);
    return own_type_argument(&class, name, ret);
  } while (dwarf_next_sibling(&child));
  return false;
}

bool dwarf_type_argument(Dwarf_Die *function, const char *name, Dwarf_Die *ret) {
  static const unsigned links[] = {DW_AT_abstract_origin, DW_AT_specification};
  Dwarf_Die die = *function;
  for (size_t i = 0;; i++) {
    Dwarf_Attribute attr;
    Dwarf_Die target;
    if (own_type_argument(&die, name, ret) || class_argument(&die, name, ret))
      return true;
    if (i == 2)
      return false;
    if (dwarf_formref_die(dwarf_attr(&die, links[i], &attr), &target))
      die = target;
  }
}

/* The type that a pointer's or an array's name begins with, and behind it "*" or "[]". */
static Dwarf_Die named_part(const Dwarf_Die *type, struct strbuf *suffix) {
  Dwarf_Die die = unqualified(type, false), next;
  for (int i = 0; i < MOST_STEPS && !dwarf_diename(&die); i++) {
    int tag = dwarf_tag(&die);
    const char *mark = tag == DW_TAG_pointer_type            ? "*"
                       : tag == DW_TAG_reference_type        ? "&"
                       : tag == DW_TAG_rvalue_reference_type ? "&&"
                       : tag == DW_TAG_array_type            ? "[]"
                                                             : NULL;
    if (!mark)
      break;
    if (suffix)
      strbuf_append(suffix, mark);
    if (!dwarf_type_of(&die, &next)) {
      die = (Dwarf_Die){0}; /* void */
      break;
    }
    die = unqualified(&next, false);
  }
  return die;
}

bool dwarf_type_want_name(struct dwarf_enclosing *enclosing, const Dwarf_Die *type) {
  Dwarf_Die die = named_part(type, NULL);
  return !die.addr || dwarf_enclosing_add(enclosing, &die);
}

static bool is_of_c(Dwarf_Die *die) {
  Dwarf_Die unit;
  if (!dwarf_diecu(die, &unit, NULL, NULL))
    return false;
  int language = dwarf_srclang(&unit);
  return language == DW_LANG_C89 || language == DW_LANG_C || language == DW_LANG_C99 ||
         language == DW_LANG_C11;
}

static const char *c_keyword(Dwarf_Die *die) {
  switch (dwarf_tag(die)) {
  case DW_TAG_structure_type:
    return "struct ";
  case DW_TAG_union_type:
    return "union ";
  case DW_TAG_enumeration_type:
    return "enum ";
  default:
    return "";
  }
}

static void append_scopes(struct strbuf *sb, const struct dwarf_scope *scope, int depth) {
  if (!scope || depth > MOST_STEPS)
    return;
  append_scopes(sb, scope->outer, depth + 1);
  Dwarf_Die die = scope->die;
  const char *name = dwarf_diename(&die);
  strbuf_appendf(sb, "%s::", name ? name : "(anonymous)");
}

void dwarf_type_append_name(struct strbuf *sb, const struct dwarf_enclosing *enclosing,
                            Dwarf_Die *type) {
  _cleanup_strbuf_ struct strbuf suffix = STRBUF_INIT;
  Dwarf_Die die = named_part(type, &suffix);
  const char *name = die.addr ? dwarf_diename(&die) : "void";
  if (die.addr && is_of_c(&die))
    strbuf_append(sb, c_keyword(&die));
  else if (die.addr && dwarf_tag(&die) != DW_TAG_base_type)
    append_scopes(sb, dwarf_enclosing_of(enclosing, &die), 0);
  bool function = die.addr && dwarf_tag(&die) == DW_TAG_subroutine_type;
  strbuf_append(sb, name ? name : function ? "(function)" : "(anonymous)");
  if (suffix.length)
    strbuf_appendf(sb, "%s%s", suffix.data[0] == '*' ? " " : "", suffix.data);
}
