#include "model/verdict.h"

#include <stdlib.h>
#include <string.h>

void verdict_destroy(struct verdict *verdict) {
  if (!verdict)
    return;
  arena_deinit(&verdict->arena);
  free(verdict);
}

struct error *verdict_add_over(struct verdict *verdict, const struct verdict_check *check) {
  size_t n = verdict->n_checks;
  struct verdict_check *checks = arena_calloc(&verdict->arena, n + 1, sizeof(*checks));
  if (!checks)
    return &error_no_memory;
  if (n)
    memcpy(checks, verdict->checks, n * sizeof(*checks));
  checks[n] = *check;
  verdict->checks = checks;
  verdict->n_checks++;
  verdict->n_over++;
  return NULL;
}

const char *verdict_state_name(enum verdict_state state) {
  static const char *const names[] = {
      [VERDICT_OK] = "ok", [VERDICT_INSUFFICIENT] = "insufficient data", [VERDICT_OVER] = "over"};
  return names[state];
}
