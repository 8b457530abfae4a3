/* Writes the seeds of fuzz_elf into a folder: this program, which is linked to be small, and the two
 * lines by which scripts begin. */
#include <stdbool.h>

#include "write_seed.h"

static const char script[] = "#!/bin/sh -e\n", by_env[] = "#!/usr/bin/env -S python3 -u\n";

static size_t program(char *bytes, size_t most) {
  FILE *f = fopen("/proc/self/exe", "rb");
  size_t n = f ? fread(bytes, 1, most, f) : 0;
  if (f)
    fclose(f);
  return n;
}

int main(int argc, char **argv) {
  static char bytes[1 << 20];
  size_t n = program(bytes, sizeof(bytes));
  if (argc != 2 || !n)
    return 1;
  return write_seed(argv[1], "elf", bytes, n) ||
         write_seed(argv[1], "script", script, sizeof(script) - 1) ||
         write_seed(argv[1], "env", by_env, sizeof(by_env) - 1);
}
