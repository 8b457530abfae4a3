/* Functions of one name are one: `first[f]` is the first function with the name of f, and every
 * array below is by that. Wrappers wrap wrappers, so the profile is looked at again as long as that
 * shows one more of them: in each pass the innermost frame that does not pass on yet is a candidate
 * for whom the sample's bytes go straight on. */
#include "model/responsible.h"

#include "base/cleanup.h"
#include "base/vector.h"
#include "model/allocator_names.h"
#include "model/frame.h"
#include "model/libc_file.h"
#include "model/sample_types.h"
#include "model/start_names.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#define STRAIGHT_PART 0.95
#define LARGE_PART 0.25
enum { LIKELY_CALLERS = 2, MANY_CALLERS = 10, MOST_PASSES = 16 };

struct tally {
  double all, straight; /* bytes */
  uint32_t stamp, n_callers;
};

struct call {
  uint32_t callee, caller;
};

struct responsible {
  const struct profile *profile;
  int type;
  uint32_t *first;                  /* by function */
  bool *passes, *likely, *nameless; /* by first function */
  bool *start;
  bool *libc; /* by mapping */
  struct tally *tallies;
  VECTOR(struct call) calls; /* distinct */
  struct hash_index by_call;
};

/* A frame: the first function of its name, or NO_NAME. */
#define NO_NAME UINT32_MAX

struct cursor {
  const struct profile_sample *sample;
  uint32_t location, line;
  bool in_libc; /* where the frame that was given last lies */
};

static bool cursor_next(const struct responsible *r, struct cursor *c, uint32_t *ret) {
  if (c->location >= c->sample->n_locations)
    return false;
  const struct profile_location *l = &r->profile->locations[c->sample->locations[c->location]];
  c->in_libc = l->mapping != PROFILE_NONE && r->libc[l->mapping];
  *ret = c->line < l->n_lines ? r->first[l->lines[c->line].function] : NO_NAME;
  if (*ret != NO_NAME && r->nameless[*ret])
    *ret = NO_NAME;
  if (++c->line >= profile_n_frames(l)) {
    c->location++;
    c->line = 0;
  }
  return true;
}

static bool passes_on(const struct responsible *r, const struct cursor *c, uint32_t frame) {
  return r->passes[frame] || (c->in_libc && !r->start[frame]);
}

static double value_of(const struct responsible *r, const struct profile_sample *sample) {
  return fabs((double)sample->values[r->type]);
}

static bool same_name(const void *context, uint32_t index, const void *name) {
  return ((const struct responsible *)context)->profile->functions[index].name == name;
}

static struct error *find_first(struct responsible *r) {
  _cleanup_hash_index_ struct hash_index by_name = HASH_INDEX_INIT;
  for (uint32_t i = 0; i < r->profile->n_functions; i++) {
    const char *name = r->profile->functions[i].name; /* interned: its address is its identity */
    uint64_t hash = XXH3_64bits(&name, sizeof(name));
    uint32_t found = hash_index_find(&by_name, hash, same_name, r, name);
    r->first[i] = found == HASH_INDEX_NONE ? i : found;
    if (found != HASH_INDEX_NONE)
      continue;
    if (!hash_index_add(&by_name, hash, i))
      return &error_no_memory;
    r->nameless[i] = frame_name_is_missing(name);
    r->start[i] = start_name_is(name);
    r->passes[i] = allocator_name_is_known(name) && !r->start[i];
    r->likely[i] = allocator_name_is_likely(name);
  }
  return NULL;
}

static bool same_call(const void *context, uint32_t index, const void *key) {
  return !memcmp(&((const struct responsible *)context)->calls.data[index], key,
                 sizeof(struct call));
}

static struct error *note_caller(struct responsible *r, uint32_t callee, uint32_t caller) {
  struct call call = {callee, caller};
  uint64_t hash = XXH3_64bits(&call, sizeof(call));
  if (hash_index_find(&r->by_call, hash, same_call, r, &call) != HASH_INDEX_NONE)
    return NULL;
  if (!hash_index_add(&r->by_call, hash, (uint32_t)r->calls.count) || !VECTOR_PUSH(&r->calls, call))
    return &error_no_memory;
  r->tallies[callee].n_callers++;
  return NULL;
}

static double count_all(struct responsible *r) {
  double total = 0;
  for (size_t i = 0; i < r->profile->n_samples; i++) {
    struct cursor c = {.sample = &r->profile->samples[i]};
    double value = value_of(r, c.sample);
    total += value;
    for (uint32_t frame; value != 0 && cursor_next(r, &c, &frame);)
      if (frame != NO_NAME && r->tallies[frame].stamp != i + 1) {
        r->tallies[frame].stamp = (uint32_t)i + 1;
        r->tallies[frame].all += value;
      }
  }
  return total;
}

