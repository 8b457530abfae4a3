/* A profile's comments: what a recording knows that a profile has no field for. Private to record.
 */
#pragma once

#include "base/strbuf.h"
#include "model/profile.h"
#include "recording/recording.h"

/* "key: value" lines: command, process, totals, sampling, and what was dropped if anything was. */
struct error *add_comments(const struct recording *recording, struct profile *profile);

/* The arguments as a shell would take them, control characters as they are: whoever prints escapes.
 */
void append_command(struct strbuf *sb, const struct recording_header *h);
