/* libyaml parses the file to know its lines, libcyaml loads it by the schema. What libcyaml finds
 * wrong it logs, innermost place first; the log becomes one line. */
#include "budget/read.h"

#include "base/cleanup.h"
#include "budget/prepare.h"
#include "budget/schema.h"
#include "budget/text_file.h"

#include <stdio.h>
#include <string.h>

/* The parts of libcyaml's log that matter. */
struct log {
  char problem[256];
  char field[64]; /* the innermost one that it names */
  char list[64];  /* the innermost of our lists that it is in */
  int line;
};

static void note_backtrace(struct log *log, const char *text) {
  char field[64];
  const char *line = strstr(text, "(line: ");
  if (line && !log->line)
    log->line = atoi(line + strlen("(line: "));
  const char *named = strstr(text, "in mapping field '");
  if (!named || sscanf(named, "in mapping field '%63[^']'", field) != 1)
    return;
  if (!*log->field)
    snprintf(log->field, sizeof(log->field), "%s", field);
  bool is_list = !strcmp(field, "limits") || !strcmp(field, "owners") || !strcmp(field, "sites");
  if (is_list && !*log->list)
    snprintf(log->list, sizeof(log->list), "%s", field);
}

static void take_log(cyaml_log_t level, void *context, const char *format, va_list args) {
  struct log *log = context;
  char text[512];
  (void)level;
  vsnprintf(text, sizeof(text), format, args);
  text[strcspn(text, "\n")] = '\0';
  if (strncmp(text, "Load: ", 6) != 0)
    note_backtrace(log, text);
  else if (!*log->problem)
    snprintf(log->problem, sizeof(log->problem), "%.255s", text + 6);
}

static const cyaml_config_t config = {
    .mem_fn = cyaml_mem, .log_level = CYAML_LOG_ERROR, .flags = CYAML_CFG_NO_ALIAS};

static const char *after(const char *text, const char *start) {
  return strncmp(text, start, strlen(start)) ? NULL : text + strlen(start);
}

/* In our words, where libcyaml's say less than could be said. */
static struct error *problem_of(const struct log *log, const struct yaml_places *places,
                                const char *path) {
  const char *list = *log->list ? log->list : NULL, *what;
  int line = log->line ? log->line : 1;
  if ((what = after(log->problem, "Unexpected key: ")))
    return error_create(ERROR_BAD_INPUT, "%s:%d: unknown key '%s'; expected one of %s", path,
                        yaml_places_key(places, what, line), what, budget_schema_keys(list));
  if ((what = after(log->problem, "Missing required mapping field: ")))
    return error_create(ERROR_BAD_INPUT, "%s:%d: '%s' is missing here; expected at least %s", path,
                        line, what,
                        !list                     ? "version and limits"
                        : !strcmp(list, "limits") ? "metric, and max or growth"
                                                  : "name and sites");
  if ((what = after(log->problem, "Invalid ENUM value: ")))
    return error_create(ERROR_BAD_INPUT, "%s:%d: %s: '%s'; expected %s", path, line, log->field,
                        what, budget_schema_choices(log->field));
  if ((what = after(log->problem, "Mapping field already seen: ")))
    return error_create(ERROR_BAD_INPUT, "%s:%d: '%s' is there twice; expected it once", path,
                        yaml_places_key(places, what, line + 1), what);
  if ((what = after(log->problem, "Expecting ")))
    return error_create(ERROR_BAD_INPUT, "%s:%d: %s%sexpected %s", path, line, log->field,
                        *log->field ? ": " : "",
                        after(what, "SEQ")   ? "a list, of entries that begin with '- '"
                        : after(what, "MAP") ? "keys with values, as in 'version: 1'"
                                             : "a text or number");
  return error_create(ERROR_BAD_INPUT, "%s:%d: %s%s%s", path, line, log->field,
                      *log->field ? ": " : "",
                      *log->problem ? log->problem : "not what docs/BUDGETS.md describes");
}

static struct error *load(struct yaml_places *places, const char *path, const char *text,
                          size_t length, struct budget **ret) {
  struct log log = {0};
  cyaml_config_t logged = config;
  logged.log_fn = take_log;
  logged.log_ctx = &log;
  cyaml_err_t status = cyaml_load_data((const uint8_t *)text, length, &logged, &budget_schema,
                                       (cyaml_data_t **)ret, NULL);
  if (status == CYAML_OK)
    return NULL;
  *ret = NULL;
  return status == CYAML_ERR_OOM ? &error_no_memory : problem_of(&log, places, path);
}

struct error *budget_read(const char *path, struct budget **ret) {
  _cleanup_budget_ struct budget *budget = NULL;
  _cleanup_free_ char *text = NULL;
  struct yaml_places places;
  size_t length;
  struct error *err = text_file_read(path, &text, &length);
  if (!err)
    err = yaml_places_init(&places, path, text, length);
  if (err)
    return err;
  err = load(&places, path, text, length, &budget);
  if (!err)
    err = budget_prepare(budget, &places, path);
  yaml_places_deinit(&places);
  if (!err)
    *ret = no_cleanup_ptr(budget);
  return err;
}

void budget_destroy(struct budget *budget) {
  cyaml_free(&config, &budget_schema, budget, 0);
}
