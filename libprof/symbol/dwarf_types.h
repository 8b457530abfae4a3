/* Types in debug information: behind names and qualifiers, their sizes and names, what is at a
 * place inside of one. All of it may be damaged: chains are followed only so far. */
#pragma once

#include "base/strbuf.h"
#include "symbol/dwarf_enclosing.h"

/* Makes *die its next sibling. False at the last, and where a damaged DW_AT_sibling points back. */
static inline bool dwarf_next_sibling(Dwarf_Die *die) {
  Dwarf_Die next;
  if (dwarf_siblingof(die, &next) != 0 || next.addr <= die->addr)
    return false;
  *die = next;
  return true;
}

/* The type of a variable, parameter, member or function, of an inlined one that of its origin. */
bool dwarf_type_of(Dwarf_Die *die, Dwarf_Die *ret);

/* The type that a pointer or reference (or a typedef of one) points to, as it is called there; false
 * for other types and for void. */
bool dwarf_pointed_to(Dwarf_Die *type, Dwarf_Die *ret);

/* Bytes; 0 if not known, as of a type that is only declared. */
uint64_t dwarf_type_size(Dwarf_Die *type);

bool dwarf_type_is_struct(Dwarf_Die *type);

/* Whether it is a struct that ends with an array without a length. */
bool dwarf_type_is_flexible(Dwarf_Die *type);

/* Whether the type says nothing of what is in memory: characters and bytes. */
bool dwarf_type_is_bytes(Dwarf_Die *type);

/* Whether objects of the type may be of a type derived from it: it has virtual functions. */
bool dwarf_type_is_polymorphic(Dwarf_Die *type);

/* Whether `base` is a base class of the class, or the class itself. */
bool dwarf_type_inherits(Dwarf_Die *class, Dwarf_Die *base);

/* The type of the pointer at `offset` bytes into a value of the type; only an array's, if `of_array`.
 */
bool dwarf_type_at(Dwarf_Die *type, uint64_t offset, bool of_array, Dwarf_Die *ret);

/* The type argument called `name` of a function, or of the class that it is a member of. */
bool dwarf_type_argument(Dwarf_Die *function, const char *name, Dwarf_Die *ret);

/* Asks for what is around the type's name, and once that was found writes it: "struct node" in C,
 * "geo::Point" elsewhere, "struct node *" of a pointer. */
bool dwarf_type_want_name(struct dwarf_enclosing *enclosing, const Dwarf_Die *type);
void dwarf_type_append_name(struct strbuf *sb, const struct dwarf_enclosing *enclosing,
                            Dwarf_Die *type);
