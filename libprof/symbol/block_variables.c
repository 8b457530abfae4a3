#include "symbol/block_variables.h"

#include "model/allocator_names.h"
#include "symbol/dwarf_types.h"

#include <dwarf.h>
#include <string.h>

/* LLVM's attribute, for which elfutils has no name. */
enum { AT_LLVM_ALLOC_TYPE = 0x3e0e, MOST_DEPTH = 64, MOST_LINKS = 4 };

struct search {
  struct block_variables *found;
  uint64_t begin, end; /* of the code that is looked at */
  size_t *left;        /* so many more DIEs are looked at */
  bool failed;
};

static bool overlaps(const struct search *s, Dwarf_Die *die) {
  Dwarf_Addr base, low, high;
  bool has_code = false;
  for (ptrdiff_t i = dwarf_ranges(die, 0, &base, &low, &high); i > 0;
       i = dwarf_ranges(die, i, &base, &low, &high)) {
    has_code = true;
    if (low < s->end && high > s->begin)
      return true;
  }
  return !has_code;
}

/* The name of a class is that of its constructors, less its template arguments. */
static bool is_name_of(const char *class, const char *function) {
  size_t n = strcspn(class, "<");
  return !strncmp(class, function, n) && (!function[n] || function[n] == '<');
}

static bool is_this(Dwarf_Die *die) {
  const char *name = dwarf_diename(die);
  return dwarf_tag(die) == DW_TAG_formal_parameter && name && !strcmp(name, "this");
}

bool block_constructor_class(Dwarf_Die *function, Dwarf_Die *ret) {
  Dwarf_Die die = *function, child, type;
  Dwarf_Attribute attr;
  const char *name = dwarf_diename(function), *class;
  for (int links = 0; dwarf_child(&die, &child) != 0;
       links++) /* a damaged file's may be a circle */
    if (links == MOST_LINKS ||
        !dwarf_formref_die(dwarf_attr(&die, DW_AT_abstract_origin, &attr), &die))
      return false;
  while (!is_this(&child))
    if (!dwarf_next_sibling(&child))
      return false;
  return name && dwarf_type_of(&child, &type) && dwarf_pointed_to(&type, ret) &&
         (class = dwarf_diename(ret)) && is_name_of(class, name);
}

static void note_variable(struct search *s, Dwarf_Die *die, const struct block_variable *scope) {
  struct block_variable v = *scope;
  v.die = *die;
  v.of_constructor = scope->of_constructor && is_this(die);
  if (dwarf_hasattr(die, DW_AT_location) && dwarf_type_of(die, &v.type) &&
      !VECTOR_PUSH(&s->found->items, v))
    s->failed = true;
}

static bool is_no_allocator(const char *name) {
  return name && strncmp(name, "operator new", 12) != 0 && !allocator_name_allocates(name) &&
         !allocator_name_is_likely(name);
}

static void note_call(struct search *s, Dwarf_Die *die) {
  Dwarf_Attribute attr;
  struct dwarf_place callee;
  Dwarf_Attribute *at = dwarf_attr(die, DW_AT_call_return_pc, &attr);
  if (!at)
    at = dwarf_attr(die, DW_AT_low_pc, &attr); /* DW_TAG_GNU_call_site */
  if (dwarf_formaddr(at, &callee.address) != 0 || callee.address < s->begin ||
      callee.address >= s->end)
    return;
  bool ours = callee.address == s->begin;
  if (ours && !dwarf_formref_die(dwarf_attr(die, AT_LLVM_ALLOC_TYPE, &attr), &s->found->said))
    s->found->said = (Dwarf_Die){0};
  at = dwarf_attr(die, DW_AT_call_origin, &attr);
  if (!at)
    at = dwarf_attr(die, DW_AT_abstract_origin, &attr);
  if (!dwarf_formref_die(at, &callee.die))
    return;
  if (ours)
    s->found->not_allocator = is_no_allocator(dwarf_diename(&callee.die));
  else if (!VECTOR_PUSH(&s->found->calls, callee))
    s->failed = true;
}

/* `scope` is what all variables of the parent have in common. */
static void visit_scope(struct search *s, Dwarf_Die *parent, const struct block_variable *scope,
                        unsigned depth) {
  Dwarf_Die die, class;
  if (depth > MOST_DEPTH || dwarf_child(parent, &die) != 0)
    return;
  do {
    struct block_variable inner = {.scope = die, .depth = scope->depth, .passed = scope->passed};
    *s->left -= *s->left > 0;
    switch (dwarf_tag(&die)) {
    case DW_TAG_formal_parameter:
    case DW_TAG_variable:
      note_variable(s, &die, scope);
      break;
    case DW_TAG_call_site:
    case DW_TAG_GNU_call_site:
      note_call(s, &die);
      break;
    case DW_TAG_inlined_subroutine:
      inner.depth++;
      inner.passed = dwarf_haspc(&die, s->begin - 1) != 1;
      inner.of_constructor = block_constructor_class(&die, &class);
      if (overlaps(s, &die))
        visit_scope(s, &die, &inner, depth + 1);
      break;
    case DW_TAG_lexical_block:
    case DW_TAG_try_block:
    case DW_TAG_catch_block:
      if (overlaps(s, &die))
        visit_scope(s, &die, &inner, depth + 1);
      break;
    default:
      break;
    }
  } while (!s->failed && *s->left && dwarf_next_sibling(&die));
}

/* The register that the expression names; -1 for any other. */
static int register_of(const Dwarf_Op *op, size_t n) {
  if (n != 1)
    return -1;
  if (op->atom >= DW_OP_reg0 && op->atom <= DW_OP_reg31)
    return op->atom - DW_OP_reg0;
  return op->atom == DW_OP_regx && op->number <= INT8_MAX ? (int)op->number : -1;
}

