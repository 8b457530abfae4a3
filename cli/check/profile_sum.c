#include "cli/check/profile_sum.h"

#include "model/merge.h"

enum { MOST_WAITING = 64 };

static void drop_all(struct profile_sum *sum) {
  for (size_t i = 0; i < sum->waiting.count; i++)
    profile_destroy(sum->waiting.data[i]);
  sum->waiting.count = 0;
}

/* There is room for one: there were more. */
static struct error *merge_waiting(struct profile_sum *sum) {
  struct profile *merged;
  struct error *err = profile_merge((const struct profile *const *)sum->waiting.data, NULL,
                                    sum->waiting.count, &merged);
  if (err)
    return err;
  drop_all(sum);
  sum->waiting.data[sum->waiting.count++] = merged;
  return NULL;
}

struct error *profile_sum_add(struct profile_sum *sum, struct profile *profile) {
  if (!VECTOR_PUSH(&sum->waiting, profile)) {
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
  drop_all(sum);
  VECTOR_DEINIT(&sum->waiting);
}
