/* Completion for zsh, made from the tables that the parser reads: commands first, then a
 * command's options, the values of an option, profiles, recorded processes and programs. */
#pragma once

#include <stdio.h>

void generate_zsh(FILE *out);
