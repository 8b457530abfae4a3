#include "model/stack_fold.h"

#include "model/allocator_names.h"
#include "model/frame.h"
#include "model/start_names.h"

#include <stdbool.h>
#include <string.h>

enum { LEAST_LIBRARY = 4 };

/* Rust's main is called by a main of its own making. */
static bool is_main_of_start(const char *const *names, uint32_t i) {
  return i > 0 && !strcmp(names[i], "main") && !strncmp(names[i - 1], "std::rt::lang_start", 19);
}

static uint32_t start_begin(const char *const *names, uint32_t n) {
  uint32_t begin = n, innermost = n; /* the fold's first frame; its innermost of a start by name */
  for (uint32_t i = n; i-- > 0;) {
    bool is_start = start_name_is(names[i]) || is_main_of_start(names, i);
    if (is_start)
      innermost = begin = i;
    else if (allocator_name_is_library(names[i]) && begin == i + 1 && begin < n)
      begin = i;
    else if (!frame_name_is_missing(names[i]) && !allocator_name_is_library(names[i]))
      break;
  }
  if (begin == 0)
    begin = innermost ? innermost : 1;
  return begin;
}

static void mark_library(const char *const *names, uint32_t n, unsigned char *marks) {
  for (uint32_t i = 0, end; i < n; i = end + 1) {
    for (end = i; end < n && allocator_name_is_library(names[end]);)
      end++;
    if (end - i >= LEAST_LIBRARY)
      memset(marks + i, FOLD_LIBRARY, end - i - 1);
  }
}

void stack_fold_mark(const char *const *names, uint32_t n, unsigned char *marks) {
  uint32_t begin = n ? start_begin(names, n) : 0;
  if (n)
    memset(marks, FOLD_NONE, n);
  for (uint32_t i = begin; i < n; i++)
    marks[i] = FOLD_START;
  mark_library(names, begin, marks);
}

uint32_t stack_fold_run(const unsigned char *marks, uint32_t n, uint32_t at) {
  uint32_t end = at;
  while (end < n && marks[at] != FOLD_NONE && marks[end] == marks[at])
    end++;
  return end - at > 1 ? end - at : 0;
}

const char *stack_fold_words(enum frame_fold fold) {
  return fold == FOLD_START ? "of the runtime's start" : "of the standard library";
}
