#include "symbol/demangle.h"

#include "base/cleanup.h"
#include "base/strbuf.h"

#include <libiberty/demangle.h>

#include <ctype.h>
#include <setjmp.h>
#include <stdbool.h>
#include <string.h>

/* Names have no parameters (DMGL_PARAMS), with these no return type, and no hashes (DMGL_VERBOSE).
 * DMGL_RET_DROP would go too far: it makes std::function<void (int)> std::function<(int)>. */
#define OPTIONS DMGL_ANSI

struct output {
  struct strbuf text;
  jmp_buf too_long;
};

/* libiberty offers no way to stop but to leave: its callback variants hold no heap memory while
 * they print (demangle.h says so of the C++ one; the Rust one may lose a few bytes of a punycode
 * name). */
static void append(const char *s, size_t n, void *opaque) {
  struct output *out = opaque;
  if (out->text.length + n > DEMANGLED_MAX)
    longjmp(out->too_long, 1);
  strbuf_append_n(&out->text, s, n);
}

/* Rust's binders (G, a number, _) follow a function's type (F) or a trait object's (D). libiberty
 * counts their lifetimes one by one, also where it prints nothing and so never comes to append: of
 * a number of 13 digits it takes for ever. Three base-62 digits are 238,328 lifetimes. */
static bool has_huge_binder(const char *name) {
  static const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  enum { DIGITS_MOST = 3 };
  for (const char *g = name; (g = strchr(g, 'G')); g++) {
    size_t n = strspn(g + 1, digits);
    if (g > name && (g[-1] == 'F' || g[-1] == 'D') && n > DIGITS_MOST && g[1 + n] == '_')
      return true;
  }
  return false;
}

static bool demangle_into(const char *name, struct output *out) {
  if (setjmp(out->too_long))
    return false;
  if (!strncmp(name, "_R", 2) && has_huge_binder(name))
    return false;
  if (rust_demangle_callback(name, OPTIONS, append, out))
    return true;
  out->text.length = 0;
  return cplus_demangle_v3_callback(name, OPTIONS, append, out);
}

static bool all_digits(const char *s, const char *end) {
  while (s < end && isdigit((unsigned char)*s))
    s++;
  return s == end;
}

/* Is [dot, end) one suffix of a compiler's clone, such as ".cold", ".0" or ".llvm"? */
static bool is_clone_suffix(const char *dot, const char *end) {
  static const char *const words[] = {"cold", "part",       "constprop", "isra",     "lto_priv",
                                      "llvm", "localalias", "hot",       "unlikely", "clone"};
  size_t n = (size_t)(end - dot) - 1;
  if (n && all_digits(dot + 1, end))
    return true;
  for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
    if (strlen(words[i]) == n && !memcmp(words[i], dot + 1, n))
      return true;
  return false;
}

/* The length of `name` without "@@VERSION" and clone suffixes; a name that is nothing but those
 * (".cold") stays whole. */
static size_t stem_length(const char *name) {
  size_t length = strlen(name);
  const char *at = strchr(name, '@');
  if (at && at > name)
    length = (size_t)(at - name);
  for (size_t i = length; i-- > 1;)
    if (name[i] == '.' && is_clone_suffix(name + i, name + length))
      length = i;
  return length;
}

char *symbol_demangle(const char *name) {
  _cleanup_free_ char *stem = strndup(name, stem_length(name));
  if (!stem)
    return NULL;
  if (strncmp(stem, "_Z", 2) && strncmp(stem, "_R", 2) && strncmp(stem, "__Z", 3))
    return_ptr(stem);
  struct output out = {.text = STRBUF_INIT};
  if (!demangle_into(stem, &out) || !out.text.length) {
    strbuf_deinit(&out.text);
    return_ptr(stem);
  }
  return strbuf_steal(&out.text);
}