/* The innermost frame that does not pass on, and its caller. */
static struct error *count_straight(struct responsible *r) {
  struct error *err = NULL;
  for (size_t i = 0; i < r->profile->n_functions; i++)
    r->tallies[i].straight = 0;
  for (size_t i = 0; i < r->profile->n_samples && !err; i++) {
    struct cursor c = {.sample = &r->profile->samples[i]};
    uint32_t frame, caller;
    bool found = false;
    while (!found && cursor_next(r, &c, &frame))
      found = frame == NO_NAME || !passes_on(r, &c, frame);
    if (!found || frame == NO_NAME || !cursor_next(r, &c, &caller))
      continue;
    r->tallies[frame].straight += value_of(r, c.sample);
    err = note_caller(r, frame, caller);
  }
  return err;
}

static bool serves_others(const struct responsible *r, uint32_t function, double total) {
  const struct tally *t = &r->tallies[function];
  if (t->straight == 0 || t->straight < STRAIGHT_PART * t->all)
    return false;
  return (r->likely[function] && t->n_callers >= LIKELY_CALLERS) ||
         (t->n_callers >= MANY_CALLERS && t->all >= LARGE_PART * total);
}

static struct error *find_wrappers(struct responsible *r) {
  double total = count_all(r);
  bool more = true;
  for (int pass = 0; pass < MOST_PASSES && more; pass++) {
    struct error *err = count_straight(r);
    if (err)
      return err;
    more = false;
    for (uint32_t i = 0; i < r->profile->n_functions; i++)
      if (!r->passes[i] && !r->start[i] && serves_others(r, i, total))
        r->passes[i] = more = true;
  }
  return NULL;
}

struct error *responsible_create(const struct profile *profile, struct responsible **ret) {
  _cleanup_responsible_ struct responsible *r = calloc(1, sizeof(*r));
  size_t n = profile->n_functions + 1;
  if (!r)
    return &error_no_memory;
  r->profile = profile;
  r->type = sample_type_index(profile, SAMPLE_ALLOC_SPACE);
  if (r->type < 0)
    r->type = sample_type_named(profile, NULL);
  r->first = calloc(n, sizeof(*r->first));
  r->passes = calloc(n, sizeof(bool));
  r->likely = calloc(n, sizeof(bool));
  r->nameless = calloc(n, sizeof(bool));
  r->start = calloc(n, sizeof(bool));
  r->libc = calloc(profile->n_mappings + 1, sizeof(bool));
  r->tallies = calloc(n, sizeof(*r->tallies));
  if (!r->first || !r->passes || !r->likely || !r->nameless || !r->start || !r->libc || !r->tallies)
    return &error_no_memory;
  for (size_t i = 0; i < profile->n_mappings; i++)
    r->libc[i] = file_is_libc(profile->mappings[i].file);
  struct error *err = find_first(r);
  if (!err)
    err = find_wrappers(r);
  if (!err)
    *ret = no_cleanup_ptr(r);
  return err;
}

static uint64_t name_hash(const char *name) {
  return XXH3_64bits(name, strlen(name));
}

static bool same_text(const void *context, uint32_t index, const void *name) {
  return !strcmp(((const struct responsible *)context)->profile->functions[index].name, name);
}

/* Functions that pass on in `from` do so in `to`. */
static void join_into(struct responsible *to, const struct hash_index *names,
                      const struct responsible *from) {
  for (uint32_t i = 0; i < from->profile->n_functions; i++) {
    const char *name = from->profile->functions[i].name;
    uint32_t found = from->passes[i] ? hash_index_find(names, name_hash(name), same_text, to, name)
                                     : HASH_INDEX_NONE;
    if (found != HASH_INDEX_NONE)
      to->passes[to->first[found]] = true;
  }
}

static struct error *index_names(const struct responsible *r, struct hash_index *ret) {
  for (uint32_t i = 0; i < r->profile->n_functions; i++)
    if (r->first[i] == i && !hash_index_add(ret, name_hash(r->profile->functions[i].name), i))
      return &error_no_memory;
  return NULL;
}

struct error *responsible_join(struct responsible *a, struct responsible *b) {
  _cleanup_hash_index_ struct hash_index a_names = HASH_INDEX_INIT, b_names = HASH_INDEX_INIT;
  struct error *err = index_names(a, &a_names);
  if (!err)
    err = index_names(b, &b_names);
  if (err)
    return err;
  join_into(a, &a_names, b);
  join_into(b, &b_names, a);
  return NULL;
}

void responsible_destroy(struct responsible *r) {
  if (!r)
    return;
  free(r->first);
  free(r->passes);
  free(r->likely);
  free(r->nameless);
  free(r->start);
  free(r->libc);
  free(r->tallies);
  VECTOR_DEINIT(&r->calls);
  hash_index_deinit(&r->by_call);
  free(r);
}

uint32_t responsible_skipped(const struct responsible *r, const struct profile_sample *sample) {
  struct cursor c = {.sample = sample};
  uint32_t n = 0, named = 0; /* frames passed over; of them up to the last with a name */
  bool started = false;      /* the frames from here on have called the program or thread */
  for (uint32_t frame; cursor_next(r, &c, &frame); n++) {
    if (frame == NO_NAME)
      continue;
    if (!r->start[frame] && !passes_on(r, &c, frame))
      return n;
    started |= r->start[frame];
    if (!started)
      named = n + 1;
  }
  return named < n ? named : 0;
}
