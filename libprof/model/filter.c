/* Everything that can fail (expressions, memory) comes before the first change to the profile. */
#include "model/filter.h"

#include "base/cleanup.h"
#include "model/frame_match.h"
#include "model/known_totals.h"
#include "model/tag_filter.h"

#include <string.h>

struct work {
  struct profile *profile;
  struct arena arena; /* for what follows */
  struct frame_match focus, ignore, hide, show, show_from;
  bool *keep; /* by sample: what the tag filters say */
  struct profile_filter_matched matched;
};

static bool is_on(const char *expression) {
  return expression && *expression;
}

static struct error *match_frames(struct work *work, const char *expression, const char *what,
                                  struct frame_match *ret) {
  _cleanup_regex_ struct regex *regex = NULL;
  if (!is_on(expression))
    return NULL;
  struct error *err = regex_create(expression, what, &regex);
  return err ? err : frame_match_init(ret, work->profile, regex, &work->arena);
}

/* Clears work->keep[i] where the label filter says so; with `wanted` it has to match, else it must
 * not. */
static struct error *match_tags(struct work *work, const char *text, const char *what, bool wanted,
                                bool *any) {
  _cleanup_tag_filter_ struct tag_filter *filter = NULL;
  if (!is_on(text))
    return NULL;
  struct error *err = tag_filter_create(text, what, &filter);
  *any = false;
  for (size_t i = 0; i < work->profile->n_samples && !err; i++) {
    bool matches = false;
    err = tag_filter_match(filter, &work->profile->samples[i], &matches);
    *any |= matches;
    work->keep[i] &= matches == wanted;
  }
  return err;
}

static struct error *filter_prepare(struct work *work, const struct profile_filter *filter) {
  struct error *err = NULL;
  work->keep = arena_calloc(&work->arena, work->profile->n_samples, sizeof(bool));
  if (!work->keep)
    return &error_no_memory;
  memset(work->keep, true, work->profile->n_samples);
  if (!err)
    err = match_frames(work, filter->focus, "--focus", &work->focus);
  if (!err)
    err = match_frames(work, filter->ignore, "--ignore", &work->ignore);
  if (!err)
    err = match_frames(work, filter->hide, "--hide", &work->hide);
  if (!err)
    err = match_frames(work, filter->show, "--show", &work->show);
  if (!err)
    err = match_frames(work, filter->show_from, "--show-from", &work->show_from);
  if (!err)
    err = match_tags(work, filter->tagfocus, "--tagfocus", true, &work->matched.tagfocus);
  if (!err)
    err = match_tags(work, filter->tagignore, "--tagignore", false, &work->matched.tagignore);
  return err;
}

static bool any_location(const struct work *work, const struct profile_sample *sample,
                         const struct frame_match *match) {
  for (uint32_t i = 0; i < sample->n_locations; i++)
    if (frame_match_location(match, &work->profile->locations[sample->locations[i]]))
      return true;
  return false;
}

/* Decides by the frames as they were, before any of them is hidden. */
static void choose_samples(struct work *work) {
  for (size_t i = 0; i < work->profile->n_samples; i++) {
    const struct profile_sample *sample = &work->profile->samples[i];
    if (work->focus.functions) {
      bool matches = any_location(work, sample, &work->focus);
      work->matched.focus |= matches;
      work->keep[i] &= matches;
    }
    if (work->ignore.functions) {
      bool matches = any_location(work, sample, &work->ignore);
      work->matched.ignore |= matches;
      work->keep[i] &= !matches;
    }
  }
}

/* Keeps the lines that match (or with `wanted` false, those that do not); true if a frame is left.
 * A location without lines is one frame, which only its mapping can match. */
static bool keep_lines(struct profile_location *location, const struct frame_match *match,
                       bool wanted) {
  uint32_t n = 0;
  bool mapping = frame_match_mapping(match, location);
  if (mapping || location->n_lines == 0)
    return mapping == wanted;
  for (uint32_t i = 0; i < location->n_lines; i++)
    if (frame_match_line(match, &location->lines[i]) == wanted)
      location->lines[n++] = location->lines[i];
  location->n_lines = n;
  return n > 0;
}

