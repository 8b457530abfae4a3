#include "cli/leaks/verdict.h"

#include "base/cleanup.h"
#include "base/text_stream.h"
#include "cli/line/exit_codes.h"
#include "cli/line/finding_outputs.h"
#include "cli/line/message.h"
#include "cli/line/output.h"
#include "common/settings.h"
#include "leak/judge.h"
#include "pprof/write_file.h"
#include "report/leak_entries.h"
#include "report/leak_findings.h"
#include "report/leaks_json.h"

#include <errno.h>
#include <inttypes.h>

enum { MOST_PAGED = 1000 };

static struct error *judge_all(struct leaks_run *run, struct leaks_settings *settings) {
  struct error *err = NULL;
  for (size_t i = 0; !err && i < run->processes.count; i++)
    err = leak_process_judge(&run->processes.data[i], leaks_kinds_named(settings),
                             &settings->suppressions);
  return err;
}

static struct error *list_suppressed(const struct suppressions *suppressions,
                                     struct leak_suppressed **ret) {
  *ret = calloc(suppressions->count + 1, sizeof(**ret));
  if (!*ret)
    return &error_no_memory;
  for (size_t i = 0; i < suppressions->count; i++) {
    const struct suppression *s = &suppressions->data[i];
    (*ret)[i] = (struct leak_suppressed){s->name, s->file, {s->used_bytes, s->used_objects}};
  }
  return NULL;
}

static struct error *print_report(const struct leak_report *report,
                                  const struct leaks_settings *settings, FILE *out) {
  struct error *err = settings->json ? report_leaks_json(report, out) : report_leaks(report, out);
  if (!err && (fflush(out) != 0 || ferror(out)) && out != stdout) /* stdout: main looks at it */
    err =
        error_system(errno, "cannot write '%s'", settings->log ? settings->log : "standard error");
  return err;
}

/* The program may use stdout: text goes to stderr, where nothing the program closes can lose it.
 * Reports that follow one another go to one file. */
static struct error *write_report(const struct leak_report *report,
                                  struct leaks_settings *settings) {
  struct error *err = NULL;
  if (!settings->out && settings->log)
    err = output_open(settings->log, &settings->out);
  else if (!settings->out)
    settings->out = settings->json ? stdout : stderr;
  if (!err)
    err = print_report(report, settings, settings->out);
  if (!err || err == &error_no_memory || !settings->log)
    return err;
  /* The verdict must not be lost with the file: this one and those that follow go to stderr. */
  if (settings->out && settings->out != stdout)
    fclose(settings->out);
  settings->out = stderr;
  settings->log = NULL;
  error_destroy(print_report(report, settings, stderr));
  return err;
}

const struct leak_process *leaks_main_process(const struct leaks_run *run) {
  const struct leak_process *last = NULL;
  for (size_t i = 0; i < run->processes.count; i++)
    if (run->processes.data[i].pid == run->main)
      last = &run->processes.data[i];
  return last;
}

static bool has_wrong_frees(const struct leaks_run *run) {
  for (size_t i = 0; i < run->processes.count; i++)
    if (run->processes.data[i].wrong_frees)
      return true;
  return false;
}

/* The first process that was recorded in part, or NULL. */
static const struct leak_process *incomplete_process(const struct leaks_run *run) {
  for (size_t i = 0; i < run->processes.count; i++)
    if (run->processes.data[i].incomplete)
      return &run->processes.data[i];
  return NULL;
}

static void tell_incomplete(const struct leak_process *process, bool leaked) {
  message("process %d was recorded in part: %" PRIu64 " allocation%s not recorded; %s",
          process->pid, process->dropped, process->dropped == 1 ? " was" : "s were",
          leaked ? "there may be more leaks"
                 : "it could not be checked for leaks; set " SETTING_DIR
                   " to a folder with more room");
}

void leaks_tell_turned_off(const struct leaks_settings *settings) {
  bool by_options = settings->no_check || settings->no_check_at_exit;
  message("%s turned the leak check off (%s)", by_options ? "LSAN_OPTIONS" : "the program",
          settings->no_check ? "detect_leaks=0"
          : by_options       ? "leak_check_at_exit=0"
                             : "__lsan_is_turned_off");
}

