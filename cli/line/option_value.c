#include "cli/line/option_value.h"

#include "base/strbuf.h"
#include "base/vector.h"
#include "model/unit.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

static bool parse_time(const char *text, int64_t *ret) {
  static const struct {
    const char *name;
    double ms;
  } times[] = {{"s", 1000}, {"ms", 1}, {"m", 60000}, {"min", 60000}, {"h", 3600000}};
  char *end;
  double n = isdigit((unsigned char)*text) ? strtod(text, &end) : (end = (char *)text, 0);
  for (size_t i = 0; end > text && i < sizeof(times) / sizeof(*times); i++) {
    double ms = n * times[i].ms;
    if (strcmp(end, times[i].name) || !(ms >= 1 && ms <= 7 * 86400000.0))
      continue;
    *ret = (int64_t)ms;
    return true;
  }
  return false;
}

static struct error *bad_value(const struct option_spec *spec, const char *argument,
                               const char *wanted) {
  return error_create(ERROR_BAD_INPUT, "option '--%s': '%s' is not %s", spec->name, argument,
                      wanted);
}

static struct error *bad_time(const struct option_spec *spec, const char *argument) {
  size_t n = strspn(argument, "0123456789.");
  if (n && !argument[n])
    return error_create(
        ERROR_BAD_INPUT,
        "option '--%s': '%s' has no unit; write --%s=%ss for seconds, or ms, m or h", spec->name,
        argument, spec->name, argument);
  return bad_value(spec, argument, "a time of at most a week; write 30s, 500ms or 2m");
}

static struct error *store_integer(const struct option_spec *spec, const char *argument) {
  int64_t min = spec->min, max = spec->max;
  if (!min && !max)
    max = INT64_MAX;
  char *end;
  errno = 0;
  long long number = strtoll(argument, &end, 10);
  if (end == argument || *end || errno || isspace((unsigned char)*argument))
    return bad_value(spec, argument, "a number");
  if (number < min || number > max) {
    if (max == INT64_MAX)
      return error_create(ERROR_BAD_INPUT, "option '--%s': %lld is too small; give %lld or more",
                          spec->name, number, (long long)min);
    return error_create(ERROR_BAD_INPUT, "option '--%s': %lld is out of range; give %lld to %lld",
                        spec->name, number, (long long)min, (long long)max);
  }
  *(int64_t *)spec->value = number;
  return NULL;
}

static struct error *store_choice(const struct option_spec *spec, const char *argument) {
  _cleanup_strbuf_ struct strbuf list = STRBUF_INIT;
  for (int i = 0; spec->choices[i]; i++) {
    if (strcmp(spec->choices[i], argument) == 0) {
      *(int *)spec->value = i;
      return NULL;
    }
    strbuf_append(&list, i ? ", " : "one of ");
    strbuf_append(&list, spec->choices[i]);
  }
  return strbuf_failed(&list) ? &error_no_memory : bad_value(spec, argument, list.data);
}

struct error *option_store(const struct option_spec *spec, const char *argument, bool on) {
  switch (spec->kind) {
  case OPTION_FLAG:
    *(bool *)spec->value = on;
    return NULL;
  case OPTION_STRING:
    *(const char **)spec->value = argument;
    return NULL;
  case OPTION_LIST:
    return VECTOR_PUSH((struct option_list *)spec->value, argument) ? NULL : &error_no_memory;
  case OPTION_INTEGER:
    return store_integer(spec, argument);
  case OPTION_SIZE:
    if (unit_parse_size(argument, spec->value))
      return NULL;
    return bad_value(spec, argument, "a size; write 4096, 512KiB or 1.5MiB");
  case OPTION_TIME:
    if (parse_time(argument, spec->value))
      return NULL;
    return bad_time(spec, argument);
  case OPTION_CHOICE:
    return store_choice(spec, argument);
  case OPTION_SET:
    *(int *)spec->value = spec->constant;
    return NULL;
  case OPTION_CALLBACK:
    return spec->parse(spec, argument);
  }
  return NULL;
}
