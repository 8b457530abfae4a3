/* The other end of a stream: a terminal, which wants colour and lines that fit, or a file or
 * program, which wants the whole text. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

/* COLUMNS if it is a sensible number, else the terminal's width, else 80. Never below 40. */
int terminal_columns(FILE *out);

/* True when lines must fit: the stream is a terminal or COLUMNS is set. */
bool terminal_fits(FILE *out);

/* True on a terminal that is not "dumb", unless NO_COLOR is set and not empty (no-color.org). */
bool terminal_colour(FILE *out);
