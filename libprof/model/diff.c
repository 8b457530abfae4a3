/* The base and the new profile are counted into the same tables, one after the other. */
#include "model/diff.h"

#include "base/cleanup.h"
#include "base/vector.h"
#include "model/align.h"
#include "model/diff_values.h"

#include <string.h>

/* By the alignment's numbers of names and stacks. */
struct counted_name {
  size_t stamp; /* the number of the last sample that counted for cum */
  struct diff_function function;
};

struct differ {
  struct diff *diff;
  struct alignment alignment;
  VECTOR(struct counted_name) names;
  VECTOR(struct diff_value) stacks;
  size_t stamp;
  /* For the current profile. */
  int type;
  bool is_new;
  struct freed_types freed;
  double unseen[2]; /* of base and new */
};

/* Room for what the alignment has found. */
static struct error *follow_alignment(struct differ *differ) {
  while (differ->names.count < differ->alignment.names.count)
    if (!VECTOR_PUSH(&differ->names, (struct counted_name){0}))
      return &error_no_memory;
  while (differ->stacks.count < differ->alignment.stacks.count)
    if (!VECTOR_PUSH(&differ->stacks, (struct diff_value){0}))
      return &error_no_memory;
  return NULL;
}

/* Counts a sample for its functions and its stack. */
static bool count_names(struct differ *differ, struct diff_amount value,
                        const struct spread *spread) {
  struct arena *arena = &differ->diff->arena;
  bool enough = true;
  differ->stamp++;
  for (size_t i = 0; i < differ->alignment.row.count && enough; i++) {
    struct counted_name *name = &differ->names.data[differ->alignment.row.data[i]];
    if (i == 0)
      enough = diff_value_add(arena, &name->function.flat, differ->is_new, value, spread);
    if (name->stamp != differ->stamp)
      enough &= diff_value_add(arena, &name->function.cum, differ->is_new, value, spread);
    name->stamp = differ->stamp;
  }
  return enough;
}

static struct error *count_sample(struct differ *differ, const struct error_bars *bars,
                                  const struct profile_sample *sample) {
  struct diff_amount value = {sample->values[differ->type], freed_objects(&differ->freed, sample)};
  uint32_t stack;
  if (value.value == 0 && value.freed == 0)
    return NULL;
  struct error *err = alignment_stack(&differ->alignment, sample, &stack);
  if (!err)
    err = follow_alignment(differ);
  if (err)
    return err;
  struct spread spread = spread_of_sample(bars, sample);
  struct arena *arena = &differ->diff->arena;
  bool enough =
      diff_value_add(arena, &differ->stacks.data[stack], differ->is_new, value, &spread) &&
      diff_value_add(arena, &differ->diff->total, differ->is_new, value, &spread) &&
      count_names(differ, value, &spread);
  return enough ? NULL : &error_no_memory;
}

static struct error *count_profile(struct differ *differ, const struct profile *profile, int type,
                                   bool is_new) {
  struct error_bars bars = error_bars_of(profile, type);

  differ->type = type;
  differ->freed = freed_types_of(profile, type);
  differ->is_new = is_new;
  differ->unseen[is_new] = bars.unseen;
  struct error *err = alignment_begin(&differ->alignment, profile);
  for (size_t i = 0; i < profile->n_samples && !err; i++)
    err = count_sample(differ, &bars, &profile->samples[i]);
  alignment_end(&differ->alignment);
  return err;
}

static bool finish_value(struct differ *differ, struct diff_value *value) {
  return diff_value_finish(&differ->diff->arena, value, differ->unseen[0], differ->unseen[1]);
}

static struct error *list_functions(struct differ *differ) {
  struct diff *diff = differ->diff;
  diff->functions = arena_calloc(&diff->arena, differ->names.count, sizeof(*diff->functions));
  if (!diff->functions)
    return &error_no_memory;
  for (size_t i = 0; i < differ->names.count; i++) {
    struct diff_function *function = &differ->names.data[i].function;
    function->name = differ->alignment.names.data[i].text;
    if (!finish_value(differ, &function->flat) || !finish_value(differ, &function->cum))
      return &error_no_memory;
    diff->functions[diff->n_functions++] = *function;
  }
  return NULL;
}

