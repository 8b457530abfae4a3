#include "model/verdict.h"

#include <stdlib.h>

void verdict_destroy(struct verdict *verdict) {
  if (!verdict)
    return;
  arena_deinit(&verdict->arena);
  free(verdict);
}

const char *verdict_state_name(enum verdict_state state) {
  static const char *const names[] = {
      [VERDICT_OK] = "ok", [VERDICT_INSUFFICIENT] = "insufficient data", [VERDICT_OVER] = "over"};
  return names[state];
}
