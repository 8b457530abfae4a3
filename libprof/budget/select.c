#include "budget/select.h"

#include "base/cleanup.h"
#include "model/frame.h"
#include "model/regex.h"

#include <string.h>

/* A pattern, asked of each function and mapping of a profile once. */
struct matcher {
  bool *functions, *mappings; /* by index */
  bool unnamed;               /* what a frame without a function gets */
};

static void matcher_deinit(struct matcher *matcher) {
  free(matcher->functions);
  free(matcher->mappings);
}

static struct error *compile(const char *pattern, const char *what, struct regex **ret) {
  *ret = NULL;
  return pattern ? regex_create(pattern, what, ret) : NULL;
}

static struct error *matches(const struct regex *regex, const char *text, bool *ret) {
  *ret = true;
  return regex ? regex_match(regex, text, ret) : NULL;
}

static struct error *match_functions(struct matcher *matcher, const struct profile *profile,
                                     const struct regex *function, const struct regex *file) {
  struct error *err = NULL;
  matcher->unnamed = !function && !file;
  for (size_t i = 0; i < profile->n_functions && !err; i++) {
    bool is_named, is_from;
    err = matches(function, profile->functions[i].name, &is_named);
    if (!err)
      err = matches(file, profile->functions[i].file, &is_from);
    if (!err)
      matcher->functions[i] = is_named && is_from;
  }
  return err;
}

static struct error *match_mappings(struct matcher *matcher, const struct profile *profile,
                                    const struct regex *module) {
  struct error *err = NULL;
  for (size_t i = 0; i < profile->n_mappings && !err; i++)
    err = matches(module, profile->mappings[i].file, &matcher->mappings[i]);
  matcher->mappings[profile->n_mappings] = !module; /* of frames without a mapping */
  return err;
}

static struct error *matcher_init(struct matcher *matcher, const struct budget_pattern *pattern,
                                  const struct profile *profile) {
  _cleanup_regex_ struct regex *function = NULL, *file = NULL, *module = NULL;
  *matcher = (struct matcher){calloc(profile->n_functions + 1, sizeof(bool)),
                              calloc(profile->n_mappings + 1, sizeof(bool)), false};
  struct error *err = matcher->functions && matcher->mappings ? NULL : &error_no_memory;
  if (!err)
    err = compile(pattern->function, "function", &function);
  if (!err)
    err = compile(pattern->file, "file", &file);
  if (!err)
    err = compile(pattern->module, "module", &module);
  if (!err)
    err = match_functions(matcher, profile, function, file);
  return err ? err : match_mappings(matcher, profile, module);
}

static bool match_frame(const struct matcher *matcher, const struct profile *profile,
                        const struct profile_location *location, uint32_t line_index) {
  const struct profile_line *line = profile_frame_line(location, line_index);
  size_t mapping = location->mapping == PROFILE_NONE ? profile->n_mappings : location->mapping;
  return (line ? matcher->functions[line->function] : matcher->unnamed) &&
         matcher->mappings[mapping];
}

static bool match_sample(const struct matcher *matcher, const struct profile *profile,
                         const struct profile_sample *sample) {
  for (uint32_t i = 0; i < sample->n_locations; i++) {
    const struct profile_location *location = &profile->locations[sample->locations[i]];
    for (uint32_t k = 0; k < profile_n_frames(location); k++)
      if (match_frame(matcher, profile, location, k))
        return true;
  }
  return false;
}

static struct error *select_matching(const struct budget_pattern *pattern,
                                     const struct profile *profile, bool *chosen) {
  struct matcher matcher;
  struct error *err = matcher_init(&matcher, pattern, profile);
  for (size_t i = 0; i < profile->n_samples && !err; i++)
    chosen[i] = match_sample(&matcher, profile, &profile->samples[i]);
  matcher_deinit(&matcher);
  return err;
}

/* All patterns of all owners, in the order of the file. */
struct ownership {
  struct matcher *matchers;
  const struct budget_owner **owners; /* by matcher */
  size_t count;
};

static void ownership_deinit(struct ownership *ownership) {
  for (size_t i = 0; i < ownership->count; i++)
    matcher_deinit(&ownership->matchers[i]);
  free(ownership->matchers);
  free(ownership->owners);
}

