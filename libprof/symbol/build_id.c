#include "symbol/build_id.h"

#include <string.h>

bool build_id_is_valid(const char *s) {
  size_t n = strspn(s, "0123456789abcdef");
  return !s[n] && n >= 4 && n % 2 == 0 && n < BUILD_ID_HEX_MAX;
}
