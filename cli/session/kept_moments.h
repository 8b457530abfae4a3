/* The moments of a session's processes, kept from their start until their profiles are written. For
 * any thread. Where memory runs out a moment is lost. */
#pragma once

#include "model/moments.h"
#include "recording/recording.h"

/* From now on moments of the process image of this recording are kept. */
void kept_moments_begin(const struct recording *recording);

/* Whether a moment is to be taken at `time`, in ns since the image's recording began. */
bool kept_moments_due(pid_t pid, unsigned generation, uint64_t time);

/* Adds the moment of the recording, read at `time`; taking it cost `cost` ns of CPU time. Moments
 * are taken more rarely where they would take more than a twentieth of the time. */
void kept_moments_add(const struct recording *recording, uint64_t time, uint64_t rss,
                      uint64_t cost);

void kept_moments_mark(pid_t pid, unsigned generation, uint64_t time, enum moment_mark_kind kind,
                       const char *text);

/* Hands over the moments of this recording's process image, with the figures of the others that had
 * most; false where none are kept. */
bool kept_moments_take(const struct recording *recording, struct moments *ret);
