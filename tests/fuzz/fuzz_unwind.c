/* libFuzzer target: any bytes are the unwind tables of a loaded object, read as the shim reads them
 * in the program. They end at a page that cannot be read. A row that is found has its expressions
 * within the tables, and their evaluation reads the stack alone. */
#include "fuzz.h"

#include "shim/walk/cfi.h"
#include "shim/walk/cfi_expression.h"

#include <sys/mman.h>

enum { PAGE = 4096, MOST = 4 * PAGE };

/* Two regions before pages that cannot be read: the tables, and a stack of one page. */
static uint8_t *tables_end, *stack;

static uint8_t *room_before_a_gap(size_t size) {
  uint8_t *pages = mmap(NULL, size + PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  must(pages != MAP_FAILED && !mprotect(pages, size, PROT_READ | PROT_WRITE));
  return pages;
}

static void evaluate(const struct cfi_tables *tables, const uint8_t *expression, uint64_t length,
                     bool with_cfa) {
  uintptr_t sp = (uintptr_t)stack, end = sp + PAGE, result;
  struct cfi_frame frame = {(uintptr_t)tables->header, sp + 256, sp + 512};
  struct stack_bounds bounds = {end, end - 7, false};
  if (!expression)
    return;
  must(expression >= tables->frames && length <= (uint64_t)(tables->frames_end - expression));
  cfi_evaluate(expression, length, &frame, &bounds, with_cfa, sp + 1024, &result);
}

static void use_row(const struct cfi_tables *tables, const struct cfi_row *row) {
  evaluate(tables, row->cfa_expression, row->cfa_length, false);
  evaluate(tables, row->bp.expression, row->bp.length, true);
  evaluate(tables, row->ra.expression, row->ra.length, true);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
  if (!stack) {
    stack = room_before_a_gap(PAGE);
    tables_end = room_before_a_gap(MOST) + MOST;
  }
  if (n > MOST)
    return 0;
  uint8_t *copy = tables_end - n;
  memcpy(copy, bytes, n);
  struct cfi_tables tables = {copy, tables_end, copy, tables_end};
  /* Functions lie before the tables and behind them; each is asked for at its start and inside. */
  for (int64_t at = -4096; at < 4096; at += 61) {
    struct cfi_row row = {0};
    uintptr_t pc = (uintptr_t)copy + (uintptr_t)at;
    must(cfi_function(&tables, pc) <= pc);
    if (cfi_find(&tables, pc, &row))
      use_row(&tables, &row);
  }
  return 0;
}
