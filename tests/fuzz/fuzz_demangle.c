/* libFuzzer target: any text is the name of a function. It has a readable form, which is not empty
 * and not longer than is promised; a name that is its own form is not mangled. */
#include "fuzz.h"

#include "symbol/demangle.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
  char *name = text_of(bytes, n), *readable = symbol_demangle(name);
  must(readable);
  must(!*name == !*readable);
  must(strlen(readable) <= DEMANGLED_MAX || !strcmp(readable, name));
  free(readable);
  free(name);
  return 0;
}
