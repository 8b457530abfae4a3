#include "model/regex.h"

#include "base/clock.h"
#include "base/work.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Steps for one subject: a few milliseconds. Matching a name honestly takes thousands at most. */
enum { MATCH_LIMIT = 200000, MAX_PATTERN = 64 << 10 };

struct regex {
  pcre2_code *code;
  pcre2_match_data *data;
  pcre2_match_context *context;
  char *what;
  uint64_t began_cpu_ns; /* the thread's CPU time before all matches */
  int64_t *matching_ns;  /* of all matches */
};

void regex_destroy(struct regex *regex) {
  if (!regex)
    return;
  pcre2_code_free(regex->code);
  pcre2_match_data_free(regex->data);
  pcre2_match_context_free(regex->context);
  free(regex->what);
  free(regex->matching_ns);
  free(regex);
}

static struct error *compile(struct regex *regex, const char *pattern, uint32_t options) {
  int code;
  size_t offset;
  if (strlen(pattern) > MAX_PATTERN)
    return error_create(ERROR_BAD_INPUT, "%s: the regular expression is longer than %d bytes",
                        regex->what, MAX_PATTERN);
  /* In Go $ is the very end, even after a newline. */
  regex->code = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
                              options | PCRE2_DOLLAR_ENDONLY, &code, &offset, NULL);
  if (regex->code)
    return NULL;
  if (code == PCRE2_ERROR_HEAP_FAILED)
    return &error_no_memory;
  char reason[160];
  pcre2_get_error_message(code, (PCRE2_UCHAR *)reason, sizeof(reason));
  return error_create(ERROR_BAD_INPUT, "%s: bad regular expression \"%s\": %s at offset %zu",
                      regex->what, pattern, reason, offset);
}

/* A file has many names and can bring the expression, too (drop_frames): each match may stay just
 * below its limit. CPU time counts, but reading its clock costs more than most matches. */
static struct error *check_time(const struct regex *regex) {
  if ((uint64_t)*regex->matching_ns / 1000000 <= work_most(WORK_MATCHING, 0))
    return NULL;
  struct error *err =
      work_check(WORK_MATCHING, (thread_cpu_ns() - regex->began_cpu_ns) / 1000000, 0);
  return err ? error_prefix(err, "%s", regex->what) : NULL;
}

static struct error *create(const char *pattern, const char *what, uint32_t options,
                            struct regex **ret) {
  _cleanup_regex_ struct regex *regex = calloc(1, sizeof(*regex));
  if (!regex || !(regex->what = strdup(what)) ||
      !(regex->matching_ns = calloc(1, sizeof(*regex->matching_ns))))
    return &error_no_memory;
  struct error *err = compile(regex, pattern, options);
  if (err)
    return err;
  regex->data = pcre2_match_data_create_from_pattern(regex->code, NULL);
  regex->context = pcre2_match_context_create(NULL);
  if (!regex->data || !regex->context)
    return &error_no_memory;
  pcre2_set_match_limit(regex->context, MATCH_LIMIT);
  regex->began_cpu_ns = thread_cpu_ns();
  *ret = regex;
  regex = NULL;
  return NULL;
}

struct error *regex_create(const char *pattern, const char *what, struct regex **ret) {
  return create(pattern, what, 0, ret);
}

struct error *regex_create_anchored(const char *pattern, const char *what, struct regex **ret) {
  return create(pattern, what, PCRE2_ANCHORED | PCRE2_ENDANCHORED, ret);
}

struct error *regex_match_n(const struct regex *regex, const char *subject, size_t n, bool *ret) {
  int64_t before = monotonic_ns();
  int status = pcre2_match(regex->code, (PCRE2_SPTR)subject, n, 0, 0, regex->data, regex->context);
  if (status == PCRE2_ERROR_NOMEMORY)
    return &error_no_memory;
  if (status < 0 && status != PCRE2_ERROR_NOMATCH)
    return error_create(ERROR_BAD_INPUT,
                        "%s: the regular expression takes too long; use a simpler one, without "
                        "nested repetition",
                        regex->what);
  *ret = status != PCRE2_ERROR_NOMATCH;
  *regex->matching_ns += monotonic_ns() - before;
  return check_time(regex);
}

struct error *regex_match(const struct regex *regex, const char *subject, bool *ret) {
  return regex_match_n(regex, subject, strlen(subject), ret);
}
