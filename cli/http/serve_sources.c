#include "cli/http/serve_sources.h"

#include "base/cleanup.h"
#include "cli/session/running.h"
#include "load/load.h"
#include "recording/find.h"

#include <string.h>

/* A file must be a recording that its process left, or a profile. */
static struct error *check_file(struct serve_operand *operand) {
  _cleanup_profile_ struct profile *profile = NULL;
  operand->is_profile = !recording_is(operand->text);
  return load_file(operand->text, false, &profile);
}

static struct error *check_process(struct serve_operand *operand) {
  _cleanup_free_ char *path = NULL;
  struct error *err = running_parse(operand->text, &operand->pid);
  return err ? err : recorded_process_find(operand->pid, &path);
}

struct error *serve_operands_read(char **operands, int n, struct serve_operands *ret) {
  struct error *err = NULL;
  for (int i = 0; i < n && !err; i++) {
    struct serve_operand operand = {.text = operands[i]};
    bool is_number = operands[i][strspn(operands[i], "0123456789")] == '\0';
    err = is_number ? check_process(&operand) : check_file(&operand);
    if (!err && !VECTOR_PUSH(ret, operand))
      err = &error_no_memory;
  }
  return err;
}

static struct error *add_recording(const char *path, struct http_source_list *ret) {
  _cleanup_recording_ struct recording *recording = NULL;
  struct error *err = recording_open_counters(path, &recording);
  return err ? err : http_source_add(ret, recording->pid, strdup(path), false);
}

/* A process that has ended is left out. */
static struct error *add_process(pid_t pid, struct http_source_list *ret) {
  char *path;
  struct error *err = recorded_process_find(pid, &path);
  if (err) {
    bool fatal = err->code == ERROR_NO_MEMORY;
    error_destroy(err);
    return fatal ? &error_no_memory : NULL;
  }
  return http_source_add(ret, pid, path, false);
}

static struct error *list_all(struct http_source_list *ret) {
  _cleanup_recorded_list_ struct recorded_list processes = {0};
  struct error *err = recorded_list_read(&processes);
  for (size_t i = 0; i < processes.count && !err; i++)
    err =
        http_source_add(ret, processes.data[i].pid, no_cleanup_ptr(processes.data[i].path), false);
  return err;
}

struct error *serve_sources_list(void *context, struct http_source_list *ret) {
  const struct serve_operands *operands = context;
  struct error *err = operands->count ? NULL : list_all(ret);
  for (size_t i = 0; i < operands->count && !err; i++) {
    const struct serve_operand *operand = &operands->data[i];
    if (operand->pid)
      err = add_process(operand->pid, ret);
    else
      err = operand->is_profile ? http_source_add(ret, 0, strdup(operand->text), true)
                                : add_recording(operand->text, ret);
  }
  return err;
}

bool serve_has_more(const struct serve_operands *operands) {
  _cleanup_http_source_list_ struct http_source_list list = {0};
  _cleanup_error_ struct error *err = NULL;
  if (!operands->count)
    return true;
  err = serve_sources_list((void *)operands, &list);
  return err || list.count;
}
