#include "model/tag_filter.h"

#include "base/cleanup.h"
#include "base/strbuf.h"
#include "base/vector.h"
#include "model/regex.h"
#include "model/unit.h"

#include <math.h>
#include <string.h>

struct tag_filter {
  char *key; /* NULL: any label */
  bool is_range;
  double low, high; /* in `unit` */
  char *unit;       /* "" compares bare numbers */
  VECTOR(struct regex *) regexes;
};

void tag_filter_destroy(struct tag_filter *filter) {
  if (!filter)
    return;
  for (size_t i = 0; i < filter->regexes.count; i++)
    regex_destroy(filter->regexes.data[i]);
  VECTOR_DEINIT(&filter->regexes);
  free(filter->key);
  free(filter->unit);
  free(filter);
}

struct quantity {
  double value;
  const char *unit;
  size_t unit_length;
};

/* A number and the letters after it; false, with *text where it was, for anything else. */
static bool parse_quantity(const char **text, struct quantity *ret) {
  const char *s = *text;
  char *end;
  if (strspn(s + (*s == '-' || *s == '+'), "0123456789") == 0)
    return false;
  *ret = (struct quantity){.value = (double)strtoll(s, &end, 10), .unit = end};
  while ((*end >= 'a' && *end <= 'z') || (*end >= 'A' && *end <= 'Z'))
    end++;
  ret->unit_length = (size_t)(end - ret->unit);
  *text = end;
  return true;
}

/* "A", "A:", ":A" or "A:B" with quantities A and B; false for anything else, which is then a
 * regular expression. Both units have to be of one kind. */
static bool parse_range(struct tag_filter *filter, const char *text) {
  struct quantity low = {0}, high = {0};
  bool has_low = parse_quantity(&text, &low), colon = *text == ':';
  text += colon;
  bool has_high = colon && parse_quantity(&text, &high);
  if (*text || (!has_low && !has_high))
    return false;
  const struct quantity *first = has_low ? &low : &high;
  filter->unit = strndup(first->unit, first->unit_length);
  if (!filter->unit)
    return false;
  filter->low = has_low ? low.value : -INFINITY;
  filter->high = has_high ? high.value : colon ? INFINITY : low.value;
  if (has_low && has_high) {
    _cleanup_free_ char *unit = strndup(high.unit, high.unit_length);
    if (!unit)
      return false;
    if (strcmp(unit, filter->unit) != 0 &&
        !unit_scale(high.value, unit, filter->unit, &filter->high))
      return false;
  }
  filter->is_range = true;
  return true;
}

static struct error *add_regex(struct tag_filter *filter, const char *pattern, const char *what) {
  struct regex *regex;
  struct error *err = regex_create(pattern, what, &regex);
  if (!err && !VECTOR_PUSH(&filter->regexes, regex)) {
    regex_destroy(regex);
    err = &error_no_memory;
  }
  return err;
}

static struct error *add_regexes(struct tag_filter *filter, const char *text, const char *what) {
  _cleanup_free_ char *copy = strdup(text);
  char *rest = copy, *pattern;
  struct error *err = copy ? NULL : &error_no_memory;
  while (!err && (pattern = strsep(&rest, ",")))
    err = add_regex(filter, pattern, what);
  return err;
}

struct error *tag_filter_create(const char *text, const char *what, struct tag_filter **ret) {
  _cleanup_tag_filter_ struct tag_filter *filter = calloc(1, sizeof(*filter));
  const char *equals = strchr(text, '=');
  if (!filter || (equals && !(filter->key = strndup(text, (size_t)(equals - text)))))
    return &error_no_memory;
  const char *value = equals ? equals + 1 : text;
  if (!parse_range(filter, value)) {
    struct error *err = add_regexes(filter, value, what);
    if (err)
      return err;
  }
  *ret = filter;
  filter = NULL;
  return NULL;
}

/* pprof's guess where a label has no unit. */
static const char *label_unit(const struct profile_label *label) {
  if (*label->unit)
    return label->unit;
  bool is_size = strcmp(label->key, "alignment") == 0 || strcmp(label->key, "request") == 0;
  return is_size ? "bytes" : label->key;
}

static bool in_range(const struct tag_filter *filter, const struct profile_label *label) {
  double value = (double)label->num;
  if (*label->str)
    return false;
  if (*filter->unit && strcmp(filter->unit, label_unit(label)) != 0 &&
      !unit_scale(value, label_unit(label), filter->unit, &value))
    return false;
  return value >= filter->low && value <= filter->high;
}

/* Tries one expression on a label: on its value when a key was given, else on "key:value". */
static struct error *match_label(const struct tag_filter *filter, const struct regex *regex,
                                 const struct profile_label *label, bool *ret) {
  if (filter->key)
    return regex_match(regex, label->str, ret);
  _cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
  strbuf_appendf(&text, "%s:%s", label->key, label->str);
  return strbuf_failed(&text) ? &error_no_memory : regex_match(regex, text.data, ret);
}

static bool is_candidate(const struct tag_filter *filter, const struct profile_label *label) {
  return !filter->key || strcmp(filter->key, label->key) == 0;
}

static struct error *match_any_label(const struct tag_filter *filter, const struct regex *regex,
                                     const struct profile_sample *sample, bool *ret) {
  struct error *err = NULL;
  *ret = false;
  for (uint32_t i = 0; i < sample->n_labels && !*ret && !err; i++) {
    const struct profile_label *label = &sample->labels[i];
    if (*label->str && is_candidate(filter, label))
      err = match_label(filter, regex, label, ret);
  }
  return err;
}

static bool match_range(const struct tag_filter *filter, const struct profile_sample *sample) {
  for (uint32_t i = 0; i < sample->n_labels; i++)
    if (is_candidate(filter, &sample->labels[i]) && in_range(filter, &sample->labels[i]))
      return true;
  return false;
}

struct error *tag_filter_match(const struct tag_filter *filter, const struct profile_sample *sample,
                               bool *ret) {
  if (filter->is_range) {
    *ret = match_range(filter, sample);
    return NULL;
  }
  /* With a key one of the expressions is enough, without one all have to match. */
  bool any = filter->key != NULL, matched = !any;
  for (size_t i = 0; i < filter->regexes.count && matched != any; i++) {
    struct error *err = match_any_label(filter, filter->regexes.data[i], sample, &matched);
    if (err)
      return err;
  }
  *ret = matched;
  return NULL;
}
