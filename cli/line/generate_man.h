/* The man page, made from the tables that the parser reads. */
#pragma once

#include <stdio.h>

/* scdoc source. The prose that no table holds is read from the stream `frame`, whose line
 * @COMMANDS@ is replaced by the commands. */
void generate_man(FILE *out, FILE *frame);
