/* A location whose inner frames are cut and whose outer ones stay is copied for that: other samples
 * may keep it whole. */
#include "model/fold.h"

#include "base/cleanup.h"
#include "model/frame.h"
#include "model/responsible.h"

#include <stdlib.h>
#include <string.h>

struct folder {
  struct profile *profile;
  struct arena arena; /* of bracketed names, until they are interned */
  uint32_t *cut;      /* by location: its copy without the inner `lines_cut` frames, 0 for none */
  uint32_t *lines_cut;
};

static struct error *cut_location(struct folder *f, uint32_t index, uint32_t lines, uint32_t *ret) {
  if (f->cut[index] && f->lines_cut[index] == lines) {
    *ret = f->cut[index];
    return NULL;
  }
  struct profile_location copy = f->profile->locations[index];
  struct profile_line *kept = profile_array(f->profile, copy.n_lines - lines, sizeof(*kept));
  if (!kept)
    return &error_no_memory;
  copy.n_lines -= lines;
  memcpy(kept, copy.lines + lines, copy.n_lines * sizeof(*kept));
  copy.lines = kept;
  struct error *err = profile_add_location(f->profile, &copy, ret);
  f->cut[index] = err ? 0 : *ret;
  f->lines_cut[index] = lines;
  return err;
}

/* The outermost frame that is cut; profile_frame_name's name. */
static const char *name_of(struct folder *f, const struct profile_sample *sample, uint32_t location,
                           uint32_t line) {
  const struct profile_location *l = &f->profile->locations[sample->locations[location]];
  const struct profile_function *function = profile_frame_function(f->profile, l, line);
  if (function && *function->name)
    return function->name; /* is interned */
  const char *name = profile_frame_name(f->profile, l, line, &f->arena);
  return name ? profile_string(f->profile, name) : NULL;
}

static struct error *cut_sample(struct folder *f, struct profile_sample *sample, uint32_t skipped,
                                const char **via) {
  uint32_t whole = 0, left = skipped, frames;
  while ((frames = profile_n_frames(&f->profile->locations[sample->locations[whole]])) <= left) {
    left -= frames;
    if (!left && !(*via = name_of(f, sample, whole, frames - 1)))
      return &error_no_memory;
    whole++;
  }
  if (left && !(*via = name_of(f, sample, whole, left - 1)))
    return &error_no_memory;
  sample->locations += whole;
  sample->n_locations -= whole;
  return left ? cut_location(f, sample->locations[0], left, &sample->locations[0]) : NULL;
}

static struct error *cut_samples(struct folder *f, const uint32_t *skipped, const char **via) {
  struct error *err = NULL;
  for (size_t i = 0; i < f->profile->n_samples && !err; i++)
    if (skipped[i])
      err = cut_sample(f, &f->profile->samples[i], skipped[i], &via[i]);
  return err;
}

/* All are decided before the first stack is cut. */
static void decide(const struct profile *profile, const struct responsible *responsible,
                   uint32_t *skipped) {
  for (size_t i = 0; i < profile->n_samples; i++)
    skipped[i] = responsible_skipped(responsible, &profile->samples[i]);
}

static struct error *fold_by(struct profile *profile, const struct responsible *responsible,
                             const char *const **via) {
  _cleanup_free_ uint32_t *skipped = calloc(profile->n_samples + 1, sizeof(*skipped));
  _cleanup_free_ uint32_t *cut = calloc(profile->n_locations + 1, sizeof(*cut));
  _cleanup_free_ uint32_t *lines_cut = calloc(profile->n_locations + 1, sizeof(*lines_cut));
  const char **names = profile_array(profile, profile->n_samples + 1, sizeof(*names));
  if (!skipped || !cut || !lines_cut || !names)
    return &error_no_memory;
  struct folder folder = {.profile = profile, .cut = cut, .lines_cut = lines_cut};
  decide(profile, responsible, skipped);
  struct error *err = cut_samples(&folder, skipped, names);
  arena_deinit(&folder.arena);
  if (!err && via)
    *via = (const char *const *)names;
  return err;
}

struct error *profile_fold(struct profile *profile, const char *const **via) {
  _cleanup_responsible_ struct responsible *responsible = NULL;
  struct error *err = responsible_create(profile, &responsible);
  return err ? err : fold_by(profile, responsible, via);
}

struct error *profile_fold_alike(struct profile *a, struct profile *b) {
  _cleanup_responsible_ struct responsible *of_a = NULL, *of_b = NULL;
  struct error *err = responsible_create(a, &of_a);
  if (!err)
    err = responsible_create(b, &of_b);
  if (!err)
    err = responsible_join(of_a, of_b);
  if (!err)
    err = fold_by(a, of_a, NULL);
  return err ? err : fold_by(b, of_b, NULL);
}
