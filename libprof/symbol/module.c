#include "symbol/module.h"

#include "base/cleanup.h"
#include "symbol/debuginfod.h"
#include "symbol/dwarf_frames.h"
#include "symbol/dwarf_index.h"
#include "symbol/dwarf_scopes.h"
#include "symbol/find_debug.h"
#include "symbol/symtab.h"
#include "symbol/unit_types.h"
#include "symbol/unwind_starts.h"

#include <elfutils/libdwelf.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

struct symbol_module {
  const struct binary *binary;
  Dwfl_Callbacks callbacks; /* libdwfl keeps a pointer to it */
  char *debug_path;
  Dwfl *dwfl;
  Dwfl_Module *module;
  Dwarf_Addr bias; /* libdwfl's addresses less the ELF file's */
  struct unwind_starts starts;
  struct symtab symtab;
  struct dwarf_index index; /* .dwarf is NULL without debug information */
  Dwarf_Addr dwarf_bias;
};

/* One address to resolve. */
struct query {
  uint64_t address; /* ELF */
  uint64_t offset;  /* in the file */
  const struct symtab_entry *symbol;
  uint64_t start;
  Dwarf_Off unit; /* of the DIE of its unit */
  bool has_unit;
  bool known; /* the file has code there */
};

static Dwfl_Module *module_report(struct symbol_module *m) {
  const struct binary *binary = m->binary;
  if (binary->fd < 0)
    return dwfl_report_offline_memory(m->dwfl, "[vdso]", "[vdso]", binary->image,
                                      binary->image_size);
  int fd = fcntl(binary->fd, F_DUPFD_CLOEXEC, 0);
  Dwfl_Module *module =
      fd >= 0 ? dwfl_report_offline(m->dwfl, binary->path, binary->path, fd) : NULL;
  if (!module && fd >= 0)
    close(fd);
  return module;
}

static bool open_dwfl(struct symbol_module *m, const char *debug_dirs) {
  if (asprintf(&m->debug_path, ":.debug:%s", debug_dirs) < 0) {
    m->debug_path = NULL;
    return false;
  }
  m->callbacks = (Dwfl_Callbacks){.find_elf = dwfl_build_id_find_elf,
                                  .find_debuginfo = find_debug,
                                  .section_address = dwfl_offline_section_address,
                                  .debuginfo_path = &m->debug_path};
  if (!(m->dwfl = dwfl_begin(&m->callbacks)))
    return false;
  debuginfod_limit(m->dwfl);
  dwfl_report_begin(m->dwfl);
  m->module = module_report(m);
  void **data = NULL;
  if (m->module)
    dwfl_module_info(m->module, &data, NULL, NULL, NULL, NULL, NULL, NULL);
  if (data)
    *data = m->debug_path;
  dwfl_report_end(m->dwfl, NULL, NULL);
  Elf *elf = m->module ? dwfl_module_getelf(m->module, &m->bias) : NULL;
  if (elf && !m->binary->debug_only)
    unwind_starts_init(&m->starts, elf);
  return elf;
}

struct symbol_module *symbol_module_open(const struct binary *binary, const char *debug_dirs) {
  struct symbol_module *m = calloc(1, sizeof(*m));
  if (!m)
    return NULL;
  m->binary = binary;
  if (!open_dwfl(m, debug_dirs) || !symtab_init(&m->symtab, m->module)) {
    symbol_module_close(m);
    return NULL;
  }
  Dwarf *dwarf = dwfl_module_getdwarf(m->module, &m->dwarf_bias);
  if (dwarf && !dwarf_index_init(&m->index, dwarf)) {
    symbol_module_close(m);
    return NULL;
  }
  return m;
}

void symbol_module_close(struct symbol_module *m) {
  if (!m)
    return;
  dwarf_index_deinit(&m->index);
  symtab_deinit(&m->symtab);
  if (m->dwfl)
    dwfl_end(m->dwfl);
  free(m->debug_path);
  free(m);
}

const char *symbol_module_debug_file(const struct symbol_module *m) {
  const char *file = NULL, *main_file = NULL;
  if (!m->index.dwarf)
    return "";
  dwfl_module_info(m->module, NULL, NULL, NULL, NULL, NULL, &main_file, &file);
  return file ? file : main_file ? main_file : "";
}

const char *symbol_module_debug_link(const struct symbol_module *m) {
  GElf_Addr bias;
  GElf_Word crc;
  Elf *elf = dwfl_module_getelf(m->module, &bias);
  const char *link = elf ? dwelf_elf_gnu_debuglink(elf, &crc) : NULL;
  return link ? link : "";
}

