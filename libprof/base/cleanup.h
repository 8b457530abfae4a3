/* Scope guards.
 *
 * `_cleanup_(fn) T x = ...` calls fn(&x) when x leaves its scope, on every path. It replaces goto
 * ladders where a function owns several things; return an owned value with `return_ptr(x)`. */
#pragma once

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define _cleanup_(fn) __attribute__((cleanup(fn)))

/* The value of the guarded pointer, which the guard then no longer frees. */
#define no_cleanup_ptr(p)                                                                          \
  __extension__({                                                                                  \
    __typeof__(p) _p = (p);                                                                        \
    (p) = NULL;                                                                                    \
    _p;                                                                                            \
  })
#define return_ptr(p) return no_cleanup_ptr(p)

static inline void cleanup_free(void *p) {
  free(*(void **)p);
}
static inline void cleanup_close(int *fd) {
  if (*fd >= 0)
    close(*fd);
}
static inline void cleanup_fclose(FILE **f) {
  if (*f)
    fclose(*f);
}
static inline void cleanup_closedir(DIR **dir) {
  if (*dir)
    closedir(*dir);
}

#define _cleanup_free_ _cleanup_(cleanup_free)
#define _cleanup_close_ _cleanup_(cleanup_close)
#define _cleanup_fclose_ _cleanup_(cleanup_fclose)
#define _cleanup_closedir_ _cleanup_(cleanup_closedir)
