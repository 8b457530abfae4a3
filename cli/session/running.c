#include "cli/session/running.h"

#include "base/cleanup.h"
#include "base/strbuf.h"
#include "cli/line/message.h"
#include "recording/find.h"
#include "recording/heap_stats.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <time.h>

enum { MOST_NAMED = 8 };

struct error *running_parse(const char *operand, pid_t *ret) {
  char *end;
  errno = 0;
  long pid = strtol(operand, &end, 10);
  if (errno || end == operand || *end || strspn(operand, " +-") || pid < 1 || pid > INT_MAX)
    return error_create(ERROR_BAD_INPUT,
                        "'%s' is not the number of a process; `memprof ps` lists those that are "
                        "recorded",
                        operand);
  *ret = (pid_t)pid;
  return NULL;
}

/* "4711 (redis-server)" */
static void append_process(struct strbuf *sb, const struct recorded_process *process) {
  _cleanup_recording_ struct recording *recording = NULL;
  _cleanup_error_ struct error *err =
      recording_open_of(process->path, process->pid, RECORDING_COUNTERS, &recording);
  strbuf_appendf(sb, "%d", process->pid);
  if (!err) /* else it has just ended */
    strbuf_appendf(sb, " (%s)", recording_program(recording));
}

static struct error *several(const struct recorded_list *list) {
  _cleanup_strbuf_ struct strbuf names = STRBUF_INIT;
  for (size_t i = 0; i < list->count && i < MOST_NAMED; i++) {
    strbuf_append(&names, i ? ", " : "");
    append_process(&names, &list->data[i]);
  }
  if (list->count > MOST_NAMED)
    strbuf_appendf(&names, " and %zu more", list->count - MOST_NAMED);
  if (strbuf_failed(&names))
    return &error_no_memory;
  return error_create(ERROR_BAD_INPUT,
                      "several processes are being recorded; name one by its PID: %s", names.data);
}

struct error *running_choose(const char *operand, pid_t *ret) {
  if (operand)
    return running_parse(operand, ret);
  _cleanup_recorded_list_ struct recorded_list list = {0};
  struct error *err = recorded_list_read(&list);
  if (err)
    return err;
  if (!list.count)
    return error_create(ERROR_BAD_INPUT, "no process of yours is being recorded; `memprof run "
                                         "PROGRAM` starts one that is");
  if (list.count > 1)
    return several(&list);
  _cleanup_strbuf_ struct strbuf name = STRBUF_INIT;
  append_process(&name, &list.data[0]);
  if (!strbuf_failed(&name))
    message("the only recorded process: %s", name.data);
  *ret = list.data[0].pid;
  return NULL;
}

void running_wait_ms(int64_t ms) {
  struct timespec left = {ms / 1000, ms % 1000 * 1000000};
  while (nanosleep(&left, &left) < 0 && errno == EINTR)
    ;
}

struct error *running_counters(const char *path, pid_t pid, struct heap_stats *ret) {
  _cleanup_recording_ struct recording *recording = NULL;
  struct error *err = recording_open_of(path, pid, RECORDING_COUNTERS, &recording);
  return err ? err : heap_stats_init(ret, recording);
}
