#include "cli/commands/doctor_items.h"
#include "cli/line/command.h"
#include "cli/line/exit_codes.h"
#include "cli/line/message.h"
#include "proc/process.h"
#include "report/json.h"
#include "report/table.h"
#include "report/terminal.h"
#include "report/text.h"
#include "symbol/inspect_message.h"

#include <string.h>

static bool json;

static const char *const status_words[] = {
    [DOCTOR_OK] = "ok", [DOCTOR_NOTE] = "note", [DOCTOR_BAD] = "no"};

static struct error *print_table(const struct doctor_item *items, size_t n) {
  static const struct table_column columns[] = {{"check", true}, {"", true}, {"finding", true}};
  _cleanup_table_ struct table table;
  table_init(&table, columns, sizeof(columns) / sizeof(*columns));
  for (size_t i = 0; i < n; i++) {
    table_cellf(&table, "%s", items[i].name);
    table_cellf(&table, "%s", status_words[items[i].status]);
    struct strbuf *cell = table_cell(&table);
    text_escape(cell, items[i].finding);
    if (*items[i].remedy)
      strbuf_appendf(cell, ": %s", items[i].remedy);
  }
  /* Lines are not cut to the terminal's width: the remedy stands at their end. */
  return table_print(&table, stdout, &(struct table_style){.colour = terminal_colour(stdout)});
}

static struct error *print_json(const struct inspection *in, const struct doctor_item *items,
                                size_t n) {
  json_t *document = json_document("doctor"), *list = json_array();
  int failed = json_object_set_new(document, "program", json_text(in->path));
  failed |= json_object_set_new(document, "inspected", json_text(in->program));
  failed |= json_object_set_new(document, "can_be_profiled", json_boolean(!in->obstacle));
  for (size_t i = 0; i < n; i++) {
    json_t *check = json_object();
    failed |= json_object_set_new(check, "check", json_string(items[i].name));
    failed |= json_object_set_new(check, "status", json_string(status_words[items[i].status]));
    failed |= json_object_set_new(check, "finding", json_text(items[i].finding));
    failed |= json_object_set_new(check, "remedy", json_string(items[i].remedy));
    failed |= json_array_append_new(list, check);
  }
  failed |= json_object_set_new(document, "checks", list);
  return json_write(document, failed, stdout);
}

static int run(int n_operands, char **operands) {
  (void)n_operands;
  struct inspection in;
  struct error *err = process_check_proc();
  if (!err)
    err = inspect_program(operands[0], &in);
  if (err)
    return command_error(err);
  struct doctor_item items[DOCTOR_MAX_ITEMS];
  size_t n = 0;
  err = doctor_items_list(&in, items, &n);
  if (!err)
    err = json ? print_json(&in, items, n) : print_table(items, n);
  int status = err ? command_error(err) : EXIT_OK;
  if (!status && in.obstacle) {
    if (!json)
      command_error(inspection_error(&in));
    status = EXIT_COULD_NOT_CHECK;
  }
  doctor_items_deinit(items, n);
  inspection_deinit(&in);
  return status;
}

static const struct option_spec options[] = {
    {.name = "json", .help = "Write JSON", .kind = OPTION_FLAG, .value = &json},
    {0},
};
static const struct option_group group = {"Options", options};
static const struct option_group *const groups[] = {&group, NULL};

const struct command command_doctor = {
    .name = "doctor",
    .summary = "Check whether a program can be profiled",
    .synopsis = "[--json] PROGRAM",
    .example = "doctor ./shop",
    .details =
        "Looks at PROGRAM, which is found as a shell would find it and is not run, and says what "
        "keeps memprof from profiling it or makes its profiles poorer, and what to do about it. "
        "For a script the interpreter is looked at.\n\n"
        "The exit status is 0 if the program can be profiled and 3 if it cannot.",
    .groups = groups,
    .min_operands = 1,
    .max_operands = 1,
    .operands = OPERANDS_PROGRAM,
    .run = run,
};
