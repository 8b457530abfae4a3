#include "cli/commands/advise_process.h"

#include "advise/advise.h"
#include "base/cleanup.h"
#include "cli/leaks/run.h"
#include "cli/leaks/verdict.h"
#include "cli/line/message.h"
#include "cli/session/resident_looks.h"
#include "load/load.h"
#include "model/calibrate.h"
#include "recording/find.h"
#include "recording/reach.h"
#include "recording/stack_pages.h"

#include <string.h>

static bool any_grows(const struct advice *advice) {
  for (size_t i = 0; i < advice->n_items; i++)
    if (advice->items[i].rule == ADVICE_GROWTH)
      return true;
  return false;
}

/* Checks what can be reached now, with memprof leaks' own defaults. A process that cannot be checked
 * keeps the advice without. */
static struct error *add_verdict(const struct recording *recording, const uint32_t *places,
                                 struct profile *profile) {
  struct leaks_settings settings;
  struct leaks_run run = {.settings = &settings};
  struct error *err = leaks_settings_read(&settings);
  if (err)
    return err;
  err = leaks_run_attached(&run, recording->pid);
  const struct leak_process *checked = err ? NULL : leaks_main_process(&run);
  if (err && err->code != ERROR_NO_MEMORY) {
    message("%s", err->message);
    error_destroy(err);
    err = NULL;
  } else if (checked && checked->profile)
    err = recording_label_reach(recording, places, checked->profile, profile);
  else if (checked && checked->reason)
    message("process %d could not be checked for leaks: %s", recording->pid, checked->reason);
  leaks_run_deinit(&run);
  error_destroy(leaks_settings_deinit(&settings));
  return err;
}

/* A sample cannot tell what is lost, and a process is stopped for nothing less than a question. */
static struct error *add_verdict_if_grows(const struct recording *recording, const uint32_t *places,
                                          struct profile *profile) {
  _cleanup_advice_ struct advice advice = {0};
  if (!(recording->header.flags & RECORDING_EXACT))
    return NULL;
  struct error *err = advise(profile, recording_program(recording), ADVICE_MOST, &advice);
  return err || !any_grows(&advice) ? err : add_verdict(recording, places, profile);
}

static struct error *read_process(pid_t pid, struct recording **recording, uint32_t **places,
                                  struct profile **ret) {
  struct stack_look stacks;
  struct error *err = recorded_process_open(pid, false, recording);
  if (err)
    return err;
  *places = calloc((*recording)->n_sites + 1, sizeof(**places));
  if (!*places)
    return &error_no_memory;
  err = load_recording_placed(*recording, true, *places, ret);
  if (!err && recording_look_at_stacks(*recording, &stacks) && stacks.stacks)
    err = stack_look_comment(&stacks, *ret);
  return err ? err : calibrate_profile(*ret);
}

struct error *advise_read_process(pid_t pid, struct profile **ret, char **name) {
  _cleanup_profile_ struct profile *profile = NULL;
  _cleanup_recording_ struct recording *recording = NULL;
  _cleanup_free_ uint32_t *places = NULL;
  struct error *err = read_process(pid, &recording, &places, &profile);
  if (!err)
    err = add_verdict_if_grows(recording, places, profile);
  if (err)
    return err;
  *name = strdup(recording_program(recording));
  if (!*name)
    return &error_no_memory;
  *ret = no_cleanup_ptr(profile);
  return NULL;
}
