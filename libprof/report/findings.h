/* Findings for machines: the formats that build servers read. model/finding.h says what they are
 * made of. */
#pragma once

#include "model/finding.h"

#include <stdio.h>

/* Files are written relative to `root` where they lie under it: readers know paths of their
 * repository only. A failed write is left to ferror(out). */
typedef struct error *findings_fn(const struct findings *findings, const char *root, FILE *out);

/* SARIF 2.1.0 (OASIS): a result for each finding that failed or is undecided, at its place, with
 * its stacks; what could not be checked is a notification of the run. */
findings_fn findings_sarif;

/* JUnit XML as Ant and Jenkins have it (and GitLab, and most others read): a test suite for each
 * suite, a test case for each finding. A failed finding is a failure, an undecided one is skipped,
 * a suite that could not be checked is an error. */
findings_fn findings_junit;

/* GitLab's code quality report: a JSON array of what failed. */
findings_fn findings_gitlab;

/* GitHub's workflow commands, `::error file=...`: an annotation for each finding that failed. */
findings_fn findings_github;

/* GitHub's Markdown, for a comment on a pull request or a step's summary: a table of what is not
 * fine, and the stacks, folded. */
findings_fn findings_markdown;
