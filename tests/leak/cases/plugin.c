// A library that stays loaded keeps things in its data and its threads' storage; one that is closed does not. Its frames
// keep their names.
// library: parts/plugin_part.c
// flags: -ldl -pthread
// expect: definite=128/1 reachable=96/2
#include "case.h"
#include <dlfcn.h>
#include <stdio.h>
static void use(const char *path, size_t size, int tls) {
  void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  void (*keep)(size_t, int) = handle ? (void (*)(size_t, int))dlsym(handle, "keep") : 0;
  if (!keep)
    _exit(9);
  keep(size, tls);
  if (size == 128)
    dlclose(handle);
}
int main(int argc, char **argv) {
  char path[4096];
  (void)argc;
  snprintf(path, sizeof path, "%s.so", argv[0]);
  use(path, 128, 0);
  use(path, 64, 0);
  use(path, 32, 1);
  clean();
  return 0;
}
