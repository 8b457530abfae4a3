#include "model/align.h"

#include "model/stable_name.h"

#include <string.h>
#include <xxhash.h>

void alignment_init(struct alignment *alignment, struct arena *arena) {
  *alignment = (struct alignment){.arena = arena};
}

void alignment_deinit(struct alignment *alignment) {
  VECTOR_DEINIT(&alignment->names);
  VECTOR_DEINIT(&alignment->stacks);
  VECTOR_DEINIT(&alignment->chain);
  VECTOR_DEINIT(&alignment->row);
  hash_index_deinit(&alignment->by_name);
  hash_index_deinit(&alignment->by_stack);
}

struct name_key {
  const char *name;
  size_t length;
};

static bool same_name(const void *context, uint32_t index, const void *key) {
  const struct aligned_name *name = &((const struct alignment *)context)->names.data[index];
  const struct name_key *wanted = key;
  return name->length == wanted->length && memcmp(name->text, wanted->name, wanted->length) == 0;
}

static struct error *intern(struct alignment *alignment, const char *text,
                            struct aligned_frame *ret) {
  struct name_key key = {.name = text, .length = stable_name_length(text)};
  uint64_t hash = XXH3_64bits(key.name, key.length);
  uint32_t number = hash_index_find(&alignment->by_name, hash, same_name, alignment, &key);
  if (number == HASH_INDEX_NONE) {
    number = (uint32_t)alignment->names.count;
    struct aligned_name name = {.length = key.length};
    name.text = arena_strndup(alignment->arena, key.name, key.length);
    if (!name.text || !VECTOR_PUSH(&alignment->names, name) ||
        !hash_index_add(&alignment->by_name, hash, number))
      return &error_no_memory;
  }
  /* Rust's hash, too, is cut off, but every function has it. */
  bool is_clone = text[key.length] && text[key.length] != ':';
  *ret = (struct aligned_frame){.number = number, .is_clone = is_clone};
  return NULL;
}

static struct error *name_frame(struct alignment *alignment,
                                const struct profile_location *location, uint32_t line_index,
                                struct aligned_frame *ret) {
  const struct profile_line *line = profile_frame_line(location, line_index);
  struct aligned_frame *known = line ? &alignment->functions[line->function] : NULL;
  if (known && known->number != PROFILE_NONE) {
    *ret = *known;
    return NULL;
  }
  const char *text = frame_names_get(&alignment->frame_names, location, line_index);
  struct error *err = text ? intern(alignment, text, ret) : &error_no_memory;
  if (!err && known)
    *known = *ret;
  return err;
}

/* Whether frame `name`, which called the chain's last one, is one function with it in the eyes of
 * another build: foo and the foo.part.0 that was split off from it. */
static bool is_split(const struct alignment *alignment, struct aligned_frame name) {
  if (alignment->chain.count == 0)
    return false;
  struct aligned_frame callee = alignment->chain.data[alignment->chain.count - 1];
  return callee.number == name.number && (callee.is_clone || name.is_clone);
}

static struct error *append_location(struct alignment *alignment,
                                     const struct profile_location *location) {
  for (uint32_t i = 0; i < profile_n_frames(location); i++) {
    struct aligned_frame name;
    struct error *err = name_frame(alignment, location, i, &name);
    if (err)
      return err;
    if (is_split(alignment, name)) {
      alignment->chain.data[alignment->chain.count - 1].is_clone &= name.is_clone;
      continue;
    }
    if (!VECTOR_PUSH(&alignment->chain, name) || !VECTOR_PUSH(&alignment->row, name.number))
      return &error_no_memory;
  }
  return NULL;
}

static bool same_stack(const void *context, uint32_t index, const void *key) {
  const struct aligned_stack *a = &((const struct alignment *)context)->stacks.data[index],
                             *b = key;
  return a->n_names == b->n_names &&
         (a->n_names == 0 || memcmp(a->names, b->names, a->n_names * sizeof(*a->names)) == 0);
}

static struct error *find_or_add_stack(struct alignment *alignment, uint32_t *ret) {
  struct aligned_stack stack = {.names = alignment->row.data,
                                .n_names = (uint32_t)alignment->row.count};
  size_t size = alignment->row.count * sizeof(*stack.names);
  uint64_t hash = XXH3_64bits(size ? (const void *)stack.names : "", size);
  *ret = hash_index_find(&alignment->by_stack, hash, same_stack, alignment, &stack);
  if (*ret != HASH_INDEX_NONE)
    return NULL;
  uint32_t *names = arena_alloc(alignment->arena, size);
  if (!names)
    return &error_no_memory;
  if (size)
    memcpy(names, alignment->row.data, size);
  stack.names = names;
  *ret = (uint32_t)alignment->stacks.count;
  if (!VECTOR_PUSH(&alignment->stacks, stack) || !hash_index_add(&alignment->by_stack, hash, *ret))
    return &error_no_memory;
  return NULL;
}

struct error *alignment_begin(struct alignment *alignment, const struct profile *profile) {
  alignment->profile = profile;
  alignment->frame_names = (struct frame_names){0};
  alignment->functions = malloc((profile->n_functions + 1) * sizeof(*alignment->functions));
  if (!alignment->functions)
    return &error_no_memory;
  for (size_t i = 0; i < profile->n_functions; i++)
    alignment->functions[i].number = PROFILE_NONE;
  return frame_names_init(&alignment->frame_names, profile, alignment->arena);
}

void alignment_end(struct alignment *alignment) {
  frame_names_deinit(&alignment->frame_names);
  free(alignment->functions);
  alignment->functions = NULL;
}

struct error *alignment_stack(struct alignment *alignment, const struct profile_sample *sample,
                              uint32_t *ret) {
  struct error *err = NULL;
  alignment->chain.count = alignment->row.count = 0;
  for (uint32_t i = 0; i < sample->n_locations && !err; i++)
    err = append_location(alignment, &alignment->profile->locations[sample->locations[i]]);
  return err ? err : find_or_add_stack(alignment, ret);
}
