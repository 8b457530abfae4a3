#include "report/stacks.h"

#include "base/strbuf.h"
#include "report/frames.h"

#include <stdlib.h>
#include <string.h>

/* One for each sample while they are sorted to find equals. */
struct entry {
  const char *key;
  size_t sample;
};

static int compare_keys(const void *a, const void *b) {
  const struct entry *x = a, *y = b;
  int order = strcmp(x->key, y->key);
  return order ? order : (x->sample > y->sample) - (x->sample < y->sample);
}

static const char *make_key(struct stack_set *set, const struct profile *profile,
                            const struct profile_sample *sample, stack_key_fn *key) {
  _cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
  struct arena names = ARENA_INIT;
  struct frame_cursor cursor = frame_cursor_init(profile, sample, true);
  struct frame frame;
  strbuf_append(&sb, "");
  while (frame_next(&cursor, &names, &frame)) {
    if (sb.length)
      strbuf_append_char(&sb, '\n');
    key(&sb, &frame);
  }
  arena_deinit(&names);
  if (strbuf_failed(&sb) || !frame.name)
    return NULL;
  return arena_strndup(&set->arena, sb.data, sb.length);
}

/* Adds up the samples with equal keys, which are neighbours; by_sample is filled at the first of
 * each. */
static struct error *join(struct stack_set *set, const struct profile *profile,
                          const struct entry *entries, struct stack *by_sample) {
  struct stack *stack = NULL;
  for (size_t i = 0; i < profile->n_samples; i++) {
    const struct profile_sample *sample = &profile->samples[entries[i].sample];
    if (!stack || strcmp(stack->key, entries[i].key) != 0) {
      stack = &by_sample[entries[i].sample];
      stack->key = entries[i].key;
      stack->sample = sample;
      stack->values = arena_calloc(&set->arena, profile->n_sample_types, sizeof(int64_t));
      if (!stack->values)
        return &error_no_memory;
    }
    for (size_t t = 0; t < profile->n_sample_types; t++)
      stack->values[t] = (int64_t)((uint64_t)stack->values[t] + (uint64_t)sample->values[t]);
  }
  return NULL;
}

struct error *stack_set_init(struct stack_set *set, const struct profile *profile,
                             stack_key_fn *key) {
  *set = (struct stack_set){0};
  size_t n = profile->n_samples;
  struct entry *entries = calloc(n + 1, sizeof(*entries));
  set->stacks = calloc(n + 1, sizeof(*set->stacks));
  struct error *err = entries && set->stacks ? NULL : &error_no_memory;
  for (size_t i = 0; !err && i < n; i++) {
    entries[i] = (struct entry){make_key(set, profile, &profile->samples[i], key), i};
    if (!entries[i].key)
      err = &error_no_memory;
  }
  if (!err) {
    qsort(entries, n, sizeof(*entries), compare_keys);
    err = join(set, profile, entries, set->stacks);
  }
  for (size_t i = 0; !err && i < n; i++)
    if (set->stacks[i].key)
      set->stacks[set->n_stacks++] = set->stacks[i];
  free(entries);
  return err;
}

void stack_set_deinit(struct stack_set *set) {
  free(set->stacks);
  arena_deinit(&set->arena);
  *set = (struct stack_set){0};
}
