#include "model/unit.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum kind { BYTES, TIME, OTHER };

struct definition {
  enum kind kind;
  double factor;            /* in bytes or nanoseconds */
  const char *name;         /* as pprof writes it */
  const char *iec;          /* as we write it */
  const char *spellings[6]; /* lower case, without a plural s; NULL ends them */
};

/* In ascending order within a kind, as automatic choice needs. */
static const struct definition definitions[] = {
    {BYTES, 1, "B", "B", {"b", "byte"}},
    {BYTES, 0x1p10, "kB", "KiB", {"kb", "kib", "k", "kbyte", "kilobyte", "kibibyte"}},
    {BYTES, 0x1p20, "MB", "MiB", {"mb", "mib", "m", "mbyte", "megabyte", "mebibyte"}},
    {BYTES, 0x1p30, "GB", "GiB", {"gb", "gib", "g", "gbyte", "gigabyte", "gibibyte"}},
    {BYTES, 0x1p40, "TB", "TiB", {"tb", "tib", "t", "tbyte", "terabyte", "tebibyte"}},
    {BYTES, 0x1p50, "PB", "PiB", {"pb", "pib", "p", "pbyte", "petabyte", "pebibyte"}},
    {TIME, 1, "ns", "ns", {"ns", "nanosecond"}},
    {TIME, 1e3, "us", "us", {"us", "microsecond", "\xce\xbcs"}},
    {TIME, 1e6, "ms", "ms", {"ms", "millisecond"}},
    {TIME, 1e9, "s", "s", {"s", "sec", "second"}},
    {TIME, 3600e9, "hrs", "hrs", {"hr", "hour"}},
};

enum { N_DEFINITIONS = sizeof(definitions) / sizeof(*definitions) };

static bool spelled(const struct definition *definition, const char *s, size_t n) {
  for (size_t i = 0; i < 6 && definition->spellings[i]; i++)
    if (strlen(definition->spellings[i]) == n && strncasecmp(definition->spellings[i], s, n) == 0)
      return true;
  return false;
}

/* pprof's rule: a plural s is dropped from what is longer than two letters. */
static const struct definition *unit_find(const char *s) {
  size_t n = strlen(s);
  if (n > 2 && (s[n - 1] == 's' || s[n - 1] == 'S'))
    n--;
  for (size_t i = 0; i < N_DEFINITIONS; i++)
    if (spelled(&definitions[i], s, n))
      return &definitions[i];
  return NULL;
}

static bool is_auto(const char *to) {
  return !to || !*to || strcmp(to, "auto") == 0 || strcmp(to, "minimum") == 0;
}

static bool is_plain_count(const char *unit) {
  static const char *const words[] = {"", "count", "sample", "samples", "unit", "units"};
  for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
    if (strcmp(words[i], unit) == 0)
      return true;
  return false;
}

/* The largest unit of which `value` is at least one, or with rounds_up would be when rounded to one
 * decimal of the next smaller unit; the smallest one for less. */
static const struct definition *unit_pick(enum kind kind, double value, bool rounds_up) {
  const struct definition *best = NULL;
  for (size_t i = 0; i < N_DEFINITIONS; i++) {
    const struct definition *d = &definitions[i];
    /* 1023.96 KiB would be printed as "1024.0 KiB". */
    double margin = rounds_up && best ? 0.05 * best->factor : 0;
    if (d->kind == kind && (!best || value >= d->factor - margin))
      best = d;
  }
  return best;
}

struct unit unit_choose(double largest, const char *from, const char *to) {
  const struct definition *source = unit_find(from);
  if (!source)
    return (struct unit){.name = is_plain_count(from) ? "" : from, .divisor = 1};
  const struct definition *target = is_auto(to) ? NULL : unit_find(to);
  if (target && target->kind == source->kind) {
    bool iec = strcasestr(to, "ib") != NULL || target->factor == 1;
    return (struct unit){.name = iec ? target->iec : target->name,
                         .divisor = target->factor / source->factor,
                         .decimals = target->factor == 1 ? 0 : 2};
  }
  target = unit_pick(source->kind, fabs(largest) * source->factor, true);
  return (struct unit){.name = target->iec,
                       .divisor = target->factor / source->factor,
                       .decimals = target->factor == 1 ? 0 : 1};
}

