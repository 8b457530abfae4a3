#include "shim/walk/cfi.h"

#include "shim/walk/cfi_read.h"

#include <stddef.h>

/* An FDE and its CIE, without their instructions. */
struct description {
  struct cursor cie_code, fde_code;
  uint64_t code_align;
  int64_t data_align;
  uintptr_t start, range;
  bool signal_frame;
};

/* A pair of .eh_frame_hdr's table: offsets from the header, "datarel sdata4", the one encoding that
 * linkers write. */
struct table_entry {
  int32_t start, fde;
};

static struct table_entry entry_at(const uint8_t *table, uint64_t i) {
  struct table_entry entry;
  __builtin_memcpy(&entry, table + i * sizeof(entry), sizeof(entry));
  return entry;
}

/* The FDE that may cover pc, by binary search of the table, which is sorted; NULL if no FDE
 * does, or it lies outside the frames. */
static const uint8_t *find_fde(const struct cfi_tables *tables, uintptr_t pc) {
  const uint8_t *header = tables->header;
  struct cursor c = {header, tables->header_end};
  if (!cursor_skip(&c, 4) || header[0] != 1 || header[3] != (PE_DATAREL | PE_SDATA4))
    return NULL;
  read_pointer(&c, header[1], (uintptr_t)header);
  uint64_t count = read_pointer(&c, header[2], (uintptr_t)header);
  uint64_t room = cursor_left(&c) / sizeof(struct table_entry);
  int64_t wanted = (int64_t)(pc - (uintptr_t)header);
  uint64_t low = 0, high = count < room ? count : room; /* the last that starts at or before pc */
  while (low < high) {
    uint64_t middle = (low + high) / 2;
    if (entry_at(c.p, middle).start <= wanted)
      low = middle + 1;
    else
      high = middle;
  }
  return low ? header + entry_at(c.p, low - 1).fde : NULL;
}

/* An entry's contents after its length. False where it is outside the frames or longer than any
 * compiler's: a damaged length must not make the interpreter run through a whole segment. */
enum { ENTRY_LONGEST = 1 << 20 };
static bool entry_contents(const struct cfi_tables *tables, const uint8_t *entry,
                           struct cursor *ret) {
  if (entry < tables->frames || entry >= tables->frames_end)
    return false;
  struct cursor c = {entry, tables->frames_end};
  uint64_t length = read_u32(&c);
  if (length == 0xffffffff)
    length = read_u64(&c);
  if (length > ENTRY_LONGEST || length > cursor_left(&c))
    return false;
  c.end = c.p + length;
  *ret = c;
  return true;
}

/* The augmentation string, which ends within the entry; NULL if it does not. */
static const char *read_string(struct cursor *c) {
  const char *string = (const char *)c->p;
  while (c->p < c->end)
    if (!read_u8(c))
      return string;
  return NULL;
}

/* The data that the letters of a "z" augmentation stand for, in their order. */
static bool read_augmentation(struct cursor *c, const char *letters, struct description *d,
                              uint8_t *encoding) {
  uint64_t length = read_uleb(c);
  struct cursor data = *c;
  if (!cursor_skip(c, length))
    return false;
  for (; *letters; letters++) {
    if (*letters == 'R')
      *encoding = read_u8(&data);
    else if (*letters == 'S')
      d->signal_frame = true;
    else if (*letters == 'P') {
      uint8_t personality = read_u8(&data);
      read_pointer(&data, personality, 0);
    } else if (*letters == 'L')
      read_u8(&data);
    else
      break;
  }
  return true;
}

/* Reads a CIE; the FDE's pointer encoding goes to *encoding. */
static bool read_cie(const struct cfi_tables *tables, const uint8_t *entry, struct description *d,
                     uint8_t *encoding, bool *augmented) {
  struct cursor c;
  if (!entry_contents(tables, entry, &c) || read_u32(&c) != 0)
    return false;
  uint8_t version = read_u8(&c);
  const char *augmentation = read_string(&c);
  if (!augmentation)
    return false;
  d->code_align = read_uleb(&c);
  d->data_align = read_sleb(&c);
  uint64_t ra = version == 1 ? read_u8(&c) : read_uleb(&c);
  *encoding = PE_ABSPTR;
  *augmented = augmentation[0] == 'z';
  if (*augmented ? !read_augmentation(&c, augmentation + 1, d, encoding) : augmentation[0] != 0)
    return false;
  d->cie_code = c;
  return ra == ARCH_RA && !(*encoding & PE_INDIRECT);
}

