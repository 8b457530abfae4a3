/* Names of functions that allocate for whoever calls them.
 *
 * A list cannot be complete; model/responsible.h adds what a profile itself shows. Names are as the
 * demangler writes them, without parameters. */
#pragma once

#include <stdbool.h>

/* Whether the name is on the lists: C and C++ allocation functions and what C++'s and Rust's
 * standard libraries put between them and the program (containers, smart pointers, strings), and
 * the allocation functions of glib, OpenSSL, CPython, APR, SQLite, FFmpeg, GCC, Redis, git, perl
 * and V8. */
bool allocator_name_is_known(const char *name);

/* Whether the name is what people call such functions: "alloc", "strdup", "memdup" in it. */
bool allocator_name_is_likely(const char *name);

/* Whether the name belongs to libc's or a runtime's start of a program or thread: below it there is
 * nobody to be responsible. */
bool allocator_name_is_start(const char *name);