void unit_append(struct strbuf *sb, double value, const struct unit *unit) {
  double scaled = value / unit->divisor;
  /* No "-0". */
  if (fabs(scaled) < 0.5 * pow(10, -unit->decimals))
    scaled = 0;
  int decimals = value == 0 ? 0 : unit->decimals;
  strbuf_appendf(sb, "%.*f%s%s", decimals, scaled, *unit->name ? " " : "", unit->name);
}

void unit_format(struct strbuf *sb, double value, const char *from, const char *to) {
  struct unit unit = unit_choose(value, from, to);
  unit_append(sb, value, &unit);
}

/* pprof's ScaledLabel: two decimals, but none when both are 0; the smallest unit for 0 has no name.
 */
static void append_pprof(struct strbuf *sb, double value, const char *name) {
  char digits[400];
  int n = snprintf(digits, sizeof(digits), "%.2f", value);
  if (n > 3 && strcmp(digits + n - 3, ".00") == 0)
    digits[n - 3] = '\0';
  if (strcmp(digits, "0") == 0 || strcmp(digits, "-0") == 0)
    strbuf_append(sb, "0");
  else
    strbuf_appendf(sb, "%s%s", digits, name);
}

void unit_format_pprof(struct strbuf *sb, int64_t value, const char *from, const char *to) {
  const struct definition *source = unit_find(from);
  if (!source) {
    append_pprof(sb, (double)value, is_auto(to) || is_plain_count(to) ? "" : to);
    return;
  }
  double base = (double)value * source->factor;
  const struct definition *target =
      is_auto(to) ? unit_pick(source->kind, fabs(base), false) : unit_find(to);
  /* A figure that cannot be given in the unit asked for comes in the default one: bytes or seconds.
   */
  if (!target || target->kind != source->kind || (is_auto(to) && fabs(base) < target->factor))
    target = unit_find(source->kind == BYTES ? "b" : "s");
  append_pprof(sb, base / target->factor, target->name);
}

bool unit_known(const char *to) {
  return is_auto(to) || unit_find(to);
}

bool unit_scale(double value, const char *from, const char *to, double *ret) {
  const struct definition *source = unit_find(from), *target = unit_find(to);
  if (!source || !target || source->kind != target->kind)
    return false;
  *ret = value * source->factor / target->factor;
  return true;
}

/* Digits with at most one point, whatever the locale; the rest of the text goes to *rest. */
static bool parse_decimal(const char *text, double *ret, const char **rest) {
  double value = 0, place = 0;
  bool any = false;
  for (; (*text >= '0' && *text <= '9') || (*text == '.' && place == 0); text++) {
    if (*text == '.') {
      place = 1;
      continue;
    }
    any = true;
    value = value * 10 + (*text - '0');
    place *= 10;
  }
  *ret = place > 1 ? value / place : value;
  *rest = text;
  return any;
}

bool unit_parse_size(const char *text, uint64_t *ret) {
  double value;
  const char *rest;
  if (!parse_decimal(text, &value, &rest))
    return false;
  rest += strspn(rest, " ");
  const struct definition *definition = *rest ? unit_find(rest) : &definitions[0];
  if (!definition || definition->kind != BYTES)
    return false;
  value = round(value * definition->factor);
  if (!(value < 0x1p63))
    return false;
  *ret = (uint64_t)value;
  return true;
}

bool unit_parse_percent(const char *text, double *ret) {
  double value;
  const char *rest;
  if (!parse_decimal(text, &value, &rest) || !isfinite(value))
    return false;
  rest += strspn(rest, " ");
  rest += *rest == '%';
  if (*rest)
    return false;
  *ret = value;
  return true;
}
