#include "symbol/find_debug.h"

#include "base/cleanup.h"
#include "base/path.h"
#include "symbol/build_id.h"

#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool is_there(const char *format, ...) __attribute__((format(printf, 1, 2)));
static bool is_there(const char *format, ...) {
  va_list ap;
  va_start(ap, format);
  _cleanup_free_ char *path = NULL;
  bool found = vasprintf(&path, format, ap) < 0 || access(path, F_OK) == 0;
  va_end(ap);
  return found;
}

/* The next absolute directory of a colon-separated list: n bytes at *dir. */
static bool next_directory(const char **list, const char **dir, int *n) {
  while (**list) {
    *dir = *list;
    *n = (int)strcspn(*list, ":");
    *list += *n + ((*list)[*n] == ':');
    if (**dir == '/')
      return true;
  }
  return false;
}

/* Directories below the file's own, beside its ".debug". */
static bool has_relative(const char *list) {
  for (; *list; list += strcspn(list, ":"), list += *list == ':')
    if (*list != '/' && *list != ':' && strncmp(list, ".debug:", 7) != 0)
      return true;
  return false;
}

static bool is_by_build_id(Dwfl_Module *module, const char *directories) {
  const unsigned char *bits;
  GElf_Addr address;
  char id[BUILD_ID_HEX_MAX];
  int length = dwfl_module_build_id(module, &bits, &address);
  if (length < 2 || (size_t)length * 2 >= sizeof(id))
    return false;
  for (int i = 0; i < length; i++)
    snprintf(id + (ptrdiff_t)2 * i, 3, "%02x", bits[i]);
  int n;
  for (const char *dir; next_directory(&directories, &dir, &n);)
    if (is_there("%.*s/.build-id/%.2s/%s.debug", n, dir, id, id + 2))
      return true;
  return false;
}

/* Beside the file and below each directory, there with the file's own directory, then with less and
 * less of it. */
static bool is_by_link(const char *file, const char *link, const char *directories) {
  int folder = (int)(path_base_name(file) - file);
  if (is_there("%.*s%s", folder, file, link) || is_there("%.*s.debug/%s", folder, file, link))
    return true;
  int n;
  for (const char *dir; next_directory(&directories, &dir, &n);)
    for (const char *rest = file; rest && rest <= file + folder;) {
      if (is_there("%.*s/%.*s%s", n, dir, (int)(file + folder - rest), rest, link))
        return true;
      const char *slash = strchr(rest, '/');
      rest = slash ? slash + 1 : NULL;
    }
  return false;
}

static bool may_be_found(Dwfl_Module *module, const char *file, const char *link,
                         const char *directories) {
  char canonical[PATH_MAX];
  _cleanup_free_ char *named = NULL;
  if (!link) {
    if (asprintf(&named, "%s.debug", path_base_name(file)) < 0)
      return true;
    link = named;
  }
  return strchr(link, '/') || has_relative(directories) || is_by_build_id(module, directories) ||
         is_by_link(file, link, directories) ||
         (realpath(file, canonical) && is_by_link(canonical, link, directories));
}

int find_debug(Dwfl_Module *module, void **data, const char *name, Dwarf_Addr base,
               const char *file, const char *link, GElf_Word crc, char **ret) {
  const char *urls = getenv("DEBUGINFOD_URLS"), *directories = *data;
  bool has_servers = urls && *urls;
  if (!has_servers && file && directories && !may_be_found(module, file, link, directories))
    return -1;
  return dwfl_standard_find_debuginfo(module, data, name, base, file, link, crc, ret);
}
