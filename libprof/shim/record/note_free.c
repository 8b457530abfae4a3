#include "shim/record/note_free.h"

#include "shim/frees/wrong_free.h"
#include "shim/history/history.h"
#include "shim/life/late_copy.h"

uint32_t note_free(const void *p, const void *frame) {
  if (late_copies)
    late_copy_keep(p);
  if (history_kept)
    history_ended(p, false, frame);
  return wrong_free_stacks ? wrong_free_stack(frame) + 1 : 0;
}
