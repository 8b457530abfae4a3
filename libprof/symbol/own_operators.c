#include "symbol/own_operators.h"

#include "symbol/binary.h"
#include "symbol/inspect_elf.h"

#include <string.h>

/* Itanium's names: "_Znwm", "_ZnamRKSt9nothrow_t", "_ZdlPv"; those of a class begin with "_ZN".
 *
 * A table without local functions (ld -x, strip -x) lacks hidden operators, too. crtbegin.o gives
 * every module that the compiler links a local function, frame_dummy. */
static bool is_operator(void *context, const char *name) {
  static const char *const prefixes[] = {"_Znw", "_Zna", "_Zdl", "_Zda"};
  bool *has_locals = context;
  *has_locals |= !strcmp(name, "frame_dummy");
  for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++)
    if (!strncmp(name, prefixes[i], strlen(prefixes[i])))
      return true;
  return false;
}

bool module_has_no_operators(const struct profile_mapping *mapping) {
  struct binary binary;
  bool has_locals = false;
  if (binary_find(mapping->file, mapping->build_id, "", &binary) != BINARY_FOUND)
    return false;
  bool has_own = binary.fd < 0 || inspect_functions(binary.path, is_operator, &has_locals);
  binary_deinit(&binary);
  return has_locals && !has_own;
}
