/* Language runtimes that take memory for objects of their own past malloc, by mmap: no heap
 * profiler that wraps malloc sees it. */
#pragma once

struct runtime {
  const char *name, *heap, *remedy; /* "CPython", what is not seen, what to do: may be "" */
};

/* By the name of the program's file without its folder, by a library that it needs, or by a
 * function that it defines or imports; NULL where they say nothing. */
const struct runtime *runtime_of_file(const char *name);
const struct runtime *runtime_of_library(const char *name);
const struct runtime *runtime_of_function(const char *name);

/* A Go program is known by its sections. */
const struct runtime *runtime_of_go(void);
