/* Reports for build servers: the options that `check` and `leaks` share. */
#pragma once

#include "cli/line/options.h"
#include "model/finding.h"

#include <stdio.h>

/* --junit, --sarif, --markdown, --gitlab. */
extern const struct option_group finding_options;

/* True when one of them was given. */
bool finding_outputs_wanted(void);

/* True when one of them goes to standard output, where then no other text may go. */
bool finding_outputs_take_stdout(void);

/* ERROR_BAD_INPUT if it is known already that one of them cannot be written. */
struct error *finding_outputs_check(void);

/* Writes the files that the options ask for. */
struct error *finding_outputs_write(const struct findings *findings);

/* In a workflow of GitHub (GITHUB_ACTIONS is "true"): annotations to `out`, and the Markdown report
 * to the step's summary. Elsewhere nothing. */
struct error *finding_outputs_github(const struct findings *findings, FILE *out);
