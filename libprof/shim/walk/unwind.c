#include "shim/walk/unwind.h"

#include "common/layout.h"
#include "shim/store/module.h"
#include "shim/walk/cfi_expression.h"
#include "shim/walk/stack_bounds.h"

#include <dlfcn.h>
#include <ucontext.h>

/* A packed row: pc in the high bits (ARCH_ADDRESS_BITS); below it the step.
 *   bit 16: the CFA is the frame pointer + offset, else the stack pointer + offset
 *   bits 5-15: offset / 8; 0 marks a special row, named by the low bits
 *   bits 0-4: the frame pointer was saved at CFA - 8 * this; 0: it is unchanged
 * The return address is where a call puts it (ARCH_RA_OFFSET): anything else does not pack. */
enum {
  STEP_BITS = 17,
  STEP_BP = 1 << 16,
  STEP_OFFSET_SHIFT = 5,
  STEP_OFFSET_MAX = (1 << 11) - 1,
  STEP_SAVED_MASK = 31
};
_Static_assert(STEP_BITS + ARCH_ADDRESS_BITS <= 64, "a packed row");
enum special {
  SPECIAL_END = 1,   /* the outermost frame */
  SPECIAL_SIGNAL,    /* the return trampoline of a signal handler: registers are in a ucontext */
  SPECIAL_INTERPRET, /* the row does not pack */
  SPECIAL_NO_ROW,    /* an object is there, but says nothing of this pc */
  SPECIAL_NO_OBJECT, /* no loaded object: a JIT's code, or no code at all */
};

enum { ROWS = 16384, ROWS_SHIFT = 64 - 14 };
static uint64_t rows[ROWS];
uint32_t unwind_forgotten;

void unwind_forget(void) {
  __atomic_fetch_add(&unwind_forgotten, 1, __ATOMIC_RELEASE);
  for (int i = 0; i < ROWS; i++)
    __atomic_store_n(&rows[i], 0, __ATOMIC_RELAXED);
  cfi_tables_forget();
}

static uint32_t step_pack(const struct cfi_row *row) {
  if (row->signal_frame)
    return SPECIAL_SIGNAL;
  if (row->ra.kind == CFI_UNDEFINED)
    return SPECIAL_END;
  bool saved = row->bp.kind == CFI_OFFSET, by_bp = row->cfa_register == ARCH_BP;
  if (row->cfa_expression || (!by_bp && row->cfa_register != ARCH_SP) || row->cfa_offset % 8 ||
      row->cfa_offset <= 0 || row->cfa_offset / 8 > STEP_OFFSET_MAX || row->ra.kind != CFI_OFFSET ||
      row->ra.offset != ARCH_RA_OFFSET || (!saved && row->bp.kind != CFI_SAME))
    return SPECIAL_INTERPRET;
  if (saved &&
      (row->bp.offset % 8 || row->bp.offset >= -8 || row->bp.offset < -8 * STEP_SAVED_MASK))
    return SPECIAL_INTERPRET;
  return (by_bp ? STEP_BP : 0) | (uint32_t)(row->cfa_offset / 8) << STEP_OFFSET_SHIFT |
         (saved ? (uint32_t)(-row->bp.offset / 8) : 0);
}

static uint32_t step_learn(uintptr_t pc) {
  struct dl_find_object object;
  struct cfi_row row;
  if (_dl_find_object((void *)pc, &object) != 0)
    return SPECIAL_NO_OBJECT;
  module_register(pc, &object);
  struct cfi_tables tables;
  if (!cfi_tables_find(pc, &object, &tables))
    return SPECIAL_NO_ROW;
  if (cfi_find(&tables, pc, &row))
    return step_pack(&row);
  /* No call returns to the start of a function with none right before it: the stack was built by
   * hand, as makecontext does, and nothing called what is at its end. */
  return cfi_find(&tables, pc + 1, &row) ? SPECIAL_END : SPECIAL_NO_ROW;
}

/* The step of pc. Two threads may learn the same pc at once; both write the same word. */
static inline uint32_t step_of(uintptr_t pc) {
  uint64_t *row = &rows[pc * 0x9e3779b97f4a7c15ull >> ROWS_SHIFT];
  uint64_t word = __atomic_load_n(row, __ATOMIC_RELAXED);
  if (__builtin_expect(word >> STEP_BITS == pc, 1))
    return (uint32_t)word & ((1u << STEP_BITS) - 1);
  if (pc >> ARCH_ADDRESS_BITS)
    return SPECIAL_NO_OBJECT;
  uint32_t step = step_learn(pc);
  __atomic_store_n(row, (uint64_t)pc << STEP_BITS | step, __ATOMIC_RELAXED);
  return step;
}

