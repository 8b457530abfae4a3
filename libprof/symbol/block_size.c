#include "symbol/block_size.h"

#include "symbol/arch.h"

struct amount {
  enum code_amount kind;
  uint64_t value; /* of AMOUNT_CONSTANT */
};

static void follow_amounts(struct amount *amounts, const struct code_step *step) {
  bool copies = step->from != ARCH_NO_REGISTER && step->to != ARCH_NO_REGISTER &&
                (step->kind == STEP_MOVE || step->kind == STEP_OTHER) &&
                step->amount == AMOUNT_OTHER;
  struct amount copy = copies ? amounts[step->from] : (struct amount){0};
  for (int r = 0; r < ARCH_REGISTERS; r++)
    if (step->writes & 1u << r)
      amounts[r] = copies && r == step->to ? copy : (struct amount){step->amount, step->value};
}

bool block_size_is_of_array(const uint8_t *code, size_t n, uint64_t entry, uint64_t element) {
  struct amount amounts[ARCH_REGISTERS] = {0};
  struct code_step step = {.kind = STEP_OTHER};
  size_t at = 0;
  for (; at < n; at += step.length) {
    if (!arch_decode(code + at, n - at, entry + at, &step))
      return false;
    if (at + step.length < n)
      follow_amounts(amounts, &step);
  }
  /* malloc(size), realloc(block, size), calloc(n, element) */
  const struct amount *first = &amounts[arch_argument_register(0)];
  const struct amount *second = &amounts[arch_argument_register(1)];
  bool each = second->kind == AMOUNT_CONSTANT && second->value == element;
  bool times = first->kind == AMOUNT_SCALED ||
               (second->kind == AMOUNT_SCALED && first->kind != AMOUNT_ADDED);
  return at == n && step.kind == STEP_CALL && (each || times);
}
