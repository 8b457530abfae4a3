/* A decoder for what compilers put between a call of malloc and the place where the result goes.
 * Format: Intel's manual, volume 2, chapter 2 and appendix A. */
#include "symbol/arch.h"

#include <string.h>

/* DWARF's number of each register, by the instructions' own. */
static const int8_t dwarf_number[ARCH_REGISTERS] = {0, 2, 1,  3,  7,  6,  4,  5,
                                                    8, 9, 10, 11, 12, 13, 14, 15};
enum { RAX = 0, RDX = 1, RCX = 2, RSI = 4, RDI = 5, RSP = 7 };
#define BIT(r) (1u << (r))
#define CALL_WRITES (BIT(RAX) | BIT(RDX) | BIT(RCX) | BIT(RSI) | BIT(RDI) | 0xf00u)

struct cursor {
  const uint8_t *at, *end;
  uint64_t address; /* of the first byte */
  const uint8_t *begin;
  bool wide, narrow, failed; /* REX.W; the 66 prefix; too few bytes */
  unsigned rex;
};

/* A ModRM byte with what follows it. */
struct operand {
  int reg;       /* the register field, as DWARF's number */
  unsigned code; /* the same, three bits: part of some opcodes */
  int rm;        /* the register, or ARCH_NO_REGISTER for memory */
  int base;
  int64_t offset;
  bool relative;        /* offset counts from the next instruction */
  bool absolute;        /* offset is an address */
  bool indexed, scaled; /* there is an index, and it is multiplied */
  int index;
};

static uint64_t take_bytes(struct cursor *c, unsigned n) {
  uint64_t value = 0;
  if ((size_t)(c->end - c->at) < n) {
    c->failed = true;
    return 0;
  }
  memcpy(&value, c->at, n);
  c->at += n;
  return value;
}

static int64_t take_signed(struct cursor *c, unsigned n) {
  uint64_t value = take_bytes(c, n);
  return n == 1   ? (int8_t)value
         : n == 2 ? (int16_t)value
         : n == 4 ? (int32_t)value
                  : (int64_t)value;
}

static int reg_number(unsigned low, bool high) {
  return dwarf_number[(low & 7) | (high ? 8u : 0)];
}

static struct operand take_operand(struct cursor *c) {
  unsigned modrm = (unsigned)take_bytes(c, 1), mod = modrm >> 6, rm = modrm & 7;
  struct operand o = {.reg = reg_number(modrm >> 3, c->rex & 4),
                      .code = modrm >> 3 & 7,
                      .rm = ARCH_NO_REGISTER,
                      .base = reg_number(rm, c->rex & 1)};
  if (mod == 3) {
    o.rm = o.base;
    return o;
  }
  bool no_base = mod == 0 && rm == 5;
  o.relative = no_base;
  if (rm == 4) {
    unsigned sib = (unsigned)take_bytes(c, 1);
    o.index = reg_number(sib >> 3, c->rex & 2);
    o.scaled = sib >> 6;
    o.indexed = (sib >> 3 & 7) != 4 || c->rex & 2;
    no_base = mod == 0 && (sib & 7) == 5;
    o.base = reg_number(sib, c->rex & 1);
    o.absolute = no_base;
  }
  o.offset = mod == 1 ? take_signed(c, 1) : mod == 2 || no_base ? take_signed(c, 4) : 0;
  if (no_base)
    o.base = ARCH_NO_REGISTER;
  return o;
}

static unsigned immediate_size(const struct cursor *c) {
  return c->narrow ? 2 : 4;
}

static void set_memory(struct code_step *step, const struct operand *o) {
  step->base = o->base;
  step->offset = o->offset;
  step->indexed = o->indexed;
  step->index = o->indexed && !o->scaled ? o->index : ARCH_NO_REGISTER;
  step->relative = o->relative;
  if (o->absolute && o->offset > 0)
    step->target = (uint64_t)o->offset;
}

static void writes(struct code_step *step, int reg) {
  if (reg != ARCH_NO_REGISTER)
    step->writes |= BIT(reg);
}

/* mov and lea; lea 0(%reg) is a move */
static void decode_move(const struct cursor *c, unsigned op, const struct operand *o,
                        struct code_step *step) {
  bool store = op == 0x88 || op == 0x89, address = op == 0x8d;
  int to = store ? o->rm : o->reg, from = store ? o->reg : o->rm;
  writes(step, to);
  bool moves = o->rm != ARCH_NO_REGISTER || (address && !o->offset && !o->indexed && !o->relative);
  bool times = o->indexed && !o->offset && (o->base == ARCH_NO_REGISTER || o->base == o->index);
  if (address && !moves)
    step->amount = times ? AMOUNT_SCALED : AMOUNT_ADDED;
  step->to = to;
  step->from = address ? o->base : from;
  if (!c->wide)
    return;
  step->kind = moves ? STEP_MOVE : address ? STEP_ADDRESS : store ? STEP_STORE : STEP_LOAD;
  if (moves && step->from == ARCH_NO_REGISTER)
    step->kind = STEP_OTHER;
  if (!moves)
    set_memory(step, o);
}

