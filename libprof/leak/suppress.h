/* Suppressions: known leaks that are not to count, in the files that other tools read.
 *
 * LeakSanitizer's: lines `leak:PATTERN`, matched against any function, source file or module of a
 * stack; `*` stands for anything, `^` and `$` for its ends, and without those a part is enough.
 * Valgrind's: entries in braces of a name, a line `Memcheck:Leak`, perhaps `match-leak-kinds:
 * definite,...`, and frames `fun:`, `obj:`, `src:FILE[:LINE]` or `...`, with `*` and
 * `?`, from the allocation on; mangled and demangled names both do. A file may hold both. What a
 * suppressed leak lost indirectly is suppressed with it. */
#pragma once

#include "base/vector.h"
#include "model/leak_kinds.h"

struct suppression {
  char *name;       /* the pattern, or the name of a valgrind entry; owned */
  const char *file; /* where it was read */
  bool lsan;
  unsigned kinds;                   /* bits */
  VECTOR(char *) frames;            /* valgrind: "fun:...", owned; LeakSanitizer: one pattern */
  int64_t used_bytes, used_objects; /* what it suppressed so far */
};

struct suppressions {
  struct suppression *data;
  size_t count, capacity;
};

/* Adds those of a file. ERROR_BAD_INPUT with file and line. `path` must live as long. */
struct error *suppressions_read(struct suppressions *suppressions, const char *path);

/* Adds those of a text; `name` stands for it in messages. */
struct error *suppressions_parse(struct suppressions *suppressions, const char *text, size_t n,
                                 const char *name);

/* Adds `pattern` as LeakSanitizer's `leak:pattern`. */
struct error *suppressions_add_pattern(struct suppressions *suppressions, const char *pattern,
                                       size_t n, const char *name);

/* Before another check: nothing was suppressed so far. */
void suppressions_forget_uses(struct suppressions *suppressions);

void suppressions_deinit(struct suppressions *suppressions);

/* Moves what matches to the kind LEAK_SUPPRESSED. The profile must have its symbols. */
struct error *suppressions_apply(struct suppressions *suppressions, struct profile *profile);
