/* Turns the recording of a finished process into its profile file. */
#pragma once

#include "base/error.h"
#include "cli/session/profile_name.h"
#include "cli/session/session.h"
#include "model/profile.h"

struct collect_options {
  const char *output; /* pattern */
  bool symbolize;
  bool no_wrong_frees;         /* a leak check reports them */
  const struct profile *leaks; /* of a leak check of the main process; NULL: none */
  const char *killed;          /* comment for what ended without exiting; may be NULL */
  uint64_t peak_rss; /* of the main process, where its recording does not say; 0: unknown */
};

/* A profile that was written. All is owned. */
struct collected {
  char *path;
  struct profile *profile;
  char *program; /* the name that the process was started by; untrusted */
  pid_t pid;
};
void collected_deinit(struct collected *collected);

/* The bytes that were live at the peak; -1 without a profile. */
int64_t collected_peak(const struct collected *collected);

/* Reads the recording of entry i, symbolizes, writes the profile and removes the recording. */
struct error *collect(const struct session_list *list, size_t i,
                      const struct collect_options *options, enum profile_naming naming,
                      struct collected *ret);

/* Another profile that was written, by its name. All is owned. */
struct collected_next {
  char *path, *program;
  pid_t pid;
  int64_t peak; /* as collected_peak */
};
enum { COLLECT_MOST_NEXT = 7 };

struct collect_tally {
  unsigned others;                               /* profiles beside the main one */
  struct collected largest;                      /* of these the one with the highest peak */
  struct collected_next next[COLLECT_MOST_NEXT]; /* those that follow it, the highest peak first */
  size_t n_next;
  uint64_t allocs, bytes; /* of all profiles, the main one among them */
  unsigned glue;          /* recordings that were removed without a profile */
  unsigned incomplete;    /* of these: profiles that do not hold all that was to be recorded */
  unsigned failed;        /* recordings that could not be made a profile of */
  unsigned live;          /* processes that still run */
};

void collect_tally_deinit(struct collect_tally *tally);
#define _cleanup_collect_tally_ __attribute__((cleanup(collect_tally_deinit)))

/* Adds the profile of a process other than the main one, and takes it over. */
void collect_tally_other(struct collect_tally *tally, struct collected *other);

/* A recording stays, because its process may still run; or it was removed without a profile; or it
 * became a profile. */
enum collect_outcome { COLLECT_LATER, COLLECT_GLUE, COLLECT_PROFILE };

/* Collects the image of a child that has ended while the program runs, from any thread. On an error
 * the recording stays. *ret is set only for COLLECT_PROFILE without an error. */
struct error *collect_child(const char *folder, pid_t pid, unsigned generation,
                            const struct collect_options *options, enum collect_outcome *outcome,
                            struct collected *ret);

/* Collects the processes of a session that have ended, and adds to *tally, which may have those that
 * were collected before. The last image of `main_pid` gets the exact
 * name and goes to *main, which is left alone if there is no such image. A forked child that did
 * little before it executed another program gets no profile. Errors are reported by message(), and
 * the recordings at fault stay. */
struct error *collect_session(const char *folder, const struct collect_options *options,
                              pid_t main_pid, struct collected *main, struct collect_tally *tally);
