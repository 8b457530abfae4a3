#include "cli/input/input.h"

#include "pprof/decode.h"
#include "recording/profile.h"
#include "symbol/symbolize.h"

static bool wants_symbols = true;

static const struct option_spec specs[] = {
    {"symbolize", 0, NULL, "Do not look up functions and lines that the profile lacks", OPTION_FLAG,
     &wants_symbols, .on_by_default = true},
    {0},
};
const struct option_group input_options = {"Input options", specs};

/* A profile of memprof with --no-symbolize, or of a tool that leaves that to its reader. */
static bool lacks_symbols(const struct profile *profile) {
  for (size_t i = 0; i < profile->n_locations; i++) {
    const struct profile_location *location = &profile->locations[i];
    if (location->n_lines == 0 && location->mapping != PROFILE_NONE &&
        !profile->mappings[location->mapping].has_functions)
      return true;
  }
  return false;
}

static struct error *read_any(const char *path, struct profile **ret) {
  return recording_is(path) ? recording_read_profile(path, ret) : pprof_read_file(path, ret);
}

struct error *input_read(const char *path, struct profile **ret) {
  _cleanup_profile_ struct profile *profile = NULL;
  struct error *err = read_any(path, &profile);
  if (err)
    return err;
  if (wants_symbols && lacks_symbols(profile))
    err = symbolize_profile(profile, NULL);
  if (err)
    return err;
  *ret = profile;
  profile = NULL;
  return NULL;
}
