/* The lines and keys that every report on a profile begins with: what file, which figure, how sure.
 */
#pragma once

#include "report/json.h"
#include "report/report.h"

/* "File: ...", "Type: ...", "Total: ..." */
struct error *head_print(const struct profile *profile, const struct report_options *options,
                         FILE *out);

/* Sets the same as keys of `document`. Nonzero without memory. */
int head_json(const struct profile *profile, const struct report_options *options,
              json_t *document);

/* The last line below a table: how much a site without a sample may have. Nothing for exact
 * profiles and types that are not sizes. */
struct error *head_print_unseen(const struct profile *profile, const struct report_options *options,
                                FILE *out);

/* The sum of a sample type over all samples, and how sure it is. */
int64_t head_total(const struct profile *profile, int type, struct spread *spread);

/* The unit of the chosen sample type. */
static inline const char *head_unit(const struct profile *profile,
                                    const struct report_options *options) {
  return profile->sample_types[options->type].unit;
}
