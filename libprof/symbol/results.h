/* Answers for some addresses of one binary: those of a module, or the content of a cache file.
 *
 * An address is named by its byte offset in the file, which neither ASLR nor the way of loading
 * changes. Everything, strings included, lives in the arena. Not thread-safe. */
#pragma once

#include "base/arena.h"
#include "symbol/block_form.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Deeper inlining is cut at its outer end: no compiler comes near it, a hostile file may. */
#define SYMBOL_MAX_FRAMES 128

struct symbol_frame {
  const char *name;         /* for people; never empty */
  const char *system_name;  /* as in the file */
  const char *file;         /* source file or "" */
  int64_t line, start_line; /* 0: unknown */
};

/* A type as debug information has it; strings as those of a frame. */
struct symbol_type {
  enum block_form form; /* BLOCK_NONE: not known */
  uint64_t size;        /* bytes; 0: not known */
  bool flexible;        /* may be larger: it ends with an array without a length */
  const char *name;     /* NULL or "" if not known */
  const char *layout;   /* as layout_append_members writes it; NULL or "" if it is of no use */
};

struct symbol_result {
  uint64_t offset; /* in the file: the key */
  uint64_t start;  /* the ELF address of the function's first byte, or of the code itself: names the
                      unnamed */
  uint32_t first_frame, n_frames; /* innermost first; none: the address has no name */
  bool from_dwarf;                /* inlined frames would have been seen */
  bool is_folded;                 /* several functions share this code */
  struct symbol_type type;        /* of the block that the call returns, if it allocates */
};

struct symbol_results {
  struct symbol_result *items;
  size_t n_items, items_capacity;
  struct symbol_frame *frames;
  size_t n_frames, frames_capacity;
  struct arena strings;
};

void symbol_results_deinit(struct symbol_results *results);

/* A copy of s that lives in the results; NULL when memory is exhausted. */
const char *symbol_results_string(struct symbol_results *results, const char *s);

/* Appends a frame to the last item added; its strings must be from symbol_results_string or
 * literals. False when memory is exhausted. */
bool symbol_results_add_frame(struct symbol_results *results, const struct symbol_frame *frame);

/* Appends an item without frames. False when memory is exhausted. */
bool symbol_results_add(struct symbol_results *results, const struct symbol_result *item);

/* Appends a copy of an item of `from` with its frames. False when memory is exhausted. */
bool symbol_results_copy(struct symbol_results *results, const struct symbol_results *from,
                         const struct symbol_result *item);

/* Sorts by offset; needed once before symbol_results_find. */
void symbol_results_sort(struct symbol_results *results);
const struct symbol_result *symbol_results_find(const struct symbol_results *results,
                                                uint64_t offset);
