#include "model/leak_process.h"

#include <stdlib.h>

void leak_process_deinit(struct leak_process *process) {
  free(process->command);
  free(process->reason);
  free(process->suppressions);
  profile_destroy(process->profile);
  profile_destroy(process->wrong_frees);
  *process = (struct leak_process){0};
}

struct leak_figure leak_kind_sum(const struct profile *profile, enum leak_kind kind) {
  struct leak_figure sum = {0, 0};
  for (size_t i = 0; i < profile->n_samples; i++) {
    sum.bytes += profile->samples[i].values[leak_bytes(kind)];
    sum.objects += profile->samples[i].values[leak_objects(kind)];
  }
  return sum;
}
