#include "report/leak_entries.h"

#include <stdlib.h>

static int compare(const void *a, const void *b) {
  const struct leak_entry *x = a, *y = b;
  if (x->kind != y->kind)
    return (int)x->kind - (int)y->kind;
  if (x->lost.bytes != y->lost.bytes)
    return x->lost.bytes < y->lost.bytes ? 1 : -1;
  if (x->lost.objects != y->lost.objects)
    return x->lost.objects < y->lost.objects ? 1 : -1;
  return (x->sample > y->sample) - (x->sample < y->sample); /* a stable order */
}

struct error *leak_entries(const struct leak_report *report, const struct leak_process *process,
                           struct leak_entry **ret, size_t *n) {
  const struct profile *profile = process->profile;
  struct leak_entry *entries = calloc(profile->n_samples * N_LEAK_KINDS + 1, sizeof(*entries));
  size_t count = 0;
  if (!entries)
    return &error_no_memory;
  for (size_t i = 0; i < profile->n_samples; i++)
    for (int kind = 0; kind < N_LEAK_KINDS; kind++) {
      const struct profile_sample *sample = &profile->samples[i];
      struct leak_figure lost = {sample->values[leak_bytes(kind)],
                                 sample->values[leak_objects(kind)]};
      if (report->show & 1u << kind && lost.objects && lost.bytes >= report->min_bytes)
        entries[count++] = (struct leak_entry){sample, kind, lost};
    }
  qsort(entries, count, sizeof(*entries), compare);
  *ret = entries;
  *n = count;
  return NULL;
}

struct leak_figure leak_total(const struct leak_report *report) {
  struct leak_figure sum = {0, 0};
  for (size_t i = 0; i < report->n_processes; i++)
    for (int kind = 0; kind < N_LEAK_KINDS; kind++)
      if (report->fail_on & 1u << kind) {
        sum.bytes += report->processes[i].total[kind].bytes;
        sum.objects += report->processes[i].total[kind].objects;
      }
  return sum;
}
