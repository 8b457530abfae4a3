/* libFuzzer target: any lines are the words of a command line, read by a table that has an option
 * of each kind. The values that come out lie within their bounds, and a size is that which the
 * unit's own reader makes of it. */
#include "fuzz.h"

#include "cli/line/options.h"
#include "model/unit.h"

enum { MOST_WORDS = 64, WEEK_MS = 7 * 24 * 3600 * 1000 };

static bool flag, on;
static const char *text;
static int64_t number, time_ms;
static uint64_t size;
static int chosen, set;
static struct option_list list;

static struct error *callback(const struct option_spec *spec, const char *argument) {
  double percent = 0;
  (void)spec;
  return !argument || unit_parse_percent(argument, &percent)
             ? NULL
             : error_create(ERROR_BAD_INPUT, "no percentage");
}

static const char *const choices[] = {"red", "green", NULL};
static const struct option_spec specs[] = {
    {.name = "flag", .short_name = 'f', .help = "", .kind = OPTION_FLAG, .value = &flag},
    {.name = "on", .help = "", .kind = OPTION_FLAG, .value = &on, .on_by_default = true},
#define ARGUMENT(option, short, how, variable, ...)                                                \
  {                                                                                                \
    .name = option, .short_name = short, .argument = "X", .help = "", .kind = how,                 \
    .value = variable, __VA_ARGS__                                                                 \
  }
    ARGUMENT("some-text", 't', OPTION_STRING, &text, .min = 0),
    ARGUMENT("number", 'n', OPTION_INTEGER, &number, .min = 2, .max = 9),
    ARGUMENT("time", 0, OPTION_TIME, &time_ms, .min = 0),
    ARGUMENT("size", 's', OPTION_SIZE, &size, .min = 0),
    ARGUMENT("choice", 0, OPTION_CHOICE, &chosen, .choices = choices),
    ARGUMENT("list", 'l', OPTION_LIST, &list, .min = 0),
    ARGUMENT("maybe", 0, OPTION_CALLBACK, NULL, .parse = callback, .argument_optional = true),
    {.name = "seven", .help = "", .kind = OPTION_SET, .value = &set, .constant = 7},
    {0},
};
static const struct option_group group = {.title = "All", .options = specs};

static int split(char *words, char **argv) {
  int argc = 0;
  argv[argc++] = "memprof";
  for (char *word = strtok(words, "\n"); word && argc < MOST_WORDS; word = strtok(NULL, "\n"))
    argv[argc++] = word;
  argv[argc] = NULL;
  return argc;
}

static void must_be_within_bounds(void) {
  must(number == 0 || (number >= 2 && number <= 9));
  must(time_ms >= 0 && time_ms <= WEEK_MS);
  must(size <= INT64_MAX);
  must(chosen == 0 || chosen == 1);
  must(set == 0 || set == 7);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
  const struct option_group *const groups[] = {&group, NULL};
  struct option_result result = {0};
  char *argv[MOST_WORDS + 1], *words = text_of(bytes, n);
  int argc = split(words, argv);
  number = time_ms = chosen = set = 0;
  size = 0;
  text = NULL;
  if (!refused(options_parse("fuzz", groups, n % 2, argc, argv, &result)))
    must(result.help || (result.n_operands < argc && !result.operands[result.n_operands]));
  must_be_within_bounds();
  free(list.data);
  list = (struct option_list){0};
  free(words);
  return 0;
}