/* Where there is an operand of which `o` is the first to be written. */
static void decode_group(struct cursor *c, unsigned op, struct code_step *step) {
  struct operand o = take_operand(c);
  unsigned size = op & 1 && op != 0x83 && op != 0xc1 ? immediate_size(c) : 1;
  bool compares = (op == 0x80 || op == 0x81 || op == 0x83) && o.code == 7;
  if (!compares)
    writes(step, o.rm);
  step->value = (uint64_t)take_signed(c, size);
  bool shifts = op == 0xc0 || op == 0xc1, sets = op == 0xc6 || op == 0xc7;
  step->amount = sets                         ? AMOUNT_CONSTANT
                 : shifts                     ? (o.code == 4 ? AMOUNT_SCALED : AMOUNT_OTHER)
                 : o.code == 0 || o.code == 5 ? AMOUNT_ADDED
                                              : AMOUNT_OTHER;
}

static bool decode_unary(struct cursor *c, unsigned op, struct code_step *step) {
  struct operand o = take_operand(c);
  if (op == 0xf6 || op == 0xf7) {
    if (o.code < 2)
      take_bytes(c, op == 0xf6 ? 1 : immediate_size(c));
    else if (o.code < 4)
      writes(step, o.rm);
    else
      step->writes |= BIT(RAX) | BIT(RDX);
  } else if (o.code < 2)
    writes(step, o.rm);
  else if (o.code == 2 && op == 0xff) {
    step->kind = STEP_CALL;
    step->writes = CALL_WRITES;
  } else
    return o.code == 6 && op == 0xff;
  return true;
}

static bool is_vector(unsigned op) {
  return (op >= 0x10 && op <= 0x17) || (op >= 0x28 && op <= 0x2f) || (op >= 0x50 && op <= 0x6f) ||
         (op >= 0x74 && op <= 0x76) || op == 0x7e || op == 0x7f || (op >= 0xd0 && op <= 0xfe);
}

static bool decode_two_bytes(struct cursor *c, struct code_step *step) {
  unsigned op = (unsigned)take_bytes(c, 1);
  if (op >= 0x80 && op <= 0x8f) { /* a conditional jump: it is not taken */
    take_bytes(c, 4);
    return true;
  }
  bool shuffles = op == 0x70 || op == 0xc6;
  bool sets = op >= 0x90 && op <= 0x9f;
  bool loads = (op >= 0x40 && op <= 0x4f) || op == 0xaf || op == 0xb6 || op == 0xb7 || op == 0xbe ||
               op == 0xbf;
  bool nothing = op == 0x1e || op == 0x1f || op == 0x18;
  if (!shuffles && !sets && !loads && !nothing && !is_vector(op))
    return false;
  struct operand o = take_operand(c);
  if (shuffles)
    take_bytes(c, 1);
  /* 7e with f3 is a load of a vector register, else a store that may be to a general one. */
  writes(step, sets || op == 0x7e                                              ? o.rm
               : loads || op == 0x50 || op == 0xd7 || op == 0x2c || op == 0x2d ? o.reg
                                                                               : ARCH_NO_REGISTER);
  if (op == 0xaf)
    step->amount = AMOUNT_SCALED;
  return true;
}

static void decode_branch(struct cursor *c, unsigned op, struct code_step *step) {
  int64_t distance = take_signed(c, op == 0xeb ? 1 : 4);
  step->kind = op == 0xe8 ? STEP_CALL : STEP_JUMP;
  step->writes = op == 0xe8 ? CALL_WRITES : 0;
  step->target = c->address + (uint64_t)(c->at - c->begin) + (uint64_t)distance;
}

static bool decode_arithmetic(struct cursor *c, unsigned op, struct code_step *step) {
  unsigned form = op & 7;
  bool compares = op >= 0x38;
  if (form < 4) {
    struct operand o = take_operand(c);
    if (!compares)
      writes(step, form < 2 ? o.rm : o.reg);
    bool doubles = op < 8 && o.rm == o.reg;
    step->amount = doubles ? AMOUNT_SCALED : AMOUNT_ADDED;
    return true;
  }
  step->amount = AMOUNT_ADDED;
  take_bytes(c, form == 4 ? 1 : immediate_size(c));
  if (!compares)
    writes(step, RAX);
  return form < 6;
}

