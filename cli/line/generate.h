/* The man page and the shell completions, made from the tables that the parser reads: what is
 * documented is what is there. `memprof __generate KIND` prints them at build time. */
#pragma once

#include <stdio.h>

/* scdoc source. The prose that no table holds is read from the stream `frame`, whose line
 * @COMMANDS@ is replaced by the commands. */
void generate_man(FILE *out, FILE *frame);

void generate_bash(FILE *out);
void generate_zsh(FILE *out);
void generate_fish(FILE *out);