static bool read_fde(const struct cfi_tables *tables, const uint8_t *entry, struct description *d) {
  struct cursor c;
  if (!entry_contents(tables, entry, &c))
    return false;
  const uint8_t *at = c.p;
  uint32_t cie_distance = read_u32(&c);
  uint8_t encoding;
  bool augmented;
  if (!cie_distance || !read_cie(tables, at - cie_distance, d, &encoding, &augmented))
    return false;
  d->start = read_pointer(&c, encoding, 0);
  d->range = read_pointer(&c, encoding & PE_FORMAT, 0);
  if (augmented && !cursor_skip(&c, read_uleb(&c)))
    return false;
  d->fde_code = c;
  return true;
}

enum {
  CFA_ADVANCE_LOC = 0x40,
  CFA_OFFSET = 0x80,
  CFA_RESTORE = 0xc0,
  CFA_NOP = 0x00,
  CFA_SET_LOC,
  CFA_ADVANCE_LOC1,
  CFA_ADVANCE_LOC2,
  CFA_ADVANCE_LOC4,
  CFA_OFFSET_EXTENDED,
  CFA_RESTORE_EXTENDED,
  CFA_UNDEFINED,
  CFA_SAME_VALUE,
  CFA_REGISTER,
  CFA_REMEMBER_STATE,
  CFA_RESTORE_STATE,
  CFA_DEF_CFA,
  CFA_DEF_CFA_REGISTER,
  CFA_DEF_CFA_OFFSET,
  CFA_DEF_CFA_EXPRESSION,
  CFA_EXPRESSION,
  CFA_OFFSET_EXTENDED_SF,
  CFA_DEF_CFA_SF,
  CFA_DEF_CFA_OFFSET_SF,
  CFA_VAL_OFFSET,
  CFA_VAL_OFFSET_SF,
  CFA_VAL_EXPRESSION,
  CFA_GNU_ARGS_SIZE = 0x2e,
};

enum { STATE_DEPTH = 8 };

struct machine {
  const struct description *d;
  struct cfi_row row, initial, remembered[STATE_DEPTH];
  unsigned depth;
  uintptr_t location;
};

static void set_rule(struct machine *m, uint64_t reg, struct cfi_rule rule) {
  if (reg == ARCH_BP)
    m->row.bp = rule;
  else if (reg == ARCH_RA)
    m->row.ra = rule;
}

/* In units of the CIE's data alignment. Damaged tables may have any numbers: these wrap. */
static int64_t aligned_offset(const struct machine *m, int64_t offset) {
  return (int64_t)((uint64_t)offset * (uint64_t)m->d->data_align);
}

static void set_offset(struct machine *m, uint64_t reg, int64_t offset, enum cfi_rule_kind kind) {
  set_rule(m, reg, (struct cfi_rule){.kind = kind, .offset = aligned_offset(m, offset)});
}

static void cfi_restore(struct machine *m, uint64_t reg) {
  set_rule(m, reg, reg == ARCH_BP ? m->initial.bp : m->initial.ra);
}

/* A block's start, and its length as far as there are bytes. */
static const uint8_t *read_block(struct cursor *c, uint64_t *length) {
  *length = read_uleb(c);
  const uint8_t *start = c->p;
  cursor_skip(c, *length);
  *length = (uint64_t)(c->p - start);
  return start;
}

static void set_expression(struct machine *m, struct cursor *c, enum cfi_rule_kind kind) {
  uint64_t reg = read_uleb(c), length = 0;
  const uint8_t *expression = read_block(c, &length);
  set_rule(m, reg, (struct cfi_rule){.kind = kind, .expression = expression, .length = length});
}

static void define_cfa(struct machine *m, uint64_t reg, int64_t offset) {
  m->row.cfa_expression = NULL;
  m->row.cfa_register = (uint32_t)reg;
  m->row.cfa_offset = offset;
}

/* The instructions that are named by a whole byte, in four groups by what they change. Each
 * function returns false, and has read nothing, for an instruction that is not of its group. */

/* The location. */
static bool run_advance(struct machine *m, uint8_t op, struct cursor *c) {
  switch (op) {
  case CFA_NOP:
    return true;
  case CFA_SET_LOC:
    return false; /* compilers write it for none of the processors that there is an arch_*.h for */
  case CFA_ADVANCE_LOC1:
    m->location += read_u8(c) * m->d->code_align;
    return true;
  case CFA_ADVANCE_LOC2:
    m->location += read_u16(c) * m->d->code_align;
    return true;
  case CFA_ADVANCE_LOC4:
    m->location += read_u32(c) * m->d->code_align;
    return true;
  default:
    return false;
  }
}

