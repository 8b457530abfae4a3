/* `memprof __processes`: the recorded processes for the shells' completions, "PID<tab>program" a
 * line. `memprof ps` is for people: it measures for a moment. */
#include "cli/line/command.h"
#include "cli/line/completion_words.h"
#include "cli/line/exit_codes.h"
#include "cli/line/message.h"
#include "recording/find.h"
#include "report/text.h"

#include <stdio.h>

static int run(int n_operands, char **operands) {
  (void)n_operands, (void)operands;
  _cleanup_recorded_list_ struct recorded_list list = {0};
  struct error *err = recorded_list_read(&list);
  for (size_t i = 0; !err && i < list.count; i++) {
    _cleanup_recording_ struct recording *recording = NULL;
    _cleanup_strbuf_ struct strbuf program = STRBUF_INIT;
    struct error *ended =
        recording_open_of(list.data[i].path, list.data[i].pid, RECORDING_COUNTERS, &recording);
    if (!ended)
      text_escape(&program, recording_program(recording));
    if (!ended && !strbuf_failed(&program))
      printf("%d\t%s\n", list.data[i].pid, program.data);
    error_destroy(ended);
  }
  return err ? command_error(err) : EXIT_OK;
}

const struct command command_processes = {
    .name = COMPLETION_PROCESSES,
    .summary = "List the recorded processes for completion",
    .max_operands = 0,
    .hidden = true,
    .run = run,
};
