/* drop_frames and keep_frames, as pprof applies them when it loads a profile. */
#include "model/prune.h"

#include "base/arena.h"
#include "model/regex.h"

#include <string.h>

/* The rest of a location: nothing, or the frames outside of the outermost dropped one. */
enum fate { KEPT, CUT, GONE };

struct pruner {
  struct profile *profile;
  struct regex *drop, *keep; /* keep may be NULL */
  struct arena arena;
  bool *dropped;    /* by function */
  enum fate *fates; /* by location */
};

/* The name without its arguments, by pprof's rule: up to the first "(" that is not the beginning of
 * "(anonymous namespace)", and without the dot that PowerPC puts before entry points. */
static size_t bare_name(const char **name) {
  static const char anonymous[] = "(anonymous namespace)";
  *name += **name == '.';
  const char *paren = strchr(*name, '(');
  if (!paren || paren == *name || strncmp(paren, anonymous, strlen(anonymous)) == 0)
    return strlen(*name);
  return (size_t)(paren - *name);
}

static struct error *match_function(const struct pruner *pruner, const char *name, bool *ret) {
  bool keep = false;
  size_t n = bare_name(&name);
  struct error *err = regex_match_n(pruner->drop, name, n, ret);
  if (!err && *ret && pruner->keep)
    err = regex_match_n(pruner->keep, name, n, &keep);
  *ret &= !keep;
  return err;
}

static struct error *match_functions(struct pruner *pruner) {
  struct error *err = NULL;
  for (size_t i = 0; i < pruner->profile->n_functions && !err; i++)
    if (*pruner->profile->functions[i].name)
      err = match_function(pruner, pruner->profile->functions[i].name, &pruner->dropped[i]);
  return err;
}

static enum fate prune_location(const struct pruner *pruner, struct profile_location *location) {
  for (uint32_t i = location->n_lines; i-- > 0;) {
    if (!pruner->dropped[location->lines[i].function])
      continue;
    if (i == location->n_lines - 1)
      return GONE;
    location->lines += i + 1;
    location->n_lines -= i + 1;
    return CUT;
  }
  return KEPT;
}

/* From the root down: after the first frame that stays, everything below a dropped one goes. */
static void prune_sample(const struct pruner *pruner, struct profile_sample *sample) {
  bool found_user = false;
  for (uint32_t i = sample->n_locations; i-- > 0;) {
    enum fate fate = pruner->fates[sample->locations[i]];
    if (fate == KEPT) {
      found_user = true;
    } else if (found_user) {
      uint32_t n_gone = fate == GONE ? i + 1 : i;
      sample->locations += n_gone;
      sample->n_locations -= n_gone;
      return;
    }
  }
}

static struct error *prune(struct pruner *pruner) {
  struct profile *profile = pruner->profile;
  pruner->dropped = arena_calloc(&pruner->arena, profile->n_functions, sizeof(bool));
  pruner->fates = arena_calloc(&pruner->arena, profile->n_locations, sizeof(enum fate));
  if (!pruner->dropped || !pruner->fates)
    return &error_no_memory;
  struct error *err = match_functions(pruner);
  if (err)
    return err;
  for (size_t i = 0; i < profile->n_locations; i++)
    pruner->fates[i] = prune_location(pruner, &profile->locations[i]);
  for (size_t i = 0; i < profile->n_samples; i++)
    prune_sample(pruner, &profile->samples[i]);
  return NULL;
}

struct error *profile_prune(struct profile *profile) {
  _cleanup_regex_ struct regex *drop = NULL, *keep = NULL;
  if (!*profile->drop_frames)
    return NULL;
  struct error *err = regex_create_anchored(profile->drop_frames, "drop_frames", &drop);
  if (!err && *profile->keep_frames)
    err = regex_create_anchored(profile->keep_frames, "keep_frames", &keep);
  if (err)
    return err;
  struct pruner pruner = {.profile = profile, .drop = drop, .keep = keep};
  err = prune(&pruner);
  arena_deinit(&pruner.arena);
  return err;
}
