#include "base/cleanup.h"
#include "cli/command.h"
#include "cli/exit_codes.h"
#include "cli/leaks_run.h"
#include "cli/message.h"
#include "cli/output.h"
#include "cli/recording_options.h"
#include "cli/session.h"
#include "symbol/inspect.h"

#include <string.h>

static int64_t pid, error_exitcode = EXIT_LEAKS, max_leaks = 100;
static uint64_t min_bytes;
static const char *log_file;
static bool json, unaligned, why;
static unsigned fail_on = 1u << LEAK_DEFINITE | 1u << LEAK_INDIRECT;
static unsigned show = 1u << LEAK_DEFINITE | 1u << LEAK_INDIRECT | 1u << LEAK_POSSIBLE;
static unsigned roots = ROOTS_ALL;

static const char *const kind_choices[] = {"definite", "indirect", "possible", "reachable", "all", "none", "suppressed", NULL};
static const char *const root_choices[] = {"stacks", "registers", "globals", "tls", "mmap", "all", "none", NULL};

/* The bits of "a,b": each name's place among the choices, where "all" of the first n and "none" follow these and do not
 * count. */
static struct error *parse_set(const struct option_spec *spec, const char *argument, int n, unsigned *ret) {
  unsigned set = 0;
  for (const char *at = argument; *at;) {
    size_t length = strcspn(at, ",");
    int i = 0;
    while (spec->choices[i] && (strlen(spec->choices[i]) != length || strncmp(spec->choices[i], at, length)))
      i++;
    if (!spec->choices[i])
      return error_create(ERROR_BAD_INPUT, "--%s: '%.*s' is unknown; see 'memprof help leaks'", spec->name, (int)length, at);
    set |= i < n ? 1u << i : i == n ? (1u << n) - 1 : i == n + 1 ? 0 : 1u << (i - 2);
    at += length + (at[length] == ',');
  }
  *ret = set;
  return NULL;
}

/* What only lost blocks point to goes with them. */
static struct error *parse_fail_on(const struct option_spec *spec, const char *argument) {
  struct error *err = parse_set(spec, argument, LEAK_SUPPRESSED, &fail_on);
  if (!err && fail_on & 1u << LEAK_DEFINITE)
    fail_on |= 1u << LEAK_INDIRECT;
  return err;
}

static struct error *parse_show(const struct option_spec *spec, const char *argument) {
  return parse_set(spec, argument, LEAK_SUPPRESSED, &show);
}

static struct error *parse_roots(const struct option_spec *spec, const char *argument) {
  return parse_set(spec, argument, N_ROOT_CLASSES, &roots);
}

static struct error *check_program(const char *name, int *status) {
  struct inspection inspection;
  struct error *err = inspect_program(name, &inspection);
  if (err)
    return err;
  err = inspection_error(&inspection);
  if (inspection.obstacle == OBSTACLE_NOT_FOUND)
    *status = EXIT_NOT_FOUND;
  else if (inspection.obstacle == OBSTACLE_NOT_EXECUTABLE || inspection.obstacle == OBSTACLE_NOT_A_FILE)
    *status = EXIT_NOT_EXECUTABLE;
  inspection_deinit(&inspection);
  return err;
}

static struct error *name_all(struct leaks_run *run) {
  struct error *err = NULL;
  for (size_t i = 0; !err && i < run->processes.count; i++) {
    struct leak_process *process = &run->processes.data[i];
    if (!process->profile)
      continue;
    leaks_sum(process);
    err = leaks_name(process, show);
  }
  return err;
}

/* The program may use stdout: text goes to stderr, where nothing the program closes can lose it. */
static struct error *write_report(const struct leak_report *report) {
  FILE *out = json ? stdout : stderr;
  struct error *err = log_file ? output_open(log_file, &out) : NULL;
  if (!err)
    err = json ? report_leaks_json(report, out) : report_leaks(report, out);
  if (!err && log_file)
    err = output_close(log_file, out);
  return err;
}

static const struct leak_process *main_process(const struct leaks_run *run) {
  const struct leak_process *last = NULL;
  for (size_t i = 0; i < run->processes.count; i++)
    if (run->processes.data[i].pid == run->main)
      last = &run->processes.data[i];
  return last;
}

/* The program's own failure comes first: a caller that knows its statuses still finds them. */
static int verdict(const struct leaks_run *run, const struct leak_report *report) {
  const struct leak_process *main = main_process(run);
  bool leaked = leak_total(report).objects > 0;
  if (run->status > 0) {
    message("the program itself ended with status %d%s", run->status,
            leaked ? ", which is passed on; there are leaks, too" : "");
    return run->status;
  }
  if (!main || !main->profile) {
    message("process %d could not be checked: %s", run->main, main ? main->reason : "it left no recording");
    return EXIT_COULD_NOT_CHECK;
  }
  return leaked ? (int)error_exitcode : EXIT_FINE;
}

