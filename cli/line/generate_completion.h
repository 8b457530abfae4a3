/* The shell completions, made from the tables that the parser reads. */
#pragma once

#include <stdio.h>

void generate_bash(FILE *out);
void generate_zsh(FILE *out);
void generate_fish(FILE *out);