static struct error *ownership_init(struct ownership *ownership, const struct budget *budget,
                                    const struct profile *profile) {
  size_t n = 0;
  for (unsigned i = 0; i < budget->n_owners; i++)
    n += budget->owners[i].n_sites;
  *ownership = (struct ownership){calloc(n + 1, sizeof(*ownership->matchers)),
                                  calloc(n + 1, sizeof(*ownership->owners)), 0};
  struct error *err = ownership->matchers && ownership->owners ? NULL : &error_no_memory;
  for (unsigned i = 0; i < budget->n_owners; i++)
    for (unsigned k = 0; k < budget->owners[i].n_sites && !err; k++) {
      ownership->owners[ownership->count] = &budget->owners[i];
      err = matcher_init(&ownership->matchers[ownership->count++], &budget->owners[i].sites[k],
                         profile);
    }
  return err;
}

static const struct budget_owner *owner_of_frame(const struct ownership *ownership,
                                                 const struct profile *profile,
                                                 const struct profile_location *location,
                                                 uint32_t line_index) {
  for (size_t i = ownership->count; i-- > 0;)
    if (match_frame(&ownership->matchers[i], profile, location, line_index))
      return ownership->owners[i];
  return NULL;
}

static const struct budget_owner *owner_of(const struct ownership *ownership,
                                           const struct profile *profile,
                                           const struct profile_sample *sample) {
  for (uint32_t i = 0; i < sample->n_locations; i++) {
    const struct profile_location *location = &profile->locations[sample->locations[i]];
    for (uint32_t k = 0; k < profile_n_frames(location); k++) {
      const struct budget_owner *owner = owner_of_frame(ownership, profile, location, k);
      if (owner)
        return owner;
    }
  }
  return NULL;
}

static struct error *find_owners(const struct budget *budget, struct site_profile *to) {
  const struct profile *profile = to->profile;
  struct ownership ownership;
  free(to->owners);
  to->owners = calloc(profile->n_samples + 1, sizeof(struct budget_owner *));
  if (!to->owners)
    return &error_no_memory;
  struct error *err = ownership_init(&ownership, budget, profile);
  for (size_t i = 0; i < profile->n_samples && !err; i++)
    to->owners[i] = owner_of(&ownership, profile, &profile->samples[i]);
  ownership_deinit(&ownership);
  return err;
}

struct error *select_owners(const struct budget *budget, const struct sites *sites) {
  struct error *err = NULL;
  for (size_t i = 0; i <= sites->n_bases && budget->n_owners && !err; i++)
    err = find_owners(budget, &sites->profiles[i]);
  return err;
}

static void select_owned(const char *name, const struct site_profile *profile, bool *chosen) {
  for (size_t i = 0; i < profile->profile->n_samples; i++)
    chosen[i] = profile->owners[i] && !strcmp(profile->owners[i]->name, name);
}

struct error *select_samples(const struct budget_limit *limit, const struct site_profile *profile,
                             bool **ret) {
  if (budget_limit_is_whole(limit)) {
    *ret = NULL;
    return NULL;
  }
  _cleanup_free_ bool *chosen = calloc(profile->profile->n_samples + 1, sizeof(*chosen));
  if (!chosen)
    return &error_no_memory;
  struct error *err = NULL;
  if (limit->owner)
    select_owned(limit->owner, profile, chosen);
  else
    err = select_matching(&limit->pattern, profile->profile, chosen);
  if (!err)
    *ret = no_cleanup_ptr(chosen);
  return err;
}

struct error *select_operations(const char *function, const struct profile *profile, bool **ret) {
  struct budget_pattern pattern = {.function = function};
  _cleanup_free_ bool *chosen = calloc(profile->n_samples + 1, sizeof(*chosen));
  struct matcher matcher;
  struct error *err = chosen ? matcher_init(&matcher, &pattern, profile) : &error_no_memory;
  for (size_t i = 0; i < profile->n_samples && !err; i++) {
    const struct profile_sample *sample = &profile->samples[i];
    chosen[i] = sample->n_locations &&
                match_frame(&matcher, profile, &profile->locations[sample->locations[0]], 0);
  }
  if (chosen)
    matcher_deinit(&matcher);
  if (!err)
    *ret = no_cleanup_ptr(chosen);
  return err;
}
