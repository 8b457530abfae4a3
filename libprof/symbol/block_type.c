#include "symbol/block_type.h"

#include "symbol/arch.h"
#include "symbol/block_variables.h"
#include "symbol/dwarf_types.h"

#include <dwarf.h>
#include <string.h>

/* A constructor that is called may be the base class's of one that was inlined around the call. */
enum { CALLED_DEPTH = 1 << 20 };
enum { WINDOW = 256, MOST_STEPS = 48, MOST_SLOTS = 4, MOST_LOADS = 3 };

/* The contents of a register or a place of the frame. */
enum held_kind {
  HELD_UNKNOWN,
  HELD_BLOCK,
  HELD_ADDRESS, /* of the program */
  HELD_LOADED,  /* from memory */
};

/* HELD_LOADED: the instruction that loaded a pointer by itself, and those that then loaded one after
 * the other through that. */
struct held {
  enum held_kind kind;
  uint64_t address; /* itself, or that of the first instruction */
  struct code_step loads[MOST_LOADS];
  unsigned n_loads;
};

struct slot {
  int base;
  int64_t offset;
};

/* How the type shows, the best first. */
enum evidence { CONSTRUCTED, ASSIGNED, PASSED, BYTES, N_EVIDENCE };

struct tracker {
  const struct block_call *call;
  struct block_variables variables;
  struct held held[ARCH_REGISTERS];
  struct slot slots[MOST_SLOTS]; /* places of the frame that hold the block */
  size_t n_slots;
  struct block_type best[N_EVIDENCE];
  unsigned depth; /* of best[CONSTRUCTED] */
};

/* The first pointer of a kind counts, and the outermost constructor. */
static void offer(struct tracker *t, Dwarf_Die *pointer, enum evidence evidence, unsigned depth) {
  Dwarf_Die type;
  if (!dwarf_pointed_to(pointer, &type))
    return;
  if (evidence != CONSTRUCTED && dwarf_type_is_bytes(&type)) {
    if (evidence == PASSED) /* functions take the bytes of anything */
      return;
    evidence = BYTES;
  }
  struct block_type *best = &t->best[evidence];
  bool outer = evidence == CONSTRUCTED && depth < t->depth;
  if ((best->form != BLOCK_NONE && !outer) ||
      (evidence != CONSTRUCTED && dwarf_type_is_polymorphic(&type)))
    return;
  best->die = type;
  best->form = evidence == ASSIGNED ? BLOCK_POINTER
               : evidence == BYTES  ? BLOCK_BYTES
                                    : BLOCK_PASSED;
  t->depth = evidence == CONSTRUCTED ? depth : t->depth;
}

/* A constructor knows better than a pointer to a base class, but it may be that of a first member,
 * where the pointer knows better. */
static struct block_type best_of(struct tracker *t) {
  struct block_type *made = &t->best[CONSTRUCTED], *kept = &t->best[ASSIGNED];
  if (made->form != BLOCK_NONE && kept->form != BLOCK_NONE &&
      !dwarf_type_inherits(&made->die, &kept->die))
    return *kept;
  for (int i = 0; i < N_EVIDENCE; i++)
    if (t->best[i].form != BLOCK_NONE)
      return t->best[i];
  return (struct block_type){0};
}

static bool is_in_register(const struct block_register *r, uint64_t address) {
  return r->reg < ARCH_REGISTERS &&
         ((r->begin <= address && address < r->end) || r->begin == address);
}

/* Only those that are there since the call. */
static void offer_variables(struct tracker *t, uint64_t address) {
  for (size_t i = 0; i < t->variables.registers.count; i++) {
    struct block_register *r = &t->variables.registers.data[i];
    if (r->begin >= t->call->address && is_in_register(r, address) &&
        t->held[r->reg].kind == HELD_BLOCK)
      offer(t, &r->variable.type,
            r->variable.of_constructor ? CONSTRUCTED
            : r->variable.passed       ? PASSED
                                       : ASSIGNED,
            r->variable.depth);
  }
}

/* The pointer that the step loads or stores through *pointer. */
static bool pointer_behind(Dwarf_Die *pointer, const struct code_step *step, Dwarf_Die *ret) {
  Dwarf_Die element;
  if (step->offset < 0 || !dwarf_pointed_to(pointer, &element))
    return false;
  uint64_t offset = (uint64_t)step->offset, size = dwarf_type_size(&element);
  bool array = step->indexed && size == sizeof(void *); /* of pointers */
  return dwarf_type_at(&element, array ? offset % size : offset, step->indexed && !array, ret);
}

/* The pointer in memory that the step loads or stores: of the frame, a global variable's, or a
 * member of what a variable points to. */
