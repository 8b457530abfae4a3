/* Suppressions: known leaks that are not to count, read from the files of other tools.
 *
 * LeakSanitizer's files have lines `leak:PATTERN`. The pattern is matched against every function,
 * source file and module of a stack; `*` stands for anything, `^` and `$` for the ends of a name,
 * and without those a part of it is enough.
 *
 * Valgrind's files have entries in braces: a name, a line `Memcheck:Leak`, perhaps a line
 * `match-leak-kinds: definite,...`, and frames `fun:`, `obj:`, `src:FILE[:LINE]` or `...`, with `*`
 * and `?`, from the allocation on. Mangled and demangled names both match.
 *
 * One file may hold both. */
#pragma once

#include "base/error.h"
#include "base/vector.h"

#include <stdint.h>

struct suppression {
  char *name;       /* the pattern, or the name of a valgrind entry; owned */
  const char *file; /* where it was read */
  bool lsan;
  unsigned kinds;                   /* bits 1 << enum leak_kind */
  VECTOR(char *) frames;            /* valgrind: "fun:...", owned; LeakSanitizer: one pattern */
  int64_t used_bytes, used_objects; /* what it suppressed so far */
};

struct suppressions {
  struct suppression *data;
  size_t count, capacity;
};

/* Adds those of a file. ERROR_BAD_INPUT with file and line. `path` must live as long. */
struct error *suppressions_read(struct suppressions *suppressions, const char *path);

/* Adds those of a text; `name` stands for it in messages and must live as long. */
struct error *suppressions_parse(struct suppressions *suppressions, const char *text, size_t n,
                                 const char *name);

/* Adds `pattern` as LeakSanitizer's `leak:pattern`. */
struct error *suppressions_add_pattern(struct suppressions *suppressions, const char *pattern,
                                       size_t n, const char *name);

/* Before another check: nothing was suppressed so far. */
void suppressions_forget_uses(struct suppressions *suppressions);

void suppressions_deinit(struct suppressions *suppressions);
