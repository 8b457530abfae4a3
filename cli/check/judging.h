/* A check at work: from profiles to verdicts, findings and an exit status. */
#pragma once

#include "base/vector.h"
#include "budget/budget.h"
#include "budget/sites.h"
#include "cli/check/inputs.h"
#include "cli/check/program.h"
#include "model/verdict.h"

#include <stdio.h>

/* The profiles that are judged, and the verdicts on them, which point into the profiles. */
struct judging {
  struct check_inputs inputs;
  struct checked_program program;
  bool has_program; /* the program was run: stdout belongs to it, and it has an exit status */
  VECTOR(struct verdict *) verdicts;
  VECTOR(struct sites *) sites;
};

void judging_deinit(struct judging *judging);

/* Judges all profiles. Wrong frees of the program count as over a limit. */
struct error *judging_run(struct judging *judging, const struct budget *budget);

/* The reports for build servers; annotations of GitHub go to `annotations`. */
struct error *judging_write_findings(const struct judging *judging, FILE *annotations);

/* The exit status apart from the program's own: 0, 1, or 3 where its main process could not be
 * checked for leaks, or where nothing is over and a profile is incomplete. */
int judging_status(const struct judging *judging);
