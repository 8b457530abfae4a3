/* Function names across builds: compilers decorate the names of copies they make of a function,
 * anew in each build. */
#pragma once

#include <stddef.h>

/* The length of that part of a demangled function name which the next build is likely to keep:
 * without
 * ".constprop.0", ".isra.0", ".part.0", ".cold", ".llvm.123" and their like, as such or as
 * " [clone .cold]", and without Rust's "::h0123456789abcdef". */
size_t stable_name_length(const char *name);
