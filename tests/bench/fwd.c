/* The least that any preloaded allocator wrapper can cost: each function of the malloc family finds
 * its namesake with dlsym(RTLD_NEXT) the first time and from then on only jumps to it. The rest of
 * memprof's cost is its own. */
#include <dlfcn.h>
#include <stddef.h>

#define EXPORT __attribute__((visibility("default")))

/* NAME, RESULT, (PARAMETERS), (ARGUMENTS): the pointer starts at a stub that looks the function up.
 */
#define FORWARD(name, result, parameters, arguments)                                               \
  static result first_##name parameters;                                                           \
  static result(*next_##name) parameters = first_##name;                                           \
  static result first_##name parameters {                                                          \
    next_##name = (result(*) parameters)dlsym(RTLD_NEXT, #name);                                   \
    return next_##name arguments;                                                                  \
  }                                                                                                \
  EXPORT result name parameters;                                                                   \
  EXPORT result name parameters {                                                                  \
    return next_##name arguments;                                                                  \
  }

FORWARD(malloc, void *, (size_t size), (size))
FORWARD(free, void, (void *p), (p))
FORWARD(calloc, void *, (size_t n, size_t size), (n, size))
FORWARD(realloc, void *, (void *p, size_t size), (p, size))
FORWARD(reallocarray, void *, (void *p, size_t n, size_t size), (p, n, size))
FORWARD(memalign, void *, (size_t alignment, size_t size), (alignment, size))
FORWARD(aligned_alloc, void *, (size_t alignment, size_t size), (alignment, size))
FORWARD(posix_memalign, int, (void **ret, size_t alignment, size_t size), (ret, alignment, size))
FORWARD(valloc, void *, (size_t size), (size))
FORWARD(pvalloc, void *, (size_t size), (size))
FORWARD(malloc_usable_size, size_t, (void *p), (p))
