/* The frames of a stack that say nothing about its program, to be written as one line each run.
 *
 * Two kinds of runs are folded:
 * 1. The start of the program or thread: the frames at the root that belong to libc's, C++'s or
 *    Rust's start, with the library's and nameless frames between them.
 * 2. Four or more frames of a standard library in a row. The outermost stays: the program called
 *    it.
 * A frame without a name may be the program's own. It is folded only between frames of a start. The
 * leaf is never part of a start. */
#pragma once

#include <stdint.h>

enum frame_fold { FOLD_NONE, FOLD_LIBRARY, FOLD_START };

/* Sets marks[i] to the enum frame_fold of names[i]. Names are profile_frame_name's, leaf first. */
void stack_fold_mark(const char *const *names, uint32_t n, unsigned char *marks);

/* The number of frames from `at` on that are written as one line; 0 where names[at] is written
 * itself. A run of one frame is not folded. */
uint32_t stack_fold_run(const unsigned char *marks, uint32_t n, uint32_t at);

/* "of the runtime's start": the end of "... 5 frames of the runtime's start". */
const char *stack_fold_words(enum frame_fold fold);
