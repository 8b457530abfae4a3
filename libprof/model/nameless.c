#include "model/nameless.h"

#include "base/cleanup.h"
#include "model/allocator_names.h"
#include "model/frame.h"

#include <math.h>
#include <stdlib.h>

/* By function: its name is compared with the lists of allocators once, not for each sample. */
enum name_class { NOT_SEEN, NAMELESS, ALLOCATES, NAMED };

static enum name_class class_of(const char *name) {
  if (frame_name_is_missing(name))
    return NAMELESS;
  return allocator_name_is_known(name) ? ALLOCATES : NAMED;
}

static enum name_class class_once(const struct profile *profile,
                                  const struct profile_function *function, unsigned char *classes) {
  if (!function)
    return NAMELESS;
  unsigned char *class = &classes[function - profile->functions];
  if (*class == NOT_SEEN)
    *class = (unsigned char)class_of(function->name);
  return *class;
}

/* The mapping of the sample's innermost frame of interest if that has no name; PROFILE_NONE if it
 * has, or has no file. */
static uint32_t mapping_of(const struct profile *profile, const struct profile_sample *sample,
                           unsigned char *classes) {
  for (uint32_t i = 0; i < sample->n_locations; i++) {
    const struct profile_location *location = &profile->locations[sample->locations[i]];
    for (uint32_t k = 0; k < profile_n_frames(location); k++) {
      switch (class_once(profile, profile_frame_function(profile, location, k), classes)) {
      case NAMELESS:
        return location->mapping;
      case NAMED:
        return PROFILE_NONE;
      default:
        break;
      }
    }
  }
  return PROFILE_NONE;
}

/* Mappings of one file are one; strings are interned. */
static uint32_t first_of_file(const struct profile *profile, uint32_t mapping) {
  for (uint32_t i = 0; i < mapping; i++)
    if (profile->mappings[i].file == profile->mappings[mapping].file)
      return i;
  return mapping;
}

static void keep_largest(double *values, size_t n, double total, struct nameless *ret) {
  while (ret->n_modules < NAMELESS_MODULES) {
    uint32_t largest = 0;
    for (uint32_t i = 1; i < n; i++)
      if (values[i] > values[largest])
        largest = i;
    if (!n || values[largest] <= 0)
      return;
    ret->modules[ret->n_modules++] = (struct nameless_module){largest, values[largest] / total};
    values[largest] = 0;
  }
}

struct error *nameless_find(const struct profile *profile, int type, struct nameless *ret) {
  *ret = (struct nameless){0};
  _cleanup_free_ double *values = calloc(profile->n_mappings + 1, sizeof(*values));
  _cleanup_free_ unsigned char *classes = calloc(profile->n_functions + 1, 1);
  double total = 0, nameless = 0;
  if (!values || !classes)
    return &error_no_memory;
  for (size_t i = 0; i < profile->n_samples; i++) {
    double value = fabs((double)profile->samples[i].values[type]);
    uint32_t mapping =
        value > 0 ? mapping_of(profile, &profile->samples[i], classes) : PROFILE_NONE;
    total += value;
    if (mapping != PROFILE_NONE) {
      values[first_of_file(profile, mapping)] += value;
      nameless += value;
    }
  }
  if (total > 0) {
    ret->part = nameless / total;
    keep_largest(values, profile->n_mappings, total, ret);
  }
  return NULL;
}