/* Removes the frames that are to be hidden from all locations; which are empty then goes to gone[].
 */
static void hide_frames(struct work *work, bool *gone) {
  for (size_t i = 0; i < work->profile->n_locations; i++) {
    struct profile_location *location = &work->profile->locations[i];
    if (work->hide.functions) {
      work->matched.hide |= frame_match_location(&work->hide, location);
      gone[i] |= !keep_lines(location, &work->hide, false);
    }
    if (work->show.functions && !gone[i]) {
      gone[i] |= !keep_lines(location, &work->show, true);
      work->matched.show |= !gone[i];
    }
  }
}

static void drop_locations(struct profile_sample *sample, const bool *gone) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < sample->n_locations; i++)
    if (!gone[sample->locations[i]])
      sample->locations[n++] = sample->locations[i];
  sample->n_locations = n;
}

/* Cuts the callers of the outermost match within the location; whether there is one. */
static bool cut_lines(struct profile_location *location, const struct frame_match *match) {
  if (frame_match_mapping(match, location))
    return true;
  for (uint32_t i = location->n_lines; i-- > 0;)
    if (frame_match_line(match, &location->lines[i])) {
      location->n_lines = i + 1;
      return true;
    }
  return false;
}

static void cut_locations(struct profile_sample *sample, const bool *starts) {
  while (sample->n_locations && !starts[sample->locations[sample->n_locations - 1]])
    sample->n_locations--;
}

static void drop_samples(struct work *work, bool need_frames) {
  struct profile *profile = work->profile;
  size_t n = 0;
  for (size_t i = 0; i < profile->n_samples; i++)
    if (work->keep[i] && (profile->samples[i].n_locations || !need_frames))
      profile->samples[n++] = profile->samples[i];
  if (n < profile->n_samples)
    known_totals_forget(profile);
  profile->n_samples = n;
}

static void filter_apply_work(struct work *work, bool *gone, bool *starts) {
  struct profile *profile = work->profile;
  bool hiding = work->hide.functions || work->show.functions, from = work->show_from.functions;
  choose_samples(work);
  hide_frames(work, gone);
  for (size_t i = 0; i < profile->n_locations && from; i++) {
    starts[i] = cut_lines(&profile->locations[i], &work->show_from);
    work->matched.show_from |= starts[i];
  }
  for (size_t i = 0; i < profile->n_samples; i++) {
    if (hiding)
      drop_locations(&profile->samples[i], gone);
    if (from)
      cut_locations(&profile->samples[i], starts);
  }
  drop_samples(work, hiding || from);
}

static struct error *filter_with(struct work *work, const struct profile_filter *filter) {
  size_t n = work->profile->n_locations;
  bool *gone = arena_calloc(&work->arena, n, sizeof(bool));
  bool *starts = arena_calloc(&work->arena, n, sizeof(bool));
  struct error *err = gone && starts ? filter_prepare(work, filter) : &error_no_memory;
  if (!err)
    filter_apply_work(work, gone, starts);
  return err;
}

static bool asks_nothing(const struct profile_filter *filter) {
  return !is_on(filter->focus) && !is_on(filter->ignore) && !is_on(filter->hide) &&
         !is_on(filter->show) && !is_on(filter->show_from) && !is_on(filter->tagfocus) &&
         !is_on(filter->tagignore);
}

struct error *profile_filter(struct profile *profile, const struct profile_filter *filter,
                             struct profile_filter_matched *matched) {
  struct work work = {.profile = profile,
                      .matched = {.focus = !is_on(filter->focus),
                                  .ignore = !is_on(filter->ignore),
                                  .hide = !is_on(filter->hide),
                                  .show = !is_on(filter->show),
                                  .show_from = !is_on(filter->show_from),
                                  .tagfocus = true,
                                  .tagignore = true}};
  struct error *err = asks_nothing(filter) ? NULL : filter_with(&work, filter);
  if (!err && matched)
    *matched = work.matched;
  arena_deinit(&work.arena);
  return err;
}
