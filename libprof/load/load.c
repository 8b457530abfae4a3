#include "load/load.h"

#include "base/cleanup.h"
#include "model/allocator_frames.h"
#include "model/stack_work.h"
#include "pprof/read_file.h"
#include "recording/find.h"
#include "recording/profile.h"
#include "symbol/symbolize.h"

struct error *load_finish(struct profile *profile, bool symbolize) {
  struct error *err = symbolize ? symbolize_profile(profile, NULL) : NULL;
  return err ? err : profile_drop_allocator_frames(profile);
}

struct error *load_recording(const struct recording *recording, bool symbolize,
                             struct profile **ret) {
  return load_recording_placed(recording, symbolize, NULL, ret);
}

struct error *load_recording_placed(const struct recording *recording, bool symbolize,
                                    uint32_t *places, struct profile **ret) {
  _cleanup_profile_ struct profile *profile = NULL;
  struct error *err = recording_profile_placed(recording, places, &profile);
  if (!err)
    err = load_finish(profile, symbolize);
  if (!err)
    *ret = no_cleanup_ptr(profile);
  return err;
}

struct error *load_read(const struct recording *recording, struct profile **ret) {
  return recording_profile(recording, ret);
}

struct error *load_open(const char *path, pid_t pid, struct recording **recording,
                        struct profile **ret) {
  struct error *err = recording_open_of(path, pid, RECORDING_ALL, recording);
  return err ? err : recording_profile(*recording, ret);
}

struct error *load_process(pid_t pid, struct recording **recording, struct profile **ret) {
  struct error *err = recorded_process_open(pid, false, recording);
  return err ? err : recording_profile(*recording, ret);
}

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

struct error *load_file(const char *path, bool symbolize, struct profile **ret) {
  _cleanup_profile_ struct profile *profile = NULL;
  struct error *err =
      recording_is(path) ? recording_read_profile(path, &profile) : pprof_read_file(path, &profile);
  if (!err && symbolize && lacks_symbols(profile))
    err = symbolize_profile(profile, NULL);
  if (!err && profile->file_size) /* inlined frames may have come to it */
    err = stack_work_check(profile);
  if (!err)
    *ret = no_cleanup_ptr(profile);
  return err;
}
