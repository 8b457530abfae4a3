#include "http/late_library.h"

#include <dlfcn.h>

struct error *late_library_load(const char *const *files, const char *package,
                                const struct late_function *functions, size_t n, void *table) {
  void *library = NULL;
  const char *file = files[0];
  for (size_t i = 0; files[i] && !library; i++)
    library = dlopen(file = files[i], RTLD_NOW | RTLD_LOCAL);
  if (!library)
    return error_create(ERROR_CANNOT, "%s is not there; install %s", files[0], package);
  for (size_t i = 0; i < n; i++) {
    void *function = dlsym(library, functions[i].name);
    if (!function)
      return error_create(ERROR_CANNOT, "this %s has no %s", file, functions[i].name);
    *(void **)((char *)table + functions[i].offset) = function;
  }
  return NULL;
}