/* How the CFA is computed. */
static bool run_define_cfa(struct machine *m, uint8_t op, struct cursor *c) {
  uint64_t reg;
  switch (op) {
  case CFA_DEF_CFA:
    reg = read_uleb(c);
    define_cfa(m, reg, (int64_t)read_uleb(c));
    return true;
  case CFA_DEF_CFA_SF:
    reg = read_uleb(c);
    define_cfa(m, reg, aligned_offset(m, read_sleb(c)));
    return true;
  case CFA_DEF_CFA_REGISTER:
    define_cfa(m, read_uleb(c), m->row.cfa_offset);
    return true;
  case CFA_DEF_CFA_OFFSET:
    m->row.cfa_offset = (int64_t)read_uleb(c);
    return true;
  case CFA_DEF_CFA_OFFSET_SF:
    m->row.cfa_offset = aligned_offset(m, read_sleb(c));
    return true;
  case CFA_DEF_CFA_EXPRESSION:
    m->row.cfa_expression = read_block(c, &m->row.cfa_length);
    return true;
  default:
    return false;
  }
}

/* Where one register was saved. */
static bool run_rule(struct machine *m, uint8_t op, struct cursor *c) {
  uint64_t reg;
  switch (op) {
  case CFA_OFFSET_EXTENDED:
  case CFA_VAL_OFFSET:
    reg = read_uleb(c);
    set_offset(m, reg, (int64_t)read_uleb(c), op == CFA_VAL_OFFSET ? CFI_VAL_OFFSET : CFI_OFFSET);
    return true;
  case CFA_OFFSET_EXTENDED_SF:
  case CFA_VAL_OFFSET_SF:
    reg = read_uleb(c);
    set_offset(m, reg, read_sleb(c), op == CFA_VAL_OFFSET_SF ? CFI_VAL_OFFSET : CFI_OFFSET);
    return true;
  case CFA_RESTORE_EXTENDED:
    cfi_restore(m, read_uleb(c));
    return true;
  case CFA_UNDEFINED:
    set_rule(m, read_uleb(c), (struct cfi_rule){.kind = CFI_UNDEFINED});
    return true;
  case CFA_SAME_VALUE:
    set_rule(m, read_uleb(c), (struct cfi_rule){.kind = CFI_SAME});
    return true;
  case CFA_REGISTER:
    reg = read_uleb(c);
    read_uleb(c);
    set_rule(m, reg, (struct cfi_rule){.kind = CFI_ELSEWHERE});
    return true;
  case CFA_EXPRESSION:
    set_expression(m, c, CFI_EXPRESSION);
    return true;
  case CFA_VAL_EXPRESSION:
    set_expression(m, c, CFI_VAL_EXPRESSION);
    return true;
  default:
    return false;
  }
}

/* The whole row: kept, or taken back. False, too, where there is no row to take back or no room. */
static bool run_state(struct machine *m, uint8_t op) {
  if (op == CFA_REMEMBER_STATE && m->depth < STATE_DEPTH)
    m->remembered[m->depth++] = m->row;
  else if (op == CFA_RESTORE_STATE && m->depth)
    m->row = m->remembered[--m->depth];
  else
    return false;
  return true;
}

/* False for an unknown instruction. */
static bool run_extended(struct machine *m, uint8_t op, struct cursor *c) {
  if (op == CFA_GNU_ARGS_SIZE)
    read_uleb(c);
  else if (op != CFA_NOP)
    return run_define_cfa(m, op, c) || run_advance(m, op, c) || run_rule(m, op, c) ||
           run_state(m, op);
  return true;
}

/* Runs until the location passes pc. */
static bool cfi_run(struct machine *m, struct cursor c, uintptr_t pc) {
  while (c.p < c.end) {
    uint8_t op = read_u8(&c), low = op & 0x3f;
    switch (op & 0xc0) {
    case CFA_ADVANCE_LOC:
      m->location += low * m->d->code_align;
      break;
    case CFA_OFFSET:
      set_offset(m, low, (int64_t)read_uleb(&c), CFI_OFFSET);
      break;
    case CFA_RESTORE:
      cfi_restore(m, low);
      break;
    default:
      if (!run_extended(m, op, &c))
        return false;
    }
    if (m->location > pc)
      break;
  }
  return true;
}

static bool cfi_describe(const struct cfi_tables *tables, uintptr_t pc, struct description *d) {
  const uint8_t *fde = find_fde(tables, pc);
  return fde && read_fde(tables, fde, d) && pc >= d->start && pc - d->start < d->range;
}

uintptr_t cfi_function(const struct cfi_tables *tables, uintptr_t pc) {
  struct description d = {0};
  return cfi_describe(tables, pc, &d) ? d.start : 0;
}

bool cfi_find(const struct cfi_tables *tables, uintptr_t pc, struct cfi_row *row) {
  struct description d = {0};
  if (!cfi_describe(tables, pc, &d))
    return false;
  struct machine m = {.d = &d, .location = 0};
  /* The CIE's instructions hold everywhere: location 0, and no pc is below it. */
  if (!cfi_run(&m, d.cie_code, UINTPTR_MAX))
    return false;
  m.initial = m.row;
  m.location = d.start;
  if (!cfi_run(&m, d.fde_code, pc))
    return false;
  *row = m.row;
  row->signal_frame = d.signal_frame;
  return true;
}
