/* From what a user names to the profile that a user wants to see: a recording, a running process
 * or a file becomes a profile with names, without the allocator's own frames.
 *
 * No other folder makes profiles of recordings; tests/layers holds all callers to that.
 *
 * Reading and finishing are two steps, because some callers do their work between them: they
 * subtract an earlier profile or add up those of many processes, and name the code once. */
#pragma once

#include "model/profile.h"
#include "recording/recording.h"

/* Finds the names of the code (unless `symbolize` is false) and hides the allocator's own frames
 * at the leaves (model/allocator_frames.h). */
struct error *load_finish(struct profile *profile, bool symbolize);

/* The finished profile of a recording that is open. */
struct error *load_recording(const struct recording *recording, bool symbolize,
                             struct profile **ret);

/* The same, with the places of the sites' samples (recording_profile_placed). */
struct error *load_recording_placed(const struct recording *recording, bool symbolize,
                                    uint32_t *places, struct profile **ret);

/* The profile of a recording that is open, not finished. */
struct error *load_read(const struct recording *recording, struct profile **ret);

/* The recording of process `pid` at `path`, as recorded_list_read gives them, and its profile as of
 * now, not finished. *recording may be set when the profile could not be made. */
struct error *load_open(const char *path, pid_t pid, struct recording **recording,
                        struct profile **ret);

/* The recording of a running process and its profile as of now, not finished. Errors say what to
 * do. *recording may be set when the profile could not be made. */
struct error *load_process(pid_t pid, struct recording **recording, struct profile **ret);

/* Any heap profile, by its content and not by its name: a recording, or a pprof file ("-" is
 * standard input). With `symbolize`, looks up names where the profile has none at all for some
 * code. No frames are hidden: a file that says which to hide keeps its word. Errors name the
 * file. */
struct error *load_file(const char *path, bool symbolize, struct profile **ret);
