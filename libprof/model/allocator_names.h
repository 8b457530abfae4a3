/* Names of functions that allocate for their callers.
 *
 * A list cannot be complete; model/responsible.h adds what a profile itself shows. Names are as the
 * demangler writes them, without parameters. */
#pragma once

#include <stdbool.h>

/* Whether the name is that of an allocation function: of C, C++ and Rust, or of a library or
 * program that is widely used (glib, OpenSSL, CPython, APR, SQLite, FFmpeg, GCC, Redis, PostgreSQL,
 * git, perl and V8). */
bool allocator_name_allocates(const char *name);

/* Whether it is, or a function of a standard library that stands between an allocation and the
 * program: C++'s and Rust's containers, strings and smart pointers. */
bool allocator_name_is_known(const char *name);

/* Whether it is a function of C++'s or Rust's standard library or of boost's and abseil's
 * containers, or one of those that their compilers call for memory. */
bool allocator_name_is_library(const char *name);

/* Whether the name is what people call such functions: "alloc", "strdup", "memdup" in it. */
bool allocator_name_is_likely(const char *name);
