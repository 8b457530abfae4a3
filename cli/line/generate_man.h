/* The man pages, made from the tables that the parser reads: memprof(1), and memprof-NAME(1) for each
 * command, as git's. All is scdoc source. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

/* memprof(1). The prose that no table holds is read from the stream `frame`, whose line @COMMANDS@
 * is replaced by a list of the commands. */
void generate_man(FILE *out, FILE *frame);

/* The page of a command; false, and nothing is printed, if no command has that name. */
bool generate_man_page(FILE *out, const char *name);