/* The program's own failure comes first: a caller that knows its statuses still finds them. */
static int verdict(const struct leaks_run *run, const struct leak_report *report,
                   const struct leaks_settings *settings) {
  const struct leak_process *main = leaks_main_process(run);
  bool leaked = leak_total(report).objects > 0, wrong = has_wrong_frees(run);
  bool checked = main && main->profile;
  const struct leak_process *incomplete = incomplete_process(run);
  if (incomplete)
    tell_incomplete(incomplete, leaked);
  if (!main && run->turned_off)
    leaks_tell_turned_off(settings);
  else if (!checked)
    message("process %d could not be checked: %s", run->main,
            main ? main->reason : "it left no recording");
  if (run->status > 0) {
    message("the program itself ended with status %d%s", run->status,
            leaked  ? ", which is passed on; there are leaks, too"
            : wrong ? ", which is passed on; there are wrong frees, too"
                    : "");
    return run->status;
  }
  return !checked && !run->turned_off ? EXIT_COULD_NOT_CHECK
         : leaked || wrong            ? settings->error_exitcode
         : incomplete                 ? EXIT_COULD_NOT_CHECK
                                      : EXIT_OK;
}

/* For build servers; only `memprof leaks` has the options. */
static struct error *write_findings(const struct leak_report *report) {
  _cleanup_free_ char *here = get_current_dir_name();
  struct arena arena = ARENA_INIT;
  struct findings findings;
  if (!finding_outputs_wanted())
    return NULL;
  struct error *err = leaks_findings(report, here ? here : "", &arena, &findings);
  if (!err)
    err = finding_outputs_write(&findings);
  arena_deinit(&arena);
  return err;
}

static struct leak_report report_of(const struct leaks_run *run,
                                    const struct leaks_settings *settings,
                                    const struct leak_suppressed *suppressed) {
  return (struct leak_report){
      .processes = run->processes.data,
      .n_processes = run->processes.count,
      .show = settings->show,
      .fail_on = settings->fail_on,
      .limit = settings->max_leaks,
      .min_bytes = settings->min_bytes,
      .all_frames = settings->all_frames,
      .suppressions = settings->gen_suppressions,
      .one_line = settings->every_ms != 0,
      .suppressed = suppressed,
      .n_suppressed = settings->suppressions.count,
  };
}

struct error *leaks_document(struct leaks_run *run, struct leaks_settings *settings, char **ret) {
  _cleanup_free_ struct leak_suppressed *suppressed = NULL;
  struct text_stream stream;
  struct error *err = judge_all(run, settings);
  if (!err)
    err = list_suppressed(&settings->suppressions, &suppressed);
  if (!err)
    err = text_stream_open(&stream);
  if (err)
    return err;
  struct leak_report report = report_of(run, settings, suppressed);
  report.show = ~0u;
  report.limit = MOST_PAGED;
  report.min_bytes = 0;
  report.one_line = true;
  return text_stream_take(&stream, report_leaks_json(&report, stream.out), ret);
}

struct error *leaks_verdict(struct leaks_run *run, struct leaks_settings *settings, int *status) {
  _cleanup_free_ struct leak_suppressed *suppressed = NULL;
  struct error *err = judge_all(run, settings);
  if (!err)
    err = list_suppressed(&settings->suppressions, &suppressed);
  if (err)
    return err;
  struct leak_report report = report_of(run, settings, suppressed);
  const struct leak_process *main = leaks_main_process(run);
  struct error *failed[] = {
      write_report(&report, settings),
      settings->profile && main && main->profile
          ? pprof_write_file(main->profile, settings->profile)
          : NULL,
      write_findings(&report),
  };
  *status = verdict(run, &report, settings);
  for (size_t i = 0; i < sizeof(failed) / sizeof(*failed); i++)
    if (failed[i]) {
      int code = command_error(failed[i]);
      *status = run->status > 0 ? run->status : code;
    }
  return NULL;
}
