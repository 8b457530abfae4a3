/* From a finished process's recording to its profile file. */
#pragma once

#include "base/error.h"
#include "cli/session/profile_name.h"
#include "cli/session/session.h"
#include "model/profile.h"

struct collect_options {
  const char *output; /* pattern */
  bool symbolize;
  bool no_wrong_frees; /* a leak check tells of them */
  const char *killed;  /* comment for what ended without exiting; may be NULL */
};

/* A profile that was written. */
struct collected {
  char *path;
  struct profile *profile;
};
void collected_deinit(struct collected *collected);

/* Reads the recording, symbolizes, writes the profile and removes the recording. */
struct error *collect(const char *recording, const struct collect_options *options,
                      enum profile_naming naming, struct collected *ret);

struct collect_tally {
  unsigned others; /* profiles beside the main one */
  unsigned failed; /* recordings that could not be made a profile of */
  unsigned live;   /* processes that still run */
};

/* What of a session has ended is collected; `main_pid`'s last image gets the exact name and goes to
 * *main (left alone if it has none). Images of forked children that did little but execute
 * something else get no profile. Errors are reported by message() and the recordings at fault stay.
 */
struct error *collect_session(const char *folder, const struct collect_options *options,
                              pid_t main_pid, struct collected *main, struct collect_tally *tally);