static struct query make_query(struct symbol_module *m, const struct code_place *place) {
  struct query q = {.offset = place->offset};
  q.known = binary_address(m->binary, place, &q.address);
  if (!q.known)
    return q;
  uint64_t start = unwind_starts_find(&m->starts, q.address);
  q.symbol = symtab_find(&m->symtab, q.address + m->bias, start ? start + m->bias : 0);
  q.start = q.symbol ? q.symbol->address - m->bias : start ? start : q.address;
  Dwarf_Die unit;
  if (m->index.dwarf && dwarf_index_find(&m->index, q.address + m->bias - m->dwarf_bias, &unit)) {
    q.unit = dwarf_dieoffset(&unit);
    q.has_unit = true;
  }
  return q;
}

static bool add_item(struct symbol_module *m, const struct query *q, bool from_dwarf,
                     struct symbol_results *results) {
  struct symbol_result item = {.offset = q->offset,
                               .start = q->known ? q->start : q->offset,
                               .from_dwarf = from_dwarf,
                               .is_folded = q->symbol && symtab_is_shared(&m->symtab, q->symbol)};
  return symbol_results_add(results, &item);
}

static bool add_without_dwarf(struct symbol_module *m, const struct query *q,
                              struct symbol_results *results) {
  return add_item(m, q, false, results) &&
         (!q->symbol || symbol_add_named_frame(results, q->symbol->name, "", 0, 0));
}

/* The DIE that holds the functions: for split DWARF that of the .dwo file, if it can be found. */
static Dwarf_Die functions_of(Dwarf_Die *unit) {
  Dwarf_Die split;
  if (dwarf_cu_info(unit->cu, NULL, NULL, NULL, &split, NULL, NULL, NULL) == 0 && split.addr)
    return split;
  return *unit;
}

/* Queries of one unit, sorted by address. */
static bool resolve_unit(struct symbol_module *m, const struct query *queries, size_t n,
                         struct symbol_results *results) {
  Dwarf_Die unit, functions;
  size_t first = results->n_items;
  struct dwarf_enclosing enclosing = {0};
  struct dwarf_chain *chains = calloc(n, sizeof(*chains));
  uint64_t *addresses = calloc(n, sizeof(*addresses));
  bool ok = chains && addresses && dwarf_offdie(m->index.dwarf, queries[0].unit, &unit);
  for (size_t i = 0; i < n && ok; i++)
    addresses[i] = queries[i].address + m->bias - m->dwarf_bias;
  if (ok) {
    functions = functions_of(&unit);
    ok = dwarf_find_scopes(&functions, addresses, n, chains);
  }
  for (size_t i = 0; i < n && ok; i++)
    ok = dwarf_want_enclosing(&enclosing, &chains[i]);
  ok = ok && dwarf_enclosing_find(&enclosing);
  for (size_t i = 0; i < n && ok; i++)
    ok = add_item(m, &queries[i], true, results) &&
         dwarf_add_frames(results, &unit, &enclosing, &chains[i], addresses[i],
                          queries[i].symbol ? queries[i].symbol->name : NULL);
  struct unit_calls calls = {m->binary, m->module, m->dwarf_bias, &functions, n, addresses, chains};
  ok = ok && unit_types_add(&calls, first, results);
  dwarf_enclosing_deinit(&enclosing);
  for (size_t i = 0; i < n && chains; i++)
    free(chains[i].dies);
  free(chains);
  free(addresses);
  return ok;
}

static int compare_queries(const void *a, const void *b) {
  const struct query *x = a, *y = b;
  if (x->has_unit != y->has_unit)
    return x->has_unit - y->has_unit;
  if (x->unit != y->unit)
    return x->unit < y->unit ? -1 : 1;
  return (x->address > y->address) - (x->address < y->address);
}

/* Unit by unit, so that libdw reads each unit's tree and line table once. */
static bool resolve_sorted(struct symbol_module *m, const struct query *queries, size_t n,
                           struct symbol_results *results) {
  for (size_t i = 0, end; i < n; i = end) {
    end = i + 1;
    while (queries[i].has_unit && end < n && queries[end].unit == queries[i].unit)
      end++;
    if (queries[i].has_unit ? !resolve_unit(m, queries + i, end - i, results)
                            : !add_without_dwarf(m, &queries[i], results))
      return false;
  }
  return true;
}

bool symbol_module_resolve(struct symbol_module *m, const struct code_place *places, size_t n,
                           struct symbol_results *results) {
  struct query *queries = calloc(n + 1, sizeof(*queries));
  if (!queries)
    return false;
  for (size_t i = 0; i < n; i++)
    queries[i] = make_query(m, &places[i]);
  qsort(queries, n, sizeof(*queries), compare_queries);
  bool ok = resolve_sorted(m, queries, n, results);
  free(queries);
  return ok;
}
