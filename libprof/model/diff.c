/* Names are interned by their stable part; a stack is a row of name numbers, a function is a name
 * number. The base and the new profile are counted into the same tables, one after the other. */
#include "model/diff.h"

#include "base/cleanup.h"
#include "base/vector.h"
#include "model/diff_values.h"
#include "model/error_bar.h"
#include "model/frame.h"
#include "model/stable_name.h"

#include <string.h>
#include <xxhash.h>

/* A name, its figures, and the number of the last sample that counted for cum. */
struct counted_name {
  size_t length;
  size_t stamp;
  struct diff_function function;
};

struct counted_stack {
  const uint32_t *names; /* leaf first */
  uint32_t n_names;
  struct diff_value value;
};

/* The number of a frame's name, and whether it lost a compiler's suffix. */
struct frame_name {
  uint32_t number;
  bool is_clone;
};

struct differ {
  struct diff *diff;
  VECTOR(struct counted_name) names;
  VECTOR(struct counted_stack) stacks;
  VECTOR(struct frame_name) chain; /* of the sample at hand */
  VECTOR(uint32_t) row;            /* likewise, its numbers only */
  struct hash_index by_name, by_stack;
  size_t stamp;
  /* The profile at hand. */
  const struct profile *profile;
  struct frame_names frame_names;
  struct frame_name *functions; /* by index; number is PROFILE_NONE if not looked up yet */
  int type;
  bool is_new;
};

struct name_key {
  const char *name;
  size_t length;
};

static bool same_name(const void *context, uint32_t index, const void *key) {
  const struct counted_name *name = &((const struct differ *)context)->names.data[index];
  const struct name_key *wanted = key;
  return name->length == wanted->length &&
         memcmp(name->function.name, wanted->name, wanted->length) == 0;
}

static struct error *intern(struct differ *differ, const char *text, struct frame_name *ret) {
  struct name_key key = {.name = text, .length = stable_name_length(text)};
  uint64_t hash = XXH3_64bits(key.name, key.length);
  uint32_t number = hash_index_find(&differ->by_name, hash, same_name, differ, &key);
  if (number == HASH_INDEX_NONE) {
    number = (uint32_t)differ->names.count;
    struct counted_name name = {.length = key.length};
    name.function.name = arena_strndup(&differ->diff->arena, key.name, key.length);
    if (!name.function.name || !VECTOR_PUSH(&differ->names, name) ||
        !hash_index_add(&differ->by_name, hash, number))
      return &error_no_memory;
  }
  /* Rust's hash, too, is cut off, but every function has it. */
  bool is_clone = text[key.length] && text[key.length] != ':';
  *ret = (struct frame_name){.number = number, .is_clone = is_clone};
  return NULL;
}

static struct error *name_frame(struct differ *differ, const struct profile_location *location,
                                uint32_t line_index, struct frame_name *ret) {
  const struct profile_line *line = profile_frame_line(location, line_index);
  struct frame_name *known = line ? &differ->functions[line->function] : NULL;
  if (known && known->number != PROFILE_NONE) {
    *ret = *known;
    return NULL;
  }
  const char *text = frame_names_get(&differ->frame_names, location, line_index);
  struct error *err = text ? intern(differ, text, ret) : &error_no_memory;
  if (!err && known)
    *known = *ret;
  return err;
}

/* Whether frame `name`, which called the chain's last one, is one function with it in the eyes of
 * another build: foo and the foo.part.0 that was split off from it. */
static bool is_split(const struct differ *differ, struct frame_name name) {
  if (differ->chain.count == 0)
    return false;
  struct frame_name callee = differ->chain.data[differ->chain.count - 1];
  return callee.number == name.number && (callee.is_clone || name.is_clone);
}

static struct error *append_location(struct differ *differ,
                                     const struct profile_location *location) {
  for (uint32_t i = 0; i < profile_n_frames(location); i++) {
    struct frame_name name;
    struct error *err = name_frame(differ, location, i, &name);
    if (err)
      return err;
    if (is_split(differ, name)) {
      differ->chain.data[differ->chain.count - 1].is_clone &= name.is_clone;
      continue;
    }
    if (!VECTOR_PUSH(&differ->chain, name) || !VECTOR_PUSH(&differ->row, name.number))
      return &error_no_memory;
  }
  return NULL;
}

static bool same_stack(const void *context, uint32_t index, const void *key) {
  const struct counted_stack *a = &((const struct differ *)context)->stacks.data[index], *b = key;
  return a->n_names == b->n_names &&
         (a->n_names == 0 || memcmp(a->names, b->names, a->n_names * sizeof(*a->names)) == 0);
}