struct walk {
  struct cfi_frame frame;
  uintptr_t
      lookup; /* the address to look frame.pc up by: inside the call, or where a signal struck */
  uintptr_t bp_at; /* of the last step, see struct fresh_frame */
  bool by_bp;      /* likewise */
  struct stack_bounds bounds;
  bool main_thread;
};

/* How a step ended. MET, FULL and ZERO are ends of walks alone: it met the last walk, has all
 * frames that are wanted, or stepped to a return address of 0. */
enum outcome { STEPPED, STEPPED_SIGNAL, FINISHED, STUCK, MET, FULL, ZERO };

static inline bool readable(const struct walk *w, uintptr_t address) {
  return address >= w->frame.sp && address < w->bounds.last && address % 8 == 0;
}

/* A register's saved value: where a signal struck after the register was popped, the call frame
 * information still names the place, which is below the stack pointer but in the red zone. */
enum { RED_ZONE = 128 };
static inline bool readable_saved(const struct walk *w, uintptr_t address) {
  return address >= w->frame.sp - RED_ZONE && address < w->bounds.last && address % 8 == 0;
}

/* The same where pages may have to be asked for. */
static bool reachable(struct walk *w, uintptr_t address, uintptr_t most) {
  return address >= w->frame.sp && address % 8 == 0 &&
         (address < w->bounds.last || stack_bounds_reach(&w->bounds, address, most));
}

static inline uintptr_t stack_load(uintptr_t address) {
  return *(const uintptr_t *)address;
}

static inline enum outcome move_to(struct walk *w, uintptr_t cfa, uintptr_t bp, uintptr_t bp_at) {
  w->bp_at = bp_at;
  w->frame.pc = stack_load(cfa + ARCH_RA_OFFSET);
  w->frame.sp = cfa;
  w->frame.bp = bp;
  w->lookup = w->frame.pc - 1;
  return STEPPED;
}

/* A packed row: the CFA must lie above the stack pointer, or the walk would not end. */
static inline __attribute__((always_inline)) enum outcome step_packed(struct walk *w,
                                                                      uint32_t step) {
  w->by_bp = step & STEP_BP;
  uintptr_t cfa =
      (w->by_bp ? w->frame.bp : w->frame.sp) + 8 * (step >> STEP_OFFSET_SHIFT & STEP_OFFSET_MAX);
  if (!readable(w, cfa + ARCH_RA_OFFSET))
    return STUCK;
  if (!(step & STEP_SAVED_MASK))
    return move_to(w, cfa, w->frame.bp, 0);
  uintptr_t saved = cfa - 8 * (step & STEP_SAVED_MASK);
  return readable_saved(w, saved) ? move_to(w, cfa, stack_load(saved), saved) : STUCK;
}

/* A packed row whose frame ends on a page that is not known yet. */
static __attribute__((noinline)) enum outcome step_packed_asking(struct walk *w, uint32_t step) {
  uintptr_t cfa =
      (w->by_bp ? w->frame.bp : w->frame.sp) + 8 * (step >> STEP_OFFSET_SHIFT & STEP_OFFSET_MAX);
  return reachable(w, cfa + ARCH_RA_OFFSET, STACK_REACH) ? step_packed(w, step) : STUCK;
}

/* A guess: bp may be anything, and point to another stack or to where nothing is mapped. */
static enum outcome step_frame_pointer(struct walk *w) {
  uintptr_t bp = w->frame.bp, cfa = bp + sizeof(struct arch_frame);
  bool others = w->bounds.asked;
  w->by_bp = true;
  stack_bounds_distrust(&w->bounds, w->frame.sp);
  if (!reachable(w, bp, STACK_REACH_GUESSED) ||
      !reachable(w, cfa + ARCH_RA_OFFSET, STACK_REACH_GUESSED))
    return STUCK;
  /* Nothing returns to a frame that was only guessed, so its page may be gone at the next look: no
   * later walk goes by it. */
  bool may_vanish = others && ((w->frame.sp - 1) ^ (cfa - 1)) >= STACK_PAGE;
  return move_to(w, cfa, stack_load(bp), may_vanish ? BP_AT_UNKNOWN : bp);
}

