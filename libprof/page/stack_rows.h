/* The stacks of one or two profiles as rows of numbered names, root first.
 *
 * Each frame is one number: that of its function, source line, source file or module. Frames that
 * follow one another in one file or module are one. Two profiles that are compared are numbered
 * alike by model/align.h, as by `memprof diff`. */
#pragma once

#include "base/vector.h"
#include "model/profile.h"
#include "page/text_numbers.h"

enum row_kind { ROW_FUNCTIONS, ROW_LINES, ROW_FILES, ROW_MODULES };

struct stack_rows {
  VECTOR(uint32_t) names; /* numbers, of all rows one after the other */
  VECTOR(size_t) starts;  /* of each row in `names`, and where the last one ends */
};
void stack_rows_deinit(struct stack_rows *rows);

/* A row for each sample. ERROR_BAD_INPUT where there are too many frames. */
struct error *stack_rows_of(const struct profile *profile, enum row_kind kind,
                            struct text_numbers *texts, struct stack_rows *ret);

/* Rows for base's samples, then for new's, by function. */
struct error *stack_rows_aligned(const struct profile *base, const struct profile *new,
                                 struct text_numbers *texts, struct stack_rows *ret);

/* Turns all rows around: leaf first. */
void stack_rows_invert(struct stack_rows *rows);

static inline size_t stack_rows_count(const struct stack_rows *rows) {
  return rows->starts.count ? rows->starts.count - 1 : 0;
}

#define _cleanup_stack_rows_ __attribute__((cleanup(stack_rows_deinit)))
