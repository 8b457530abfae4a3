/* A check at work: from profiles to verdicts, findings and an exit status. */
#pragma once

#include "base/vector.h"
#include "budget/budget.h"
#include "budget/sites.h"
#include "cli/check/inputs.h"
#include "cli/check/program.h"
#include "model/verdict.h"

#include <stdio.h>

/* What is judged, and the judgements, which refer to it. */
struct judging {
  struct check_inputs inputs;
  struct checked_program program;
  bool has_program; /* it was run: stdout is its, and it has a status of its own */
  VECTOR(struct verdict *) verdicts;
  VECTOR(struct sites *) sites;
};

void judging_deinit(struct judging *judging);

/* Judges all profiles; wrong frees of the program are over a limit, too. */
struct error *judging_run(struct judging *judging, const struct budget *budget);

/* The reports for build servers; annotations of GitHub go to `annotations`. */
struct error *judging_write_findings(const struct judging *judging, FILE *annotations);

/* Without the program's own: 0, 1, or 3 where its main process could not be checked for leaks. */
int judging_status(const struct judging *judging);