/* The kernel leaves a ucontext where the handler's frame ends (its struct rt_sigframe). */
static enum outcome step_signal(struct walk *w) {
  const ucontext_t *uc = (const void *)w->frame.sp;
  if (!reachable(w, arch_interrupted_end(uc), STACK_REACH))
    return STUCK;
  arch_interrupted(uc, &w->frame.pc, &w->frame.sp, &w->frame.bp);
  w->lookup = w->frame.pc;
  w->bp_at = BP_AT_UNKNOWN;
  /* The handler may have had a stack of its own. */
  if (w->frame.sp < (uintptr_t)uc || w->frame.sp >= w->bounds.last)
    w->bounds = stack_bounds_unknown(w->frame.sp, w->main_thread);
  return STEPPED_SIGNAL;
}

static bool apply_rule(struct walk *w, const struct cfi_rule *rule, uintptr_t cfa,
                       uintptr_t *value) {
  uintptr_t address;
  switch (rule->kind) {
  case CFI_SAME:
    return true;
  case CFI_OFFSET:
    address = cfa + (uintptr_t)rule->offset;
    break;
  case CFI_VAL_OFFSET:
    *value = cfa + (uintptr_t)rule->offset;
    return true;
  case CFI_EXPRESSION:
    if (!cfi_evaluate(rule->expression, rule->length, &w->frame, &w->bounds, true, cfa, &address))
      return false;
    break;
  case CFI_VAL_EXPRESSION:
    return cfi_evaluate(rule->expression, rule->length, &w->frame, &w->bounds, true, cfa, value);
  default:
    return false;
  }
  if (!readable_saved(w, address) && !reachable(w, address, STACK_REACH))
    return false;
  *value = stack_load(address);
  return true;
}

static enum outcome step_interpreted(struct walk *w) {
  struct dl_find_object object;
  struct cfi_tables tables;
  struct cfi_row row;
  uintptr_t cfa, pc = 0, bp = w->frame.bp;
  if (_dl_find_object((void *)w->lookup, &object) != 0 ||
      !cfi_tables_find(w->lookup, &object, &tables) || !cfi_find(&tables, w->lookup, &row))
    return STUCK;
  if (row.cfa_expression) {
    if (!cfi_evaluate(row.cfa_expression, row.cfa_length, &w->frame, &w->bounds, false, 0, &cfa))
      return STUCK;
  } else if (row.cfa_register == ARCH_BP || row.cfa_register == ARCH_SP)
    cfa = (row.cfa_register == ARCH_BP ? w->frame.bp : w->frame.sp) + (uintptr_t)row.cfa_offset;
  else
    return STUCK;
  if (cfa <= w->frame.sp || cfa > w->bounds.end || !apply_rule(w, &row.ra, cfa, &pc) ||
      !apply_rule(w, &row.bp, cfa, &bp))
    return STUCK;
  w->frame = (struct cfi_frame){pc, cfa, bp};
  w->lookup = pc - 1;
  w->bp_at = BP_AT_UNKNOWN;
  return STEPPED;
}

static __attribute__((noinline)) enum outcome step_special(struct walk *w, uint32_t step) {
  switch ((enum special)step) {
  case SPECIAL_END:
    return FINISHED;
  case SPECIAL_SIGNAL:
    return step_signal(w);
  case SPECIAL_INTERPRET:
    return step_interpreted(w);
  default:
    /* A return address of 0 ends the stacks that some runtimes and coroutine libraries build by
     * hand. */
    return w->frame.pc ? step_frame_pointer(w) : FINISHED;
  }
}

/* The walk is handed over in a copy: so its usual steps stay in registers. */
static inline __attribute__((always_inline)) enum outcome step_once(struct walk *w) {
  uint32_t step = step_of(w->lookup);
  bool packed = step >> STEP_OFFSET_SHIFT != 0;
  if (__builtin_expect(packed, 1)) {
    enum outcome outcome = step_packed(w, step);
    if (__builtin_expect(outcome != STUCK || !w->bounds.asked, 1))
      return outcome;
  }
  struct walk copy = *w;
  enum outcome outcome = packed ? step_packed_asking(&copy, step) : step_special(&copy, step);
  *w = copy;
  return outcome;
}