static bool pointer_in_memory(struct tracker *t, uint64_t address, const struct code_step *step,
                              Dwarf_Die *ret) {
  if (step->target)
    return block_global_pointer(&t->variables, step->target, step->indexed, ret);
  if (step->base == ARCH_NO_REGISTER)
    return false;
  if (block_frame_pointer(&t->variables, address, step, ret))
    return true;
  for (size_t i = 0; i < t->variables.registers.count; i++) {
    struct block_register *r = &t->variables.registers.data[i];
    if (r->reg == step->base && is_in_register(r, address) &&
        pointer_behind(&r->variable.type, step, ret))
      return true;
  }
  return false;
}

static const struct held *base_of(const struct tracker *t, const struct code_step *step) {
  static const struct held unknown;
  if (step->target || step->base == ARCH_NO_REGISTER)
    return &unknown;
  bool other = step->index != ARCH_NO_REGISTER && t->held[step->base].kind == HELD_UNKNOWN;
  return &t->held[other ? step->index : step->base];
}

/* The same, where the address was loaded before. */
static bool stored_pointer(struct tracker *t, uint64_t address, const struct code_step *step,
                           Dwarf_Die *ret) {
  const struct held *base = base_of(t, step);
  if (base->kind == HELD_ADDRESS)
    return block_global_pointer(&t->variables, base->address + (uint64_t)step->offset,
                                step->indexed, ret);
  if (base->kind != HELD_LOADED)
    return pointer_in_memory(t, address, step, ret);
  Dwarf_Die pointer;
  bool ok = pointer_in_memory(t, base->address, &base->loads[0], &pointer);
  for (unsigned i = 1; i < base->n_loads && ok; i++)
    ok = pointer_behind(&pointer, &base->loads[i], &pointer);
  return ok && pointer_behind(&pointer, step, ret);
}

static struct slot *slot_of(struct tracker *t, const struct code_step *step) {
  for (size_t i = 0; i < t->n_slots; i++)
    if (t->slots[i].base == step->base && t->slots[i].offset == step->offset)
      return &t->slots[i];
  return NULL;
}

static void follow_store(struct tracker *t, uint64_t address, const struct code_step *step) {
  struct slot *slot = step->target || step->indexed ? NULL : slot_of(t, step);
  if (t->held[step->from].kind != HELD_BLOCK) {
    if (slot)
      *slot = t->slots[--t->n_slots];
    return;
  }
  Dwarf_Die type;
  if (stored_pointer(t, address, step, &type))
    offer(t, &type, ASSIGNED, 0);
  if (!slot && !step->target && !step->indexed && step->base != ARCH_NO_REGISTER &&
      t->n_slots < MOST_SLOTS)
    t->slots[t->n_slots++] = (struct slot){step->base, step->offset};
}

static struct held loaded(struct tracker *t, uint64_t address, const struct code_step *step) {
  struct held held = {.kind = HELD_LOADED, .address = address};
  const struct held *base = base_of(t, step);
  if (!step->target && !step->indexed && slot_of(t, step))
    return (struct held){.kind = HELD_BLOCK};
  if (base->kind == HELD_LOADED)
    held = *base;
  if (held.n_loads == MOST_LOADS)
    return (struct held){0};
  held.loads[held.n_loads++] = *step;
  return held;
}

static void drop_slots(struct tracker *t, int base) {
  for (size_t i = t->n_slots; i-- > 0;)
    if (t->slots[i].base == base)
      t->slots[i] = t->slots[--t->n_slots];
}

/* Parameter i of a function. */
static bool parameter_type(Dwarf_Die *function, unsigned i, Dwarf_Die *ret) {
  Dwarf_Die child;
  if (dwarf_child(function, &child) != 0)
    return false;
  do
    if (dwarf_tag(&child) == DW_TAG_formal_parameter && i-- == 0)
      return dwarf_type_of(&child, ret);
  while (dwarf_next_sibling(&child));
  return false;
}

/* The function that the step calls; where it is in another library, by what the compiler says. */
static bool called_function(struct tracker *t, uint64_t address, const struct code_step *step,
                            Dwarf_Die *ret) {
  for (size_t i = 0; i < t->variables.calls.count; i++)
    if (t->variables.calls.data[i].address == address + step->length) {
      *ret = t->variables.calls.data[i].die;
      return true;
    }
  return step->target && dwarf_places_function(t->call->places, t->call->unit, step->target, ret);
}

static void follow_arguments(struct tracker *t, uint64_t address, const struct code_step *step) {
  unsigned i = 0;
  while (i < ARCH_ARGUMENTS && t->held[arch_argument_register(i)].kind != HELD_BLOCK)
    i++;
  Dwarf_Die function, type;
  if (i < ARCH_ARGUMENTS && called_function(t, address, step, &function) &&
      parameter_type(&function, i, &type))
    offer(t, &type,
          i == 0 && block_constructor_class(&function, &(Dwarf_Die){0}) ? CONSTRUCTED : PASSED,
          CALLED_DEPTH);
}