static struct error *finish(struct leaks_run *run, int *status) {
  struct error *err = name_all(run);
  struct leak_report report = {run->processes.data, run->processes.count, show, fail_on, max_leaks, (int64_t)min_bytes};
  if (!err)
    err = write_report(&report);
  if (!err)
    *status = verdict(run, &report);
  return err;
}

static struct error *run_program(struct leaks_run *run, char **argv, int *status) {
  _cleanup_free_ char *folder = NULL;
  struct error *err = check_program(argv[0], status);
  if (!err)
    err = session_create(&folder);
  if (err)
    return err;
  err = leaks_run(run, folder, argv);
  *status = run->status;
  session_remove(folder);
  return err;
}

static int run(int n_operands, char **operands) {
  struct leaks_run leaks = {.options = {.reach = {roots, unaligned}, .why = why ? show : 0}};
  int status = -1;
  struct error *err = NULL;
  if (!pid == !n_operands)
    return command_error(error_create(ERROR_BAD_INPUT, "leaks: give a program to run, or --pid and no program"));
  err = pid ? leaks_run_attached(&leaks, (pid_t)pid) : run_program(&leaks, operands, &status);
  if (!err) {
    status = -1;
    err = finish(&leaks, &status);
  }
  leaks_run_deinit(&leaks);
  if (!err)
    return status;
  int code = command_error(err);
  return status >= 0 ? status : code;
}

static const struct option_spec options[] = {
    {.name = "pid", .argument = "PID", .help = "Check a running process that `memprof run --exact` started, and let it go on",
     .kind = OPTION_INTEGER, .value = &pid, .min = 1, .max = INT32_MAX},
    {.name = "fail-on", .argument = "KINDS",
     .help = "Kinds that count as leaks: definite (with indirect), possible, reachable, all or none, joined by commas "
             "(default definite)",
     .kind = OPTION_CALLBACK, .parse = parse_fail_on, .choices = kind_choices},
    {.name = "show", .argument = "KINDS", .help = "Kinds to list (default definite,indirect,possible)", .kind = OPTION_CALLBACK,
     .parse = parse_show, .choices = kind_choices},
    {.name = "error-exitcode", .argument = "N", .help = "Exit status when there are leaks (default 23)", .kind = OPTION_INTEGER,
     .value = &error_exitcode, .min = 0, .max = 255},
    {.name = "max-leaks", .argument = "N", .help = "List at most N stacks of a process, 0 for all (default 100)",
     .kind = OPTION_INTEGER, .value = &max_leaks},
    {.name = "min-bytes", .argument = "SIZE", .help = "Leave out stacks that lost less", .kind = OPTION_SIZE, .value = &min_bytes},
    {.name = "roots", .argument = "CLASSES",
     .help = "Where pointers are looked for: stacks, registers, globals, tls, mmap, all or none, joined by commas (default all)",
     .kind = OPTION_CALLBACK, .parse = parse_roots, .choices = root_choices},
    {.name = "unaligned", .help = "Take words at any address for pointers, not only at multiples of 8", .kind = OPTION_FLAG,
     .value = &unaligned},
    {.name = "why", .help = "Tell for each stack and kind how one of its blocks is reached, or what lost it", .kind = OPTION_FLAG,
     .value = &why},
    {.name = "json", .help = "Write JSON, to standard output", .kind = OPTION_FLAG, .value = &json},
    {.name = "log", .argument = "FILE", .help = "Write the report to FILE", .kind = OPTION_STRING, .value = &log_file},
    {0},
};
static const struct option_group group = {"Options", options};

const struct command command_leaks = {
    .name = "leaks",
    .summary = "Run a program and say which memory it lost",
    .synopsis = "[OPTION...] [--] PROGRAM [ARGUMENT...]\n[OPTION...] --pid PID",
    .details =
        "Every allocation is recorded, and when the program is at its end, however it came to it, its memory is searched for "
        "pointers. Blocks are definitely lost if none is left, indirectly lost if only lost blocks point to them, possibly "
        "lost if there are only pointers to their inside, and else still reachable, as valgrind has it. Each process of "
        "the program's tree is checked. The report goes to standard error.\n\n"
        "The exit status is the program's if that is not 0; else 23 if there are leaks, and 3 if the program could not be "
        "checked, with a line that says why.\n\n"
        "Pointers that a program hides (XOR-ed, with tags in their upper bits, in files) are not found: what they point to is "
        "reported as lost.",
    .groups = (const struct option_group *const[]){&group, NULL},
    .min_operands = 0,
    .max_operands = OPERANDS_ANY,
    .operands = OPERANDS_PROGRAM,
    .stop_at_operand = true,
    .run = run,
};