/* The number of the last walk's frames, counted from the outermost, that the walk can take over:
 * its present frame is the innermost of them. *from is where to look, and moves outwards with the
 * walk. */
static inline __attribute__((always_inline)) uint32_t shared_frames(const struct last_walk *last,
                                                                    const struct cfi_frame *now,
                                                                    uint64_t pc, uint32_t *from) {
  while (*from && last->frame[*from - 1].sp < now->sp)
    --*from;
  if (!*from)
    return 0;
  const struct walk_frame *candidate = &last->frame[*from - 1];
  return walk_is_frame(candidate, pc, now->sp, now->bp) &&
                 walk_checks_hold(&last->checks, candidate->checks)
             ? *from
             : 0;
}

/* A walk that was cut holds the wrong frames for one that is a little less deep. An incomplete walk
 * has no check of the place that it got stuck on. */
static uint32_t reusable_depth(struct last_walk *last) {
  uint32_t now = __atomic_load_n(&unwind_forgotten, __ATOMIC_ACQUIRE);
  bool reusable = last->forgotten == now && !last->flags;
  last->forgotten = now;
  return reusable ? last->depth : 0;
}

/* The same call from the same place as last time. */
static inline bool same_again(const struct cfi_frame *start, const struct last_walk *last) {
  if (!last->depth)
    return false;
  const struct walk_frame *innermost = &last->frame[last->depth - 1];
  return walk_is_frame(innermost, start->pc, start->sp, start->bp) &&
         !(last->flags & STACK_INCOMPLETE) &&
         last->forgotten == __atomic_load_n(&unwind_forgotten, __ATOMIC_ACQUIRE) &&
         walk_checks_hold(&last->checks, innermost->checks);
}

static inline bool has_stepped(enum outcome outcome) {
  return outcome == STEPPED || outcome == STEPPED_SIGNAL;
}

/* Walks until the present frame is one that the last walk found, and everything outside of it is as
 * it was, or until the walk ends; says why it ended. Frames on the way, n of them, go to
 * last->fresh; *shared is how many are those of the last walk. */
static inline __attribute__((always_inline)) enum outcome
walk_until_known(struct walk *w, struct last_walk *last, uint32_t max, uint32_t *n,
                 uint32_t *shared) {
  uint32_t from = reusable_depth(last);
  enum outcome outcome = STEPPED;
  while (w->frame.pc && has_stepped(outcome)) {
    uint64_t pc = w->frame.pc | (outcome == STEPPED_SIGNAL ? FRAME_EXACT_PC : 0);
    *shared = shared_frames(last, &w->frame, pc, &from);
    if (*shared && *shared + *n <= max)
      return MET;
    if (*n == max)
      return FULL;
    struct fresh_frame *fresh = &last->fresh[(*n)++];
    fresh->pc = pc;
    fresh->sp = w->frame.sp;
    fresh->bp = w->frame.bp;
    fresh->bp_at = w->bp_at;
    outcome = step_once(w);
    fresh->by_bp = has_stepped(outcome) && w->by_bp;
  }
  return has_stepped(outcome) ? ZERO : outcome;
}

void unwind_stack(struct cfi_frame start, struct last_walk *last, uint32_t max, bool main_thread) {
  if (same_again(&start, last))
    return;
  struct walk w = {.frame = start,
                   .lookup = start.pc - 1,
                   .bp_at = BP_AT_UNKNOWN,
                   .bounds = stack_bounds_of(start.sp, main_thread),
                   .main_thread = main_thread};
  uint32_t n = 0, shared = 0;
  switch (walk_until_known(&w, last, max, &n, &shared)) {
  case MET:
    last_walk_finish(last, shared, n, w.bp_at, NULL, last->flags);
    break;
  case ZERO:
    last_walk_finish(last, 0, n, w.bp_at, &(struct walk_frame){.sp = w.frame.sp}, 0);
    break;
  case STUCK:
    last_walk_finish(last, 0, n, 0, NULL, STACK_INCOMPLETE);
    break;
  case FULL:
    last_walk_finish(last, 0, n, 0, NULL, STACK_TRUNCATED);
    break;
  default:
    last_walk_finish(last, 0, n, 0, NULL, 0);
  }
}