/* Where the pointer is in registers while the code runs that is looked at. */
static void note_registers(struct search *s, struct block_variable *variable) {
  struct block_register r = {.variable = *variable};
  Dwarf_Attribute attr;
  Dwarf_Op *op;
  size_t n;
  Dwarf_Addr base;
  Dwarf_Die pointed_to;
  if (!dwarf_pointed_to(&variable->type, &pointed_to) ||
      !dwarf_attr(&variable->die, DW_AT_location, &attr))
    return;
  for (ptrdiff_t i = dwarf_getlocations(&attr, 0, &base, &r.begin, &r.end, &op, &n); i > 0;
       i = dwarf_getlocations(&attr, i, &base, &r.begin, &r.end, &op, &n)) {
    bool everywhere = r.begin == 0 && r.end == (Dwarf_Addr)-1; /* where its scope is */
    if (everywhere && dwarf_entrypc(&variable->scope, &r.begin) != 0)
      continue;
    r.reg = register_of(op, n);
    if (r.reg >= 0 && r.begin < s->end && r.end >= s->begin &&
        !VECTOR_PUSH(&s->found->registers, r))
      s->failed = true;
  }
}

bool block_variables_find(const struct block_call *call, uint64_t length,
                          struct block_variables *ret) {
  *ret = (struct block_variables){.call = call};
  struct search s = {ret, call->address, call->address + length, call->left, false};
  struct block_variable scope = {.scope = call->chain->dies[0]};
  visit_scope(&s, &call->chain->dies[0], &scope, 0);
  if (!*s.left) /* those that were not seen may say something else */
    ret->not_allocator = true;
  for (size_t i = 0; i < ret->items.count && !ret->not_allocator && !ret->said.addr; i++)
    note_registers(&s, &ret->items.data[i]);
  return !s.failed;
}

void block_variables_deinit(struct block_variables *variables) {
  VECTOR_DEINIT(&variables->items);
  VECTOR_DEINIT(&variables->registers);
  VECTOR_DEINIT(&variables->calls);
}

/* The frame's base: a register, and the bytes that are added to it. */
static bool frame_base(const struct block_variables *variables, uint64_t address, int *reg,
                       int64_t *offset) {
  Dwarf_Attribute attr;
  Dwarf_Op *op;
  size_t n;
  if (dwarf_getlocation_addr(dwarf_attr(&variables->call->chain->dies[0], DW_AT_frame_base, &attr),
                             address, &op, &n, 1) != 1 ||
      n != 1)
    return false;
  *offset = 0;
  if (op->atom >= DW_OP_reg0 && op->atom <= DW_OP_reg31) {
    *reg = op->atom - DW_OP_reg0;
    return true;
  }
  if (op->atom != DW_OP_call_frame_cfa)
    return false;
  Dwarf_Addr bias;
  Dwarf_CFI *cfi = dwfl_module_eh_cfi(variables->call->module, &bias);
  Dwarf_Frame *frame = NULL;
  if (!cfi || dwarf_cfi_addrframe(cfi, address + variables->call->to_cfi - bias, &frame) != 0)
    return false;
  bool ok = dwarf_frame_cfa(frame, &op, &n) == 0 && n == 1;
  if (ok && op->atom >= DW_OP_breg0 && op->atom <= DW_OP_breg31) {
    *reg = op->atom - DW_OP_breg0;
    *offset = (int64_t)op->number;
  } else if (ok && op->atom == DW_OP_bregx) {
    *reg = (int)op->number;
    *offset = (int64_t)op->number2;
  } else
    ok = false;
  free(frame);
  return ok;
}

bool block_frame_pointer(const struct block_variables *variables, uint64_t address,
                         const struct code_step *step, Dwarf_Die *ret) {
  int reg;
  int64_t shift;
  if (!frame_base(variables, address, &reg, &shift) || reg != step->base)
    return false;
  for (size_t i = 0; i < variables->items.count; i++) {
    struct block_variable *v = &variables->items.data[i];
    Dwarf_Attribute attr;
    Dwarf_Op *op;
    size_t n;
    if (dwarf_getlocation_addr(dwarf_attr(&v->die, DW_AT_location, &attr), address, &op, &n, 1) !=
            1 ||
        n != 1 || op->atom != DW_OP_fbreg)
      continue;
    int64_t within = step->offset - shift - (int64_t)op->number;
    if (within >= 0 && (uint64_t)within < dwarf_type_size(&v->type) &&
        dwarf_type_at(&v->type, (uint64_t)within, step->indexed, ret))
      return true;
  }
  return false;
}

/* The pointer at an address, in the variable that begins at `begin`. */
static bool pointer_within(Dwarf_Die *variable, uint64_t begin, uint64_t address, bool of_array,
                           Dwarf_Die *ret) {
  Dwarf_Die type;
  return begin <= address && dwarf_type_of(variable, &type) &&
         address - begin < dwarf_type_size(&type) &&
         dwarf_type_at(&type, address - begin, of_array, ret);
}

bool block_global_pointer(const struct block_variables *variables, uint64_t address, bool of_array,
                          Dwarf_Die *ret) {
  Dwarf_Die die;
  uint64_t begin;
  for (size_t i = 0; i < variables->items.count; i++) { /* static ones of the function */
    die = variables->items.data[i].die;
    if (dwarf_variable_address(&die, &begin) && pointer_within(&die, begin, address, of_array, ret))
      return true;
  }
  const struct block_call *call = variables->call;
  return dwarf_places_variable(call->places, call->unit, address, &begin, &die) &&
         pointer_within(&die, begin, address, of_array, ret);
}
