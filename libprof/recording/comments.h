/* A profile's comments: the facts of a recording that a profile has no field for. Private to the
 * folder. */
#pragma once

#include "base/strbuf.h"
#include "model/profile.h"
#include "recording/recording.h"

/* Adds lines "key: value": the command, the process, totals, sampling, and the number of dropped
 * events if there were any. */
struct error *add_comments(const struct recording *recording, struct profile *profile);

/* Appends the arguments as a shell would take them. Control characters stay as they are: the
 * printer escapes them. */
void append_command(struct strbuf *sb, const struct recording_header *h);
