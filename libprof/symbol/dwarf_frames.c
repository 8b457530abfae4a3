#include "symbol/dwarf_frames.h"

#include "base/cleanup.h"
#include "base/strbuf.h"
#include "symbol/demangle.h"

#include <dwarf.h>
#include <stdlib.h>
#include <string.h>

struct place {
  const char *file; /* "" if unknown */
  int line;         /* 0 if unknown */
};

static bool add_frame(struct symbol_results *results, const char *name, const char *system_name,
                      const struct place *place, int64_t start_line) {
  struct symbol_frame frame = {.name = symbol_results_string(results, name),
                               .system_name = symbol_results_string(results, system_name),
                               .file = symbol_results_string(results, place->file),
                               .line = place->line,
                               .start_line = start_line};
  return frame.name && frame.system_name && frame.file && symbol_results_add_frame(results, &frame);
}

bool symbol_add_named_frame(struct symbol_results *results, const char *system_name,
                            const char *file, int64_t line, int64_t start_line) {
  _cleanup_free_ char *name = symbol_demangle(system_name);
  struct place place = {file, (int)line};
  return name && add_frame(results, name, system_name, &place, start_line);
}

static const char *linkage_name(Dwarf_Die *die) {
  Dwarf_Attribute attr;
  unsigned names[] = {DW_AT_linkage_name, DW_AT_MIPS_linkage_name};
  for (size_t i = 0; i < 2; i++) {
    const char *name = dwarf_formstring(dwarf_attr_integrate(die, names[i], &attr));
    if (name && *name)
      return name;
  }
  return NULL;
}

/* The DIE that stands among its namespaces: an inlined or out-of-line copy stands at the unit's
 * top. */
static Dwarf_Die *declaration_of(Dwarf_Die *die, Dwarf_Die *ret) {
  static const unsigned links[] = {DW_AT_abstract_origin, DW_AT_specification};
  *ret = *die;
  for (size_t i = 0; i < 2; i++) {
    Dwarf_Attribute attr;
    Dwarf_Die target;
    if (dwarf_formref_die(dwarf_attr(ret, links[i], &attr), &target))
      *ret = target;
  }
  return ret;
}

static const char *scope_name(Dwarf_Die *scope, const char *function) {
  const char *name = dwarf_diename(scope);
  if (name)
    return name;
  if (dwarf_tag(scope) == DW_TAG_namespace)
    return "(anonymous namespace)";
  return !strcmp(function, "operator()") ? "{lambda}" : "(anonymous)";
}

/* "ns::Class::name" for a function that has no linkage name (local classes, internal linkage). */
static char *qualified_name(const struct dwarf_enclosing *enclosing, Dwarf_Die *die,
                            const char *name) {
  Dwarf_Die target, scopes[SYMBOL_MAX_FRAMES];
  struct strbuf sb = STRBUF_INIT;
  size_t n = 0;
  const struct dwarf_scope *scope = dwarf_enclosing_of(enclosing, declaration_of(die, &target));
  for (; scope && n < SYMBOL_MAX_FRAMES; scope = scope->outer)
    scopes[n++] = scope->die;
  while (n-- > 0)
    strbuf_appendf(&sb, "%s::", scope_name(&scopes[n], name));
  strbuf_append(&sb, name);
  return strbuf_steal(&sb);
}

bool dwarf_want_enclosing(struct dwarf_enclosing *enclosing, const struct dwarf_chain *chain) {
  bool ok = true;
  for (size_t i = 0; i < chain->count && ok; i++) {
    Dwarf_Die target;
    if (!linkage_name(&chain->dies[i]))
      ok = dwarf_enclosing_add(enclosing, declaration_of(&chain->dies[i], &target));
  }
  return ok;
}

static bool is_mangled(const char *name) {
  return name && (!strncmp(name, "_Z", 2) || !strncmp(name, "_R", 2));
}

/* Names that the C implementation keeps to itself, such as __GI___libc_malloc, say less than the
 * exported name at the same address. */
static bool is_reserved(const char *name) {
  return name[0] == '_' && name[1] == '_';
}

static bool add_function(struct symbol_results *results, const struct dwarf_enclosing *enclosing,
                         Dwarf_Die *die, const char *symbol_name, const struct place *place) {
  int start_line = 0;
  dwarf_decl_line(die, &start_line);
  const char *linkage = linkage_name(die), *name = dwarf_diename(die);
  const char *raw = linkage ? linkage : name;
  if (!linkage && is_mangled(symbol_name))
    linkage = symbol_name;
  else if (raw && is_reserved(raw) && symbol_name && !is_reserved(symbol_name))
    linkage = symbol_name;
  if (!linkage && !name)
    linkage = symbol_name;
  if (linkage)
    return symbol_add_named_frame(results, linkage, place->file, place->line, start_line);
  if (!name)
    return true;
  _cleanup_free_ char *qualified = qualified_name(enclosing, die, name);
  return qualified && add_frame(results, qualified, name, place, start_line);
}

static const char *real_file(const char *file) {
  return file && strcmp(file, "???") != 0 ? file : ""; /* libdw's name for file 0 of old tables */
}

static struct place place_of_address(Dwarf_Die *unit, uint64_t address) {
  struct place place = {"", 0};
  Dwarf_Line *line = dwarf_getsrc_die(unit, address);
  if (line) {
    place.file = real_file(dwarf_linesrc(line, NULL, NULL));
    dwarf_lineno(line, &place.line);
  }
  return place;
}

static bool attribute_number(Dwarf_Die *die, unsigned name, Dwarf_Word *ret) {
  Dwarf_Attribute attr;
  return dwarf_formudata(dwarf_attr(die, name, &attr), ret) == 0;
}

/* The place where the function that `inlined` was inlined into calls it. */
static struct place place_of_call(Dwarf_Die *inlined) {
  struct place place = {"", 0};
  Dwarf_Word file, line;
  Dwarf_Die unit;
  Dwarf_Files *files;
  size_t n;
  if (attribute_number(inlined, DW_AT_call_file, &file) &&
      dwarf_diecu(inlined, &unit, NULL, NULL) && dwarf_getsrcfiles(&unit, &files, &n) == 0 &&
      file < n)
    place.file = real_file(dwarf_filesrc(files, file, NULL, NULL));
  if (attribute_number(inlined, DW_AT_call_line, &line) && line <= INT32_MAX)
    place.line = (int)line;
  return place;
}

bool dwarf_add_frames(struct symbol_results *results, Dwarf_Die *line_unit,
                      const struct dwarf_enclosing *enclosing, const struct dwarf_chain *chain,
                      uint64_t address, const char *symbol_name) {
  struct place place = place_of_address(line_unit, address);
  if (!chain->count)
    return !symbol_name || symbol_add_named_frame(results, symbol_name, place.file, place.line, 0);
  for (size_t i = chain->count; i-- > 0;) {
    Dwarf_Die *die = &chain->dies[i];
    if (!add_function(results, enclosing, die, i ? NULL : symbol_name, &place))
      return false;
    place = place_of_call(die);
  }
  return true;
}
