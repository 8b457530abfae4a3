/* Names for people out of names for linkers: C++ (Itanium ABI), Rust's legacy and v0 manglings.
 *
 * The form is the one pprof shows: namespaces, classes and template arguments are kept, function
 * parameters, return types and cv-qualifiers are left out ("std::vector<int, std::allocator<int>
 * >::push_back"), and so are Rust's hashes and the suffixes that a compiler puts on its clones
 * (".cold", ".part.0",
 * ".constprop.0"), so that a function keeps its name with and without debug information and from
 * build to build. Pure; callable from any thread. */
#pragma once

#include <stddef.h>

/* The longest name that is ever returned, in bytes; a mangled name can stand for one of exponential
 * length, and such a one stays mangled. */
#define DEMANGLED_MAX 65536

/* The readable form of `name`, never empty for a non-empty name: a copy of it when it is not
 * mangled. Owned by the caller; NULL when memory is exhausted. */
char *symbol_demangle(const char *name);
