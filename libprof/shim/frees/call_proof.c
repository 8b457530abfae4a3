#include "shim/frees/call_proof.h"

#include "shim/frees/arch.h"
#include "shim/frees/imports.h"
#include "shim/store/space.h"
#include "shim/sys/next.h"
#include "shim/sys/text.h"

#include <dlfcn.h>
#include <stdlib.h>

static const struct operators *operators;
static const struct link_map *last; /* of those loaded at the start */

void call_proof_begin(const struct operators *seen) {
  const struct link_map *map = seen->first;
  while (map->l_next)
    map = map->l_next;
  last = map;
  operators = seen;
}

bool call_proof_begun(void) {
  return operators;
}

static const struct link_map *map_of(uintptr_t pc) {
  struct dl_find_object object;
  return _dl_find_object((void *)(pc - 1), &object) ? NULL : object.dlfo_link_map;
}

bool call_proof_stays(uintptr_t pc) {
  const struct link_map *wanted = map_of(pc), *map = operators->first;
  while (map != wanted && map != last)
    map = map->l_next;
  return map == wanted;
}

/* Modules of glibc and the compilers, and the one that holds the operators themselves. */
static bool is_known(const struct link_map *map) {
  static const char *const names[] = {
      "libc.so.6",  "libm.so.6",     "libgcc_s.so.1",     "libpthread.so.0", "libdl.so.2",
      "librt.so.1", "libmemprof.so", "libmemprof-new.so", ARCH_LOADER,       "linux-vdso.so.1"};
  const char *base = text_base_name(map->l_name);
  for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
    if (text_equal(base, names[i]))
      return true;
  return map == operators->cxx_library;
}

static bool started_closed(void) {
  for (const struct link_map *map = operators->first;; map = map->l_next) {
    unsigned found = is_known(map) ? IMPORTS_NEW : imports_operators(map);
    if (!(found & (IMPORTS_NEW | IMPORTS_DELETE)) || found & DEFINES_OPERATORS)
      return false;
    if (map == last)
      return true;
  }
}

bool call_proof_is_closed(void) {
  enum { UNKNOWN, CLOSED, OPEN };
  static int state;
  if (last->l_next || __atomic_load_n(&recording->load_generation, __ATOMIC_RELAXED) > 1)
    return false;
  if (__atomic_load_n(&state, __ATOMIC_RELAXED) == UNKNOWN)
    __atomic_store_n(&state, started_closed() ? CLOSED : OPEN, __ATOMIC_RELAXED);
  return __atomic_load_n(&state, __ATOMIC_RELAXED) == CLOSED;
}

/* Whether every module but this one takes such operators from elsewhere, so that it has none. */
static bool others_import(const struct link_map *one, unsigned import) {
  for (const struct link_map *map = operators->first;; map = map->l_next) {
    if (map != one && !is_known(map) && !(imports_operators(map) & import))
      return false;
    if (map == last)
      return true;
  }
}

static enum proof proof_of(uintptr_t pc, unsigned import) {
  const struct link_map *map = map_of(pc);
  if (!map)
    return PROOF_NONE;
  if (next_same_object((void *)(pc - 1), abort))
    return PROOF_WHOLE;
  uintptr_t called = arch_called(pc);
  bool direct = called && next_same_object((void *)called, call_proof_malloc);
  if (!direct && !call_proof_is_closed())
    return PROOF_NONE;
  unsigned found = imports_operators(map);
  if (found & DEFINES_OPERATORS)
    return PROOF_NONE;
  if (found & import)
    return PROOF_WHOLE;
  return direct ? PROOF_BY_NAME : others_import(map, import) ? PROOF_BY_MODULE : PROOF_NONE;
}

enum proof call_proof_malloc(uintptr_t pc) {
  return proof_of(pc, IMPORTS_NEW);
}

enum proof call_proof_free(uintptr_t pc) {
  return proof_of(pc, IMPORTS_DELETE);
}

enum proof call_proof_operator(uintptr_t pc, enum block_family family, bool deletes) {
  if (call_proof_is_closed())
    return PROOF_WHOLE;
  uintptr_t called = arch_called(pc);
  for (int i = deletes ? OPERATOR_FIRST_DELETE : 0; called && i < OPERATOR_COUNT; i++)
    if (called == (uintptr_t)operators->own[i])
      return operator_family((enum operator_number)i) == family ? PROOF_WHOLE : PROOF_NONE;
  return PROOF_NONE;
}