static struct error *list_stacks(struct differ *differ) {
  struct diff *diff = differ->diff;
  diff->stacks = arena_calloc(&diff->arena, differ->stacks.count, sizeof(*diff->stacks));
  if (!diff->stacks)
    return &error_no_memory;
  for (size_t i = 0; i < differ->stacks.count; i++) {
    const struct aligned_stack *stack = &differ->alignment.stacks.data[i];
    struct diff_value *value = &differ->stacks.data[i];
    const char **names = arena_calloc(&diff->arena, stack->n_names, sizeof(*names));
    if (!names)
      return &error_no_memory;
    for (uint32_t j = 0; j < stack->n_names; j++)
      names[j] = differ->alignment.names.data[stack->names[j]].text;
    if (!finish_value(differ, value))
      return &error_no_memory;
    diff->stacks[diff->n_stacks++] =
        (struct diff_stack){.names = names, .n_names = stack->n_names, .value = *value};
  }
  return NULL;
}

/* Counts both and makes the lists of it. */
static struct error *diff_fill(struct differ *differ, const struct profile *base, int base_type,
                               const struct profile *new, int new_type) {
  struct error *err = count_profile(differ, base, base_type, false);
  if (!err)
    err = count_profile(differ, new, new_type, true);
  if (!err)
    err = list_functions(differ);
  if (!err)
    err = list_stacks(differ);
  if (!err && !finish_value(differ, &differ->diff->total))
    err = &error_no_memory;
  if (err)
    return err;
  diff_sort(differ->diff);
  return NULL;
}

static void differ_deinit(struct differ *differ) {
  VECTOR_DEINIT(&differ->names);
  VECTOR_DEINIT(&differ->stacks);
  alignment_deinit(&differ->alignment);
}

static struct error *find_types(const struct profile *base, const struct profile *new,
                                const char *type, int *base_type, int *new_type) {
  *new_type = profile_sample_type(new, type);
  if (*new_type < 0)
    return error_create(ERROR_BAD_INPUT, "the new profile has no sample type \"%s\"", type);
  const struct profile_value_type *wanted = &new->sample_types[*new_type];
  *base_type = profile_sample_type(base, wanted->type);
  if (*base_type < 0)
    return error_create(ERROR_BAD_INPUT, "the base profile has no sample type \"%s\"",
                        wanted->type);
  if (strcmp(base->sample_types[*base_type].unit, wanted->unit) != 0)
    return error_create(ERROR_BAD_INPUT,
                        "sample type \"%s\" is in %s in the base profile, in %s in the new one",
                        wanted->type, base->sample_types[*base_type].unit, wanted->unit);
  return NULL;
}

static struct error *copy_type(struct diff *diff, const struct profile_value_type *type) {
  diff->type.type = arena_strndup(&diff->arena, type->type, strlen(type->type));
  diff->type.unit = arena_strndup(&diff->arena, type->unit, strlen(type->unit));
  return diff->type.type && diff->type.unit ? NULL : &error_no_memory;
}

struct error *diff_create(const struct profile *base, const struct profile *new, const char *type,
                          struct diff **ret) {
  int base_type = 0, new_type = 0;
  struct error *err = find_types(base, new, type, &base_type, &new_type);
  if (err)
    return err;
  _cleanup_diff_ struct diff *diff = calloc(1, sizeof(*diff));
  if (!diff)
    return &error_no_memory;
  struct differ differ = {.diff = diff};
  alignment_init(&differ.alignment, &diff->arena);
  err = copy_type(diff, &base->sample_types[base_type]);
  if (!err)
    err = diff_fill(&differ, base, base_type, new, new_type);
  differ_deinit(&differ);
  if (err)
    return err;
  *ret = diff;
  diff = NULL;
  return NULL;
}

void diff_destroy(struct diff *diff) {
  if (!diff)
    return;
  arena_deinit(&diff->arena);
  free(diff);
}

const char *diff_state_name(enum diff_state state) {
  static const char *const names[] = {
      [DIFF_SAME] = "same",   [DIFF_NEW] = "new",       [DIFF_GONE] = "gone",
      [DIFF_GROWN] = "grown", [DIFF_SHRUNK] = "shrunk",
  };
  return names[state];
}
