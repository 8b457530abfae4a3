#include "model/stack_work.h"

#include "base/cleanup.h"
#include "base/work.h"
#include "model/frame.h"

#include <string.h>

struct stack_work {
  uint64_t frames; /* a sample without any is work, too: it counts as one */
  uint64_t text;
};

static uint64_t text_of_function(const struct profile_function *function) {
  return strlen(function->name) + strlen(function->file);
}

static struct stack_work work_of_location(const struct profile *profile,
                                          const struct profile_location *location,
                                          const uint32_t *text) {
  struct stack_work work = {.frames = profile_n_frames(location)};
  if (!location->n_lines && location->mapping != PROFILE_NONE)
    work.text = strlen(profile->mappings[location->mapping].file);
  for (uint32_t i = 0; i < location->n_lines; i++)
    work.text += text[location->lines[i].function];
  return work;
}

static struct error *work_of_sample(const struct profile *profile, size_t sample_index,
                                    const struct stack_work *locations, struct stack_work *all) {
  const struct profile_sample *sample = &profile->samples[sample_index];
  uint64_t frames = 0, most = work_most(WORK_TEXT, profile->file_size);
  for (uint32_t i = 0; i < sample->n_locations; i++) {
    frames += locations[sample->locations[i]].frames;
    all->text += locations[sample->locations[i]].text;
  }
  /* Labels share their strings: a long one is measured only as often as the bound allows. */
  for (uint32_t i = 0; i < sample->n_labels && all->text <= most; i++)
    all->text += strlen(sample->labels[i].key) + strlen(sample->labels[i].str);
  all->frames += frames + 1;
  struct error *err = work_check(WORK_STACK, frames, profile->file_size);
  if (err)
    return error_prefix(err, "sample %zu", sample_index);
  err = work_check(WORK_FRAMES, all->frames, profile->file_size);
  return err ? err : work_check(WORK_TEXT, all->text, profile->file_size);
}

struct error *stack_work_check(const struct profile *profile) {
  _cleanup_free_ uint32_t *text = calloc(profile->n_functions + 1, sizeof(*text));
  _cleanup_free_ struct stack_work *locations =
      calloc(profile->n_locations + 1, sizeof(*locations));
  struct stack_work all = {0};
  struct error *err = NULL;
  if (!text || !locations)
    return &error_no_memory;
  for (size_t i = 0; i < profile->n_functions; i++) {
    uint64_t n = text_of_function(&profile->functions[i]);
    text[i] = n < UINT32_MAX ? (uint32_t)n : UINT32_MAX;
  }
  for (size_t i = 0; i < profile->n_locations; i++)
    locations[i] = work_of_location(profile, &profile->locations[i], text);
  for (size_t i = 0; i < profile->n_samples && !err; i++)
    err = work_of_sample(profile, i, locations, &all);
  return err;
}
