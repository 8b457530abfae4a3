/* Preloaded behind the shim: its constructor comes before the shim's, and its destructor after. */
#include <stdlib.h>
__attribute__((noinline)) static void *in_library_constructor_71(void) {
  return malloc(71);
}
__attribute__((noinline)) static void *in_library_destructor_72(void) {
  return malloc(72);
}
__attribute__((constructor)) static void start(void) {
  free(in_library_constructor_71());
  in_library_constructor_71();
}
__attribute__((destructor)) static void end(void) {
  in_library_destructor_72();
}