/* An opcode without a ModRM byte. */
static bool decode_alone(struct cursor *c, unsigned op, struct code_step *step) {
  switch (op) {
  case 0x90:
    return true;
  case 0x98: /* cltq: what comes after it is a number */
    writes(step, RAX);
    return true;
  case 0x99:
    writes(step, RDX);
    return true;
  case 0xa8:
  case 0xa9:
    take_bytes(c, op == 0xa8 ? 1 : immediate_size(c));
    return true;
  case 0xc3:
    step->kind = STEP_RETURN;
    return true;
  case 0xc9: /* leave */
    writes(step, reg_number(5, false));
    return true;
  case 0xe8:
  case 0xe9:
  case 0xeb:
    decode_branch(c, op, step);
    return true;
  default:
    return false;
  }
}

/* One byte, and most of them with an operand. */
static bool decode_one_byte(struct cursor *c, unsigned op, struct code_step *step) {
  struct operand o;
  switch (op) {
  case 0x63: /* movslq */
    o = take_operand(c);
    writes(step, o.reg);
    step->to = o.reg;
    step->from = o.rm;
    return true;
  case 0x69:
  case 0x6b:
    o = take_operand(c);
    take_bytes(c, op == 0x6b ? 1 : immediate_size(c));
    writes(step, o.reg);
    step->amount = AMOUNT_SCALED;
    return true;
  case 0x80:
  case 0x81:
  case 0x83:
  case 0xc0:
  case 0xc1:
  case 0xc6:
  case 0xc7:
    decode_group(c, op, step);
    return true;
  case 0x84:
  case 0x85:
    take_operand(c);
    return true;
  case 0x88:
  case 0x89:
  case 0x8a:
  case 0x8b:
  case 0x8d:
    o = take_operand(c);
    decode_move(c, op, &o, step);
    return true;
  case 0xd0:
  case 0xd1:
  case 0xd3:
    o = take_operand(c);
    writes(step, o.rm);
    step->amount = op == 0xd1 && o.code == 4 ? AMOUNT_SCALED : AMOUNT_OTHER;
    return true;
  case 0xf6:
  case 0xf7:
  case 0xfe:
  case 0xff:
    return decode_unary(c, op, step);
  default:
    return decode_alone(c, op, step);
  }
}

static bool decode_opcode(struct cursor *c, unsigned op, struct code_step *step) {
  if (op == 0x0f)
    return decode_two_bytes(c, step);
  if (op < 0x40)
    return decode_arithmetic(c, op, step);
  if (op >= 0x50 && op <= 0x5f) {
    writes(step, op < 0x58 ? ARCH_NO_REGISTER : reg_number(op, c->rex & 1));
    writes(step, RSP);
    return true;
  }
  if (op >= 0x70 && op <= 0x7f) {
    take_bytes(c, 1);
    return true;
  }
  if (op >= 0xb0 && op <= 0xbf) {
    writes(step, reg_number(op, c->rex & 1));
    step->value = take_bytes(c, op < 0xb8 ? 1 : c->wide ? 8 : immediate_size(c));
    step->amount = AMOUNT_CONSTANT;
    return true;
  }
  return decode_one_byte(c, op, step);
}

bool arch_decode(const uint8_t *code, size_t n, uint64_t address, struct code_step *ret) {
  struct cursor c = {.at = code, .end = code + n, .begin = code, .address = address};
  *ret = (struct code_step){
      .to = ARCH_NO_REGISTER, .from = ARCH_NO_REGISTER, .base = ARCH_NO_REGISTER};
  unsigned op = (unsigned)take_bytes(&c, 1);
  for (; !c.failed && (op == 0x66 || op == 0x2e || op == 0xf2 || op == 0xf3);
       op = (unsigned)take_bytes(&c, 1))
    c.narrow |= op == 0x66;
  if ((op & 0xf0) == 0x40) {
    c.rex = op;
    c.wide = op & 8;
    op = (unsigned)take_bytes(&c, 1);
  }
  if (!decode_opcode(&c, op, ret) || c.failed)
    return false;
  ret->length = (uint8_t)(c.at - code);
  if (ret->relative)
    ret->target = address + ret->length + (uint64_t)ret->offset;
  return true;
}

int arch_result_register(void) {
  return RAX;
}

int arch_argument_register(unsigned i) {
  static const int registers[ARCH_ARGUMENTS] = {RDI, RSI, RDX, RCX, 8, 9};
  return registers[i];
}
