#include "symbol/unit_types.h"

#include "base/cleanup.h"
#include "symbol/block_size.h"
#include "symbol/block_type.h"
#include "symbol/dwarf_layout.h"
#include "symbol/dwarf_types.h"

#include <stdlib.h>
#include <unistd.h>

enum { CODE_BYTES = 256, FUNCTION_BYTES = 8192 };

/* For a unit, half a second's work: each call looks at all of its function, and may be one of
 * thousands in it. */
enum { MOST_DIES = 2000000 };

/* Rule 2 of block_type.h, the innermost function first. */
static struct block_type type_of_frames(const struct dwarf_chain *chain,
                                        const struct symbol_frame *frames, size_t n) {
  struct block_type type = {0};
  for (size_t i = 0; n == chain->count && i < n && type.form == BLOCK_NONE; i++)
    type = block_type_of_function(&chain->dies[n - 1 - i], frames[i].name);
  return type;
}

static size_t read_code(const struct unit_calls *calls, uint64_t offset, void *ret, size_t most) {
  ssize_t n = calls->binary->debug_only || calls->binary->fd < 0
                  ? 0
                  : pread(calls->binary->fd, ret, most, (off_t)offset);
  return n > 0 ? (size_t)n : 0;
}

/* Several structs in one block are an array only where the size was worked out as one's: else it may
 * be a header and something. `back` is the place that the call returns to. */
static bool may_be_array(const struct unit_calls *calls, const struct dwarf_chain *chain,
                         const struct block_call *call, uint64_t back, Dwarf_Die *type) {
  uint8_t code[FUNCTION_BYTES];
  Dwarf_Addr entry;
  if (!dwarf_type_is_struct(type))
    return true;
  if (dwarf_entrypc(&chain->dies[0], &entry) != 0 || entry >= call->address ||
      call->address - entry > sizeof(code) || call->address - entry > back)
    return false;
  size_t n = call->address - entry;
  return read_code(calls, back - n, code, n) == n &&
         block_size_is_of_array(code, n, entry, dwarf_type_size(type));
}

/* The address is that of the call's last byte. */
static struct block_type find_type(const struct unit_calls *calls, size_t i,
                                   struct dwarf_places *places, size_t *left,
                                   const struct symbol_results *results,
                                   const struct symbol_result *item) {
  const struct dwarf_chain *chain = &calls->chains[i];
  struct block_type type =
      type_of_frames(chain, results->frames + item->first_frame, item->n_frames);
  if (type.form != BLOCK_NONE || !chain->count)
    return type;
  uint8_t code[CODE_BYTES];
  struct block_call call = {.address = calls->addresses[i] + 1,
                            .code = code,
                            .n = read_code(calls, item->offset + 1, code, sizeof(code)),
                            .chain = chain,
                            .module = calls->module,
                            .to_cfi = calls->to_module,
                            .unit = calls->unit,
                            .places = places,
                            .left = left};
  type = block_type_of_call(&call);
  if (type.form == BLOCK_POINTER && !may_be_array(calls, chain, &call, item->offset + 1, &type.die))
    type.form = BLOCK_PASSED;
  return type;
}

static bool describe(const struct dwarf_enclosing *enclosing, struct block_type *found,
                     struct symbol_results *results, struct symbol_type *ret) {
  _cleanup_strbuf_ struct strbuf name = STRBUF_INIT, layout = STRBUF_INIT;
  dwarf_type_append_name(&name, enclosing, &found->die);
  strbuf_append(&layout, "");
  dwarf_layout_append(&layout, &found->die);
  if (strbuf_failed(&name) || strbuf_failed(&layout))
    return false;
  *ret = (struct symbol_type){
      found->form, dwarf_type_size(&found->die), dwarf_type_is_flexible(&found->die),
      symbol_results_string(results, name.data), symbol_results_string(results, layout.data)};
  return ret->name && ret->layout;
}

bool unit_types_add(const struct unit_calls *calls, size_t first, struct symbol_results *results) {
  _cleanup_free_ struct block_type *types = calloc(calls->n, sizeof(*types));
  struct dwarf_enclosing enclosing = {0};
  struct dwarf_places places = {0};
  size_t left = MOST_DIES;
  bool ok = types;
  for (size_t i = 0; i < calls->n && ok; i++) {
    types[i] = find_type(calls, i, &places, &left, results, &results->items[first + i]);
    if (types[i].form != BLOCK_NONE)
      ok = dwarf_type_want_name(&enclosing, &types[i].die);
  }
  ok = ok && dwarf_enclosing_find(&enclosing);
  for (size_t i = 0; i < calls->n && ok; i++)
    if (types[i].form != BLOCK_NONE)
      ok = describe(&enclosing, &types[i], results, &results->items[first + i].type);
  dwarf_enclosing_deinit(&enclosing);
  dwarf_places_deinit(&places);
  return ok;
}
