#include "shim/walk/cfi_expression.h"
#include "shim/walk/cfi_read.h"

enum {
  OP_DEREF = 0x06,
  OP_CONST1U = 0x08,
  OP_CONST1S = 0x09,
  OP_CONST2U = 0x0a,
  OP_CONST2S = 0x0b,
  OP_CONST4U = 0x0c,
  OP_CONST4S = 0x0d,
  OP_CONST8U = 0x0e,
  OP_CONSTU = 0x10,
  OP_CONSTS = 0x11,
  OP_DUP = 0x12,
  OP_DROP = 0x13,
  OP_AND = 0x1a,
  OP_MINUS = 0x1c,
  OP_MUL = 0x1e,
  OP_PLUS = 0x22,
  OP_PLUS_UCONST = 0x23,
  OP_SHL = 0x24,
  OP_GE = 0x2a,
  OP_LIT0 = 0x30,
  OP_LIT31 = 0x4f,
  OP_BREG0 = 0x70,
  OP_BREG31 = 0x8f,
};

enum { STACK_SIZE = 16 };

struct stack {
  int64_t value[STACK_SIZE];
  unsigned n;
  bool failed;
};

static void push(struct stack *s, int64_t value) {
  if (s->n < STACK_SIZE)
    s->value[s->n++] = value;
  else
    s->failed = true;
}

static int64_t pop(struct stack *s) {
  if (s->n)
    return s->value[--s->n];
  s->failed = true;
  return 0;
}

static void push_register(struct stack *s, unsigned reg, int64_t offset,
                          const struct cfi_frame *frame) {
  if (reg == ARCH_BP)
    push(s, (int64_t)(frame->bp + (uint64_t)offset));
  else if (reg == ARCH_SP)
    push(s, (int64_t)(frame->sp + (uint64_t)offset));
  else if (reg == ARCH_RA)
    push(s, (int64_t)(frame->pc + (uint64_t)offset));
  else
    s->failed = true;
}

static void dereference(struct stack *s, const struct cfi_frame *frame,
                        struct stack_bounds *bounds) {
  uintptr_t address = (uintptr_t)pop(s);
  if (address < frame->sp || address % 8 || !stack_bounds_reach(bounds, address, STACK_REACH))
    s->failed = true;
  else
    push(s, *(const int64_t *)address);
}

static void binary(struct stack *s, uint8_t op) {
  int64_t b = pop(s), a = pop(s);
  switch (op) {
  case OP_AND:
    return push(s, a & b);
  case OP_MINUS:
    return push(s, (int64_t)((uint64_t)a - (uint64_t)b));
  case OP_MUL:
    return push(s, (int64_t)((uint64_t)a * (uint64_t)b));
  case OP_PLUS:
    return push(s, (int64_t)((uint64_t)a + (uint64_t)b));
  case OP_SHL:
    return push(s, b < 64 ? (int64_t)((uint64_t)a << b) : 0);
  default: /* OP_GE */
    return push(s, a >= b);
  }
}

static bool push_constant(struct stack *s, uint8_t op, struct cursor *c) {
  switch (op) {
  case OP_CONST1U:
    return push(s, read_u8(c)), true;
  case OP_CONST1S:
    return push(s, (int8_t)read_u8(c)), true;
  case OP_CONST2U:
    return push(s, read_u16(c)), true;
  case OP_CONST2S:
    return push(s, (int16_t)read_u16(c)), true;
  case OP_CONST4U:
    return push(s, read_u32(c)), true;
  case OP_CONST4S:
    return push(s, (int32_t)read_u32(c)), true;
  case OP_CONST8U:
    return push(s, (int64_t)read_u64(c)), true;
  case OP_CONSTU:
    return push(s, (int64_t)read_uleb(c)), true;
  case OP_CONSTS:
    return push(s, read_sleb(c)), true;
  default:
    return false;
  }
}

static void execute(struct stack *s, uint8_t op, struct cursor *c, const struct cfi_frame *frame,
                    struct stack_bounds *bounds) {
  if (op >= OP_LIT0 && op <= OP_LIT31)
    push(s, op - OP_LIT0);
  else if (op >= OP_BREG0 && op <= OP_BREG31)
    push_register(s, op - OP_BREG0, read_sleb(c), frame);
  else if (op == OP_DEREF)
    dereference(s, frame, bounds);
  else if (op == OP_PLUS_UCONST)
    push(s, (int64_t)((uint64_t)pop(s) + read_uleb(c)));
  else if (op == OP_DUP) {
    int64_t top = pop(s);
    push(s, top);
    push(s, top);
  } else if (op == OP_DROP)
    pop(s);
  else if (op == OP_AND || op == OP_MINUS || op == OP_MUL || op == OP_PLUS || op == OP_SHL ||
           op == OP_GE)
    binary(s, op);
  else if (!push_constant(s, op, c))
    s->failed = true;
}

bool cfi_evaluate(const uint8_t *expression, uint64_t length, const struct cfi_frame *frame,
                  struct stack_bounds *bounds, bool push_initial, uintptr_t initial,
                  uintptr_t *ret) {
  struct stack s = {.n = 0};
  struct cursor c = {expression, expression + length};
  if (push_initial)
    push(&s, (int64_t)initial);
  while (c.p < c.end && !s.failed)
    execute(&s, read_u8(&c), &c, frame, bounds);
  *ret = (uintptr_t)pop(&s);
  return !s.failed;
}
