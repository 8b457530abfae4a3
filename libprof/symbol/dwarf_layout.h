/* The layout of a struct (model/layout.h), if another order of its members would be smaller. */
#pragma once

#include "base/strbuf.h"

#include <elfutils/libdw.h>

/* Appends what layout_append_members does, or nothing: for a type without holes, or whose order is
 * not free. Those are unions, packed structs, and such with bit-fields, members without a name, a
 * flexible array, base classes or virtual functions; and Rust's, which rustc orders itself. */
void dwarf_layout_append(struct strbuf *sb, Dwarf_Die *type);
