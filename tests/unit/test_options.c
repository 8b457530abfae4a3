/* The command line's parser and the values of its options. */
#include "test.h"

#include "base/error.h"
#include "cli/line/option_value.h"
#include "cli/line/options.h"

static bool flag, on = true;
static const char *text;
static int64_t number, time_ms;
static uint64_t size;
static int chosen, set;
static struct option_list list;
static const char *called_with;

static struct error *callback(const struct option_spec *spec, const char *argument) {
  (void)spec;
  called_with = argument ? argument : "(none)";
  return argument && !strcmp(argument, "bad") ? error_create(ERROR_BAD_INPUT, "it is bad") : NULL;
}

static const char *const choices[] = {"red", "green", NULL};
static const struct option_spec first[] = {
    {.name = "flag", .short_name = 'f', .help = "", .kind = OPTION_FLAG, .value = &flag},
    {.name = "on", .help = "", .kind = OPTION_FLAG, .value = &on, .on_by_default = true},
    {.name = "some-text",
     .short_name = 't',
     .argument = "X",
     .help = "",
     .kind = OPTION_STRING,
     .value = &text},
    {.name = "number",
     .argument = "N",
     .help = "",
     .kind = OPTION_INTEGER,
     .value = &number,
     .min = 2,
     .max = 9},
    {0},
};
static const struct option_spec second[] = {
    {.name = "time", .argument = "T", .help = "", .kind = OPTION_TIME, .value = &time_ms},
    {.name = "size", .argument = "S", .help = "", .kind = OPTION_SIZE, .value = &size},
    {.name = "choice",
     .argument = "C",
     .help = "",
     .kind = OPTION_CHOICE,
     .value = &chosen,
     .choices = choices},
    {.name = "seven", .help = "", .kind = OPTION_SET, .value = &set, .constant = 7},
    {.name = "list", .argument = "L", .help = "", .kind = OPTION_LIST, .value = &list},
    {.name = "maybe",
     .argument = "M",
     .help = "",
     .kind = OPTION_CALLBACK,
     .parse = callback,
     .argument_optional = true},
    {0},
};
static const struct option_group first_group = {.title = "One", .options = first};
static const struct option_group second_group = {.title = "Two", .options = second};

static const struct option_group *member(size_t i) {
  return i == 0 ? &second_group : NULL;
}
/* A group of groups is a group. */
static const struct option_group several = {.member = member};
static const struct option_group *const groups[] = {&first_group, &several, NULL};

static int values_reset(void **state) {
  (void)state;
  flag = false, on = true, text = called_with = NULL;
  number = time_ms = 0, size = 0, chosen = set = -1;
  free(list.data);
  list = (struct option_list){0};
  return 0;
}

enum { MOST = 20 };

/* Parses `words`, which end with NULL; the error is the caller's. */
static struct error *words_parse(bool stop, const char *const *words, struct option_result *ret) {
  static char *argv[MOST + 1];
  int n = 1;
  argv[0] = (char *)"memprof";
  for (; words[n - 1]; n++)
    argv[n] = (char *)words[n - 1];
  argv[n] = NULL;
  return options_parse("cmd", groups, stop, n, argv, ret);
}

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

static struct option_result good(bool stop, const char *const *words) {
  struct option_result result = {0};
  struct error *err = words_parse(stop, words, &result);
  if (err)
    fail_msg("%s", err->message);
  return result;
}

static void refused(const char *const *words, const char *wanted) {
  struct option_result result;
  struct error *err = words_parse(false, words, &result);
  assert_non_null(err);
  assert_int_equal(err->code, ERROR_BAD_INPUT);
  assert_string_equal(err->message, wanted);
  error_destroy(err);
}

static void every_kind_stores_its_value(void **state) {
  (void)state;
  good(false, WORDS("-f", "--no-on", "--some-text=a=b", "--number", "9", "--time=1.5s",
                    "--size=2KiB", "--choice=green", "--seven", "--list=a", "--list", "b"));
  assert_true(flag);
  assert_false(on);
  assert_string_equal(text, "a=b");
  assert_int_equal(number, 9);
  assert_int_equal(time_ms, 1500);
  assert_int_equal(size, 2048);
  assert_int_equal(chosen, 1);
  assert_int_equal(set, 7);
  assert_int_equal(list.count, 2);
  assert_string_equal(list.data[0], "a");
  assert_string_equal(list.data[1], "b");
}

