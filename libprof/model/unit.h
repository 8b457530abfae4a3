/* Figures with units, in and out.
 *
 * Sizes are powers of 1024 throughout memprof, as in pprof (its internal/measurement): 1k, 1kB and
 * 1KiB are 1024 bytes, 1MB and 1MiB are 1048576. memprof prints "KiB", pprof prints "kB". The
 * command line, budgets and --tagfocus read sizes by the table in unit.c. The shim reads
 * MEMPROF_RATE by code of its own (shim/life/settings.c), because it links nothing;
 * tests/unit/test_sizes.c holds the readers against each other. */
#pragma once

#include "base/strbuf.h"

#include <stdbool.h>
#include <stdint.h>

/* A unit to print in: a value divided by `divisor`, then a space and the name ("" for counts). */
struct unit {
  const char *name;
  double divisor;
  int decimals; /* to print: 0 where a fraction would mean nothing */
};

/* The unit in which to print figures whose sample type has unit `from` ("bytes", "count",
 * "nanoseconds", ...), the largest in magnitude of which is `largest`, so that a table's column or
 * a value and its error bar agree. `to` is what the user asked for: NULL or "auto" picks (B, KiB,
 * ... for bytes), anything that unit_known names is taken, if it is of the same kind as `from`. */
struct unit unit_choose(double largest, const char *from, const char *to);

/* Appends value in that unit: "12.3 MiB", "512 B", "17". Value 0 is "0 B" or "0". */
void unit_append(struct strbuf *sb, double value, const struct unit *unit);

/* unit_choose and unit_append in one, for a figure on its own. */
void unit_format(struct strbuf *sb, double value, const char *from, const char *to);

/* As pprof prints it, for output that has to equal pprof's: "1.50MB", "512kB", "0". */
void unit_format_pprof(struct strbuf *sb, int64_t value, const char *from, const char *to);

/* Whether `to` can be asked for: "auto", "B", "KiB", "kB", "KB", "MiB", ... "PiB", any case, long
 * forms too ("bytes", "megabyte"); "ns", "us", "ms", "s", "hrs". For checking --unit. */
bool unit_known(const char *to);

/* value in unit `from` expressed in unit `to`; false (and *ret untouched) if they are of different
 * kinds or unknown. unit_scale(2048, "bytes", "kb") is 2. */
bool unit_scale(double value, const char *from, const char *to, double *ret);

/* Reads a size: "512KiB", "1.5 MB", "64k", "100" (bytes). False (and *ret untouched) for any other
 * text: a sign, an exponent, hexadecimal digits, a size of 2^63 bytes or more. */
bool unit_parse_size(const char *text, uint64_t *ret);

/* Reads a percentage: "5%", "0.5 %" or "5" are 5, 0.5 and 5. False (and *ret untouched) for any
 * other text, as with unit_parse_size. The caller checks the range. */
bool unit_parse_percent(const char *text, double *ret);