static struct error *find_or_add_stack(struct differ *differ, uint32_t *ret) {
  struct counted_stack stack = {.names = differ->row.data, .n_names = (uint32_t)differ->row.count};
  size_t size = differ->row.count * sizeof(*stack.names);
  uint64_t hash = XXH3_64bits(size ? (const void *)stack.names : "", size);
  *ret = hash_index_find(&differ->by_stack, hash, same_stack, differ, &stack);
  if (*ret != HASH_INDEX_NONE)
    return NULL;
  uint32_t *names = arena_alloc(&differ->diff->arena, size);
  if (!names)
    return &error_no_memory;
  if (size)
    memcpy(names, differ->row.data, size);
  stack.names = names;
  *ret = (uint32_t)differ->stacks.count;
  if (!VECTOR_PUSH(&differ->stacks, stack) || !hash_index_add(&differ->by_stack, hash, *ret))
    return &error_no_memory;
  return NULL;
}

/* Counts the chain of the sample at hand for its functions and its stack. */
static struct error *count_chain(struct differ *differ, int64_t value, double variance) {
  uint32_t stack;
  struct error *err = find_or_add_stack(differ, &stack);
  if (err)
    return err;
  diff_value_add(&differ->stacks.data[stack].value, differ->is_new, value, variance);
  diff_value_add(&differ->diff->total, differ->is_new, value, variance);
  differ->stamp++;
  for (size_t i = 0; i < differ->row.count; i++) {
    struct counted_name *name = &differ->names.data[differ->row.data[i]];
    if (i == 0)
      diff_value_add(&name->function.flat, differ->is_new, value, variance);
    if (name->stamp != differ->stamp)
      diff_value_add(&name->function.cum, differ->is_new, value, variance);
    name->stamp = differ->stamp;
  }
  return NULL;
}

static struct error *count_sample(struct differ *differ, const struct error_bars *bars,
                                  const struct profile_sample *sample) {
  struct error *err = NULL;
  if (sample->values[differ->type] == 0)
    return NULL;
  differ->chain.count = differ->row.count = 0;
  for (uint32_t i = 0; i < sample->n_locations && !err; i++)
    err = append_location(differ, &differ->profile->locations[sample->locations[i]]);
  return err ? err
             : count_chain(differ, sample->values[differ->type], error_bars_variance(bars, sample));
}

static struct error *count_profile(struct differ *differ, const struct profile *profile, int type,
                                   bool is_new) {
  struct error_bars bars = error_bars_of(profile, type);
  _cleanup_free_ struct frame_name *functions =
      malloc((profile->n_functions + 1) * sizeof(*functions));
  if (!functions)
    return &error_no_memory;
  for (size_t i = 0; i < profile->n_functions; i++)
    functions[i].number = PROFILE_NONE;
  differ->profile = profile;
  differ->functions = functions;
  differ->type = type;
  differ->is_new = is_new;
  struct error *err = frame_names_init(&differ->frame_names, profile, &differ->diff->arena);
  for (size_t i = 0; i < profile->n_samples && !err; i++)
    err = count_sample(differ, &bars, &profile->samples[i]);
  frame_names_deinit(&differ->frame_names);
  return err;
}

static struct error *list_functions(struct differ *differ) {
  struct diff *diff = differ->diff;
  diff->functions = arena_calloc(&diff->arena, differ->names.count, sizeof(*diff->functions));
  if (!diff->functions)
    return &error_no_memory;
  for (size_t i = 0; i < differ->names.count; i++) {
    struct diff_function *function = &differ->names.data[i].function;
    diff_value_finish(&function->flat);
    diff_value_finish(&function->cum);
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
    struct counted_stack *stack = &differ->stacks.data[i];
    const char **names = arena_calloc(&diff->arena, stack->n_names, sizeof(*names));
    if (!names)
      return &error_no_memory;
    for (uint32_t j = 0; j < stack->n_names; j++)
      names[j] = differ->names.data[stack->names[j]].function.name;
    diff_value_finish(&stack->value);
    diff->stacks[diff->n_stacks++] =
        (struct diff_stack){.names = names, .n_names = stack->n_names, .value = stack->value};
  }
  return NULL;
}

/* Counts both and makes the lists of it. */
static struct error *compare(struct differ *differ, const struct profile *base, int base_type,
                             const struct profile *new, int new_type) {
  struct error *err = count_profile(differ, base, base_type, false);
  if (!err)
    err = count_profile(differ, new, new_type, true);
  if (!err)
    err = list_functions(differ);
  if (!err)
    err = list_stacks(differ);
  if (err)
    return err;
  diff_value_finish(&differ->diff->total);
  diff_sort(differ->diff);
  return NULL;
}

static void differ_deinit(struct differ *differ) {
  VECTOR_DEINIT(&differ->names);
  VECTOR_DEINIT(&differ->stacks);
  VECTOR_DEINIT(&differ->chain);
  VECTOR_DEINIT(&differ->row);
  hash_index_deinit(&differ->by_name);
  hash_index_deinit(&differ->by_stack);
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
  int base_type, new_type;
  struct error *err = find_types(base, new, type, &base_type, &new_type);
  if (err)
    return err;
  _cleanup_diff_ struct diff *diff = calloc(1, sizeof(*diff));
  if (!diff)
    return &error_no_memory;
  struct differ differ = {.diff = diff};
  err = copy_type(diff, &base->sample_types[base_type]);
  if (!err)
    err = compare(&differ, base, base_type, new, new_type);
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
