#include "cli/input/profile_sum.h"

#include "model/merge.h"

#include <string.h>

enum { MOST_WAITING = 64 };

static void drop_profiles(struct profile_sum *sum) {
  for (size_t i = 0; i < sum->waiting.count; i++)
    profile_destroy(sum->waiting.data[i]);
  sum->waiting.count = 0;
}

/* All but the first n. */
static void drop_names(struct profile_sum *sum, size_t n) {
  while (sum->names.count > n)
    free(sum->names.data[--sum->names.count]);
}

/* There is room for one: there were more. */
static struct error *merge_waiting(struct profile_sum *sum) {
  struct profile *merged;
  const char *const *names = sum->names.count ? (const char *const *)sum->names.data : NULL;
  struct error *err = profile_merge((const struct profile *const *)sum->waiting.data, names,
                                    sum->waiting.count, &merged);
  if (err)
    return err;
  drop_profiles(sum);
  drop_names(sum, 1);
  sum->waiting.data[sum->waiting.count++] = merged;
  return NULL;
}

static bool add_name(struct profile_sum *sum, const char *name) {
  char *copy = name ? strdup(name) : NULL;
  bool added = !name || (copy && VECTOR_PUSH(&sum->names, copy));
  if (!added)
    free(copy);
  return added;
}

struct error *profile_sum_add(struct profile_sum *sum, struct profile *profile, const char *name) {
  if (!add_name(sum, name) || !VECTOR_PUSH(&sum->waiting, profile)) {
    profile_destroy(profile);
    return &error_no_memory;
  }
  return sum->waiting.count < MOST_WAITING ? NULL : merge_waiting(sum);
}

struct error *profile_sum_take(struct profile_sum *sum, struct profile **ret) {
  struct error *err = sum->waiting.count > 1 ? merge_waiting(sum) : NULL;
  if (err)
    return err;
  *ret = sum->waiting.count ? sum->waiting.data[0] : NULL;
  sum->waiting.count = 0;
  return NULL;
}

void profile_sum_deinit(struct profile_sum *sum) {
  drop_profiles(sum);
  drop_names(sum, 0);
  VECTOR_DEINIT(&sum->waiting);
  VECTOR_DEINIT(&sum->names);
}
