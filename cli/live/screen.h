/* The terminal as a screen: the only user of ncurses.
 *
 * There is one screen, on standard input and output, both of which must be a terminal. Works with
 * any terminfo entry, with and without colour; NO_COLOR is heeded. The caller escapes the text
 * that it prints (report/text.h); where the locale is not UTF-8 other characters become '?'. */
#pragma once

#include "base/error.h"

#include <stdbool.h>

enum screen_style { SCREEN_PLAIN, SCREEN_BOLD, SCREEN_REVERSE, SCREEN_DIM, SCREEN_UP, SCREEN_DOWN };

/* `who` is for the message where there is no terminal. */
struct error *screen_open(const char *who);
/* Gives the terminal back as it was. Nothing happens when it is not open. */
void screen_close(void);
bool screen_is_open(void);

/* Gives the terminal away and takes it back: a shell has it while this process is stopped. */
void screen_suspend(void);
void screen_resume(void);

/* screen_fit adapts to the terminal's size and returns whether that changed; the others return the
 * size as of then. */
bool screen_fit(void);
int screen_rows(void);
int screen_columns(void);

/* True when block characters can be shown. */
bool screen_is_utf8(void);

/* A key that waits to be read, or -1; '\b' and '\n' for those that delete and enter. */
int screen_key(void);

/* A picture: begin, print, show. Text is cut at the right edge. */
void screen_begin(void);
void screen_print(int row, int column, enum screen_style style, const char *text);
void screen_show(void);