static void the_last_of_two_wins(void **state) {
  (void)state;
  good(false, WORDS("--flag", "--no-flag", "--no-on", "--on", "--number=3", "--number=4"));
  assert_false(flag);
  assert_true(on);
  assert_int_equal(number, 4);
}

static void an_optional_argument_needs_its_equals_sign(void **state) {
  (void)state;
  struct option_result result = good(false, WORDS("--maybe", "file"));
  assert_string_equal(called_with, "(none)");
  assert_int_equal(result.n_operands, 1);
  good(false, WORDS("--maybe=file"));
  assert_string_equal(called_with, "file");
}

static void names_may_be_short_or_written_as_pprof_does(void **state) {
  (void)state;
  good(false, WORDS("--num=5", "-some_text", "x"));
  assert_int_equal(number, 5);
  assert_string_equal(text, "x");
  good(false, WORDS("--some_text=y", "-t", "z"));
  assert_string_equal(text, "z");
}

static void operands_come_in_order_between_options(void **state) {
  (void)state;
  struct option_result result = good(false, WORDS("a", "-f", "b", "--", "--on"));
  assert_int_equal(result.n_operands, 3);
  assert_string_equal(result.operands[0], "a");
  assert_string_equal(result.operands[1], "b");
  assert_string_equal(result.operands[2], "--on");
  assert_null(result.operands[3]);
}

static void the_first_operand_ends_the_options_of_run(void **state) {
  (void)state;
  struct option_result result = good(true, WORDS("-f", "prog", "--no-on", "-x"));
  assert_int_equal(result.n_operands, 3);
  assert_string_equal(result.operands[1], "--no-on");
  assert_true(flag);
  assert_true(on);
}

static void help_ends_the_reading(void **state) {
  (void)state;
  struct option_result result = good(false, WORDS("-f", "--help", "--no-such"));
  assert_true(result.help);
}

static void errors_say_what_would_be_right(void **state) {
  (void)state;
  refused(WORDS("--flga"), "'cmd' has no option '--flga'; did you mean '--flag'?");
  refused(WORDS("-z"), "'cmd' has no option '-z'; see 'memprof help cmd'");
  refused(WORDS("--number"), "option '--number' needs an argument: --number=N");
  refused(WORDS("--flag=yes"), "option '--flag' takes no argument");
  refused(WORDS("--number=1"), "option '--number': 1 is out of range; give 2 to 9");
  refused(WORDS("--number=3x"), "option '--number': '3x' is not a number");
  refused(WORDS("--number= 3"), "option '--number': ' 3' is not a number");
  refused(WORDS("--choice=blue"), "option '--choice': 'blue' is not one of red, green");
  refused(WORDS("--maybe=bad"), "it is bad");
  refused(WORDS("--s=1"), "option '--s' is ambiguous: it could be '--some-text' or '--seven'");
}

static void times(void **state) {
  (void)state;
  static const struct {
    const char *text;
    int64_t ms; /* 0: refused */
  } cases[] = {{"1s", 1000},   {"0.5s", 500},    {"20ms", 20},    {"1", 0}, {"0.5", 0},
               {"2m", 120000}, {"2min", 120000}, {"1h", 3600000}, {"0", 0}, {"7d", 0},
               {"-1s", 0},     {"1 s", 0},       {"", 0},         {"s", 0}, {"168h", 604800000},
               {"169h", 0},    {"nan", 0}};
  const struct option_spec spec = {.name = "time", .kind = OPTION_TIME, .value = &time_ms};
  for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
    time_ms = 0;
    struct error *err = option_store(&spec, cases[i].text, true);
    assert_int_equal(err == NULL, cases[i].ms != 0);
    error_destroy(err);
    assert_int_equal(time_ms, cases[i].ms);
  }
}

#define FRESH(name) cmocka_unit_test_setup_teardown(name, values_reset, values_reset)

RUN(FRESH(every_kind_stores_its_value), FRESH(the_last_of_two_wins),
    FRESH(an_optional_argument_needs_its_equals_sign),
    FRESH(names_may_be_short_or_written_as_pprof_does),
    FRESH(operands_come_in_order_between_options), FRESH(the_first_operand_ends_the_options_of_run),
    FRESH(help_ends_the_reading), FRESH(errors_say_what_would_be_right), FRESH(times))
