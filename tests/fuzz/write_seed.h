/* The code that programs that write seeds share. */
#pragma once

#include <stdio.h>

/* Writes folder/name; whether that failed, which it says. */
static inline bool write_seed(const char *folder, const char *name, const void *bytes, size_t n) {
  char path[4096];
  snprintf(path, sizeof(path), "%s/%s", folder, name);
  FILE *f = fopen(path, "wb");
  bool wrote = f && fwrite(bytes, 1, n, f) == n;
  bool failed = !f || fclose(f) != 0 || !wrote;
  if (failed)
    perror(path);
  return failed;
}