static void follow_return(struct tracker *t) {
  Dwarf_Die type;
  if (t->held[arch_result_register()].kind == HELD_BLOCK &&
      dwarf_type_of(&t->call->chain->dies[0], &type))
    offer(t, &type, ASSIGNED, 0);
}

/* False where the path ends. */
static bool follow(struct tracker *t, uint64_t address, const struct code_step *step) {
  struct held held = {0};
  switch (step->kind) {
  case STEP_RETURN:
    follow_return(t);
    return false;
  case STEP_STORE:
    follow_store(t, address, step);
    break;
  case STEP_LOAD:
    held = loaded(t, address, step);
    break;
  case STEP_MOVE:
    held = t->held[step->from];
    break;
  case STEP_ADDRESS:
    if (step->target && !step->indexed)
      held = (struct held){.kind = HELD_ADDRESS, .address = step->target};
    break;
  case STEP_CALL:
    follow_arguments(t, address, step);
    break;
  case STEP_JUMP:
  case STEP_OTHER:
    break;
  }
  for (int r = 0; r < ARCH_REGISTERS; r++)
    if (step->writes & 1u << r) {
      t->held[r] = (struct held){0};
      drop_slots(t, r);
    }
  if (step->to != ARCH_NO_REGISTER && step->kind != STEP_STORE)
    t->held[step->to] = held;
  return step->kind != STEP_JUMP;
}

/* Whether the block can still be found somewhere. */
static bool is_held(const struct tracker *t) {
  for (int r = 0; r < ARCH_REGISTERS; r++)
    if (t->held[r].kind == HELD_BLOCK)
      return true;
  return t->n_slots > 0;
}

static void follow_code(struct tracker *t) {
  const struct block_call *call = t->call;
  uint64_t place = 0;
  for (int i = 0; i < MOST_STEPS && place < call->n && is_held(t); i++) {
    struct code_step step;
    uint64_t address = call->address + place;
    offer_variables(t, address);
    if (!arch_decode(call->code + place, call->n - place, address, &step) ||
        (!follow(t, address, &step) && !(step.kind == STEP_JUMP && step.target > address)))
      return;
    place = step.kind == STEP_JUMP ? step.target - call->address : place + step.length;
  }
}

struct block_type block_type_of_call(const struct block_call *call) {
  struct tracker t = {.call = call};
  struct block_type best = {0};
  t.held[arch_result_register()].kind = HELD_BLOCK;
  if (block_variables_find(call, WINDOW, &t.variables)) {
    if (!t.variables.said.addr && !t.variables.not_allocator)
      follow_code(&t);
    best =
        t.variables.said.addr ? (struct block_type){BLOCK_POINTER, t.variables.said} : best_of(&t);
  }
  block_variables_deinit(&t.variables);
  return best;
}

/* Functions that allocate for a type, by the beginnings of their names. */
static const struct {
  const char *prefix, *suffix; /* "": any */
  const char *argument;
  enum block_form form;
} functions[] = {
    {"std::__new_allocator<", "::allocate", "_Tp", BLOCK_CONTAINER},
    {"__gnu_cxx::new_allocator<", "::allocate", "_Tp", BLOCK_CONTAINER},
    {"std::allocator<", "::allocate", "_Tp", BLOCK_CONTAINER},
    {"std::__1::allocator<", "::allocate", "_Tp", BLOCK_CONTAINER},
    {"std::make_unique<", "", "_Tp", BLOCK_ONE},
    {"alloc::raw_vec::RawVec<", "", "T", BLOCK_CONTAINER},
    {"alloc::vec::Vec<", "", "T", BLOCK_CONTAINER},
    {"<alloc::vec::Vec<", "", "T", BLOCK_CONTAINER},
    {"alloc::boxed::Box<", "", "T", BLOCK_ONE},
    {"hashbrown::raw::RawTable<", "", "T", BLOCK_TABLE},
};

struct block_type block_type_of_function(Dwarf_Die *function, const char *name) {
  size_t n = strlen(name);
  for (size_t i = 0; i < sizeof(functions) / sizeof(*functions); i++) {
    size_t suffix = strlen(functions[i].suffix);
    struct block_type type = {.form = functions[i].form};
    if (!strncmp(name, functions[i].prefix, strlen(functions[i].prefix)) && n >= suffix &&
        !strcmp(name + n - suffix, functions[i].suffix) &&
        dwarf_type_argument(function, functions[i].argument, &type.die))
      return type;
  }
  return (struct block_type){0};
}
