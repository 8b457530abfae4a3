/* The page of a check: --page. */
#pragma once

#include "cli/check/judging.h"

/* Writes the page of the first profile that is over a limit, or else of the first one, with all
 * verdicts; where it was compared with one base, of the difference. Folds its stacks: nothing may
 * be printed of them afterwards. */
struct error *check_page_write(const struct judging *judging, const char *output);
