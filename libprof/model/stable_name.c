#include "model/stable_name.h"

#include <stdbool.h>
#include <string.h>

static bool is_digits(const char *s, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (s[i] < '0' || s[i] > '9')
      return false;
  return n > 0;
}

static bool is_clone_word(const char *s, size_t n) {
  static const char *const words[] = {"constprop",  "isra",  "part",   "cold", "llvm", "lto_priv",
                                      "localalias", "clone", "__uniq", "warm", "hot"};
  for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
    if (strlen(words[i]) == n && memcmp(words[i], s, n) == 0)
      return true;
  return false;
}

/* Where the last dot-separated part of name[0..n) begins (at its dot); n without a dot. */
static size_t last_part(const char *name, size_t n) {
  for (size_t i = n; i-- > 1;)
    if (name[i] == '.')
      return i;
  return n;
}

/* n less one ".word" or ".word.123" at the end, or n. A number alone stays: Go's main.main.func1.2.
 */
static size_t without_clone_word(const char *name, size_t n) {
  size_t end = n, dot = last_part(name, n);
  if (dot < n && is_digits(name + dot + 1, n - dot - 1)) {
    end = dot;
    dot = last_part(name, end);
  }
  return dot < end && is_clone_word(name + dot + 1, end - dot - 1) ? dot : n;
}

/* n less one " [clone .x]" (libiberty) or " (.x)" (LLVM), or n. */
static size_t without_clone_note(const char *name, size_t n) {
  if (n == 0 || (name[n - 1] != ']' && name[n - 1] != ')'))
    return n;
  const char *opening = name[n - 1] == ']' ? " [clone ." : " (.";
  size_t k = strlen(opening);
  for (size_t i = n - 1; i-- > 0 && name[i] != ']' && name[i] != ')';)
    if (i > 0 && i + k < n && memcmp(name + i, opening, k) == 0)
      return i;
  return n;
}

static size_t without_rust_hash(const char *name, size_t n) {
  enum { HASH = 3 + 16 };
  if (n <= HASH || memcmp(name + n - HASH, "::h", 3) != 0)
    return n;
  return strspn(name + n - 16, "0123456789abcdef") >= 16 ? n - HASH : n;
}

size_t stable_name_length(const char *name) {
  size_t n = strlen(name), before;
  do {
    before = n;
    n = without_clone_note(name, n);
    n = without_clone_word(name, n);
    n = without_rust_hash(name, n);
  } while (n < before);
  return n;
}
