#include "cli/leaks/check.h"

#include "base/cleanup.h"
#include "leak/own_memory.h"
#include "model/wrong_free.h"
#include "proc/process.h"
#include "recording/wrong_frees.h"
#include "symbol/symbolize.h"

#include <string.h>

void leak_process_deinit(struct leak_process *process) {
  free(process->command);
  free(process->reason);
  free(process->suppressions);
  profile_destroy(process->profile);
  profile_destroy(process->wrong_frees);
  *process = (struct leak_process){0};
}

/* argv with blanks between, as far as the recording kept it. */
static char *command_of(const struct recording *recording) {
  uint32_t n = recording->header.command_size;
  if (!n)
    return strdup(recording->header.executable);
  char *command = malloc(n + 1);
  if (!command)
    return NULL;
  memcpy(command, recording->header.command, n);
  while (n && !command[n - 1])
    n--;
  command[n] = '\0';
  for (uint32_t i = 0; i < n; i++)
    if (!command[i])
      command[i] = ' ';
  return command;
}

/* The process's own recording among its mappings; after fork a child still maps its parent's. */
static struct error *find_recording(const struct maps *maps, pid_t pid, struct recording **ret) {
  *ret = NULL;
  for (size_t i = 0; i < maps->count && !*ret; i++) {
    const char *path = maps->data[i].path;
    size_t n = strlen(path);
    if (n < 6 || strcmp(path + n - 6, ".mprec") || (i && !strcmp(path, maps->data[i - 1].path)))
      continue;
    struct recording *recording;
    struct error *err = recording_open(path, &recording);
    if (err)
      return err;
    if (recording->pid == pid)
      *ret = recording;
    else
      recording_destroy(recording);
  }
  return NULL;
}

/* An error becomes the reason why a process was not checked. */
static struct error *set_reason(struct leak_process *process, struct error *err) {
  process->reason = strdup(err->message);
  error_destroy(err);
  return process->reason ? NULL : &error_no_memory;
}

static const char *const unrecorded = "it ran without libmemprof.so: it is statically linked or "
                                      "set-uid, changed LD_PRELOAD, or was killed as it started";

static struct error *without_recording(const struct maps *maps, struct leak_process *process,
                                       enum leaks_skip *skipped) {
  if (maps_find_file(maps, "/libmemprof.so")) {
    *skipped = SKIP_NOTHING;
    return NULL;
  }
  process->reason = strdup(unrecorded);
  return process->reason ? NULL : &error_no_memory;
}

static struct error *check_recorded(const struct stopped_process *process,
                                    const struct recording *recording,
                                    const struct leaks_options *options, struct leak_process *ret,
                                    enum leaks_skip *skipped) {
  struct leaks_notes notes = {0};
  bool done;
  ret->command = command_of(recording);
  if (!ret->command)
    return &error_no_memory;
  struct error *err = own_memory_wishes(recording, process->reader, &done, &ret->suppressions);
  if (err)
    return err;
  if (done && process->ending) {
    *skipped = SKIP_WISHED;
    return NULL;
  }
  err = recording_wrong_frees(recording, &ret->wrong_frees);
  if (err)
    return err;
  err = leaks_find(recording, process, options, &ret->profile, &notes);
  if (err)
    return set_reason(ret, err);
  ret->missed_threads = notes.missed_threads;
  ret->unreadable = notes.unreadable;
  ret->dropped = notes.dropped;
  return NULL;
}

static struct error *check(const struct stopped_process *process, const struct maps *maps,
                           const struct leaks_options *options, struct leak_process *ret,
                           enum leaks_skip *skipped) {
  _cleanup_recording_ struct recording *recording = NULL;
  struct error *err = find_recording(maps, process->pid, &recording);
  if (!err && recording)
    return check_recorded(process, recording, options, ret, skipped);
  ret->command = process_command(process->pid);
  if (!ret->command) {
    error_destroy(err);
    return &error_no_memory;
  }
  return err ? set_reason(ret, err) : without_recording(maps, ret, skipped);
}

struct error *leaks_check(const struct stopped_process *process,
                          const struct leaks_options *options, struct leak_process *ret,
                          enum leaks_skip *skipped) {
  struct leak_process checked = {.pid = process->pid};
  struct maps maps = {0};
  *skipped = SKIP_NOT;
  struct error *err = maps_read(process->reader, &maps);
  err = err ? set_reason(&checked, err) : check(process, &maps, options, &checked, skipped);
  maps_deinit(&maps);
  if (err || *skipped)
    leak_process_deinit(&checked);
  *ret = checked;
  return err;
}

static struct leak_figure sum_of(const struct profile *profile, int kind) {
  struct leak_figure sum = {0, 0};
  for (size_t i = 0; i < profile->n_samples; i++) {
    sum.bytes += profile->samples[i].values[leak_bytes(kind)];
    sum.objects += profile->samples[i].values[leak_objects(kind)];
  }
  return sum;
}

void leaks_sum(struct leak_process *process) {
  for (int kind = 0; kind < N_LEAK_KINDS; kind++)
    process->total[kind] = sum_of(process->profile, kind);
}

static bool is_shown(const struct profile_sample *sample, unsigned show) {
  for (int kind = 0; kind < N_LEAK_KINDS; kind++)
    if (show & 1u << kind && sample->values[leak_objects(kind)])
      return true;
  return false;
}

/* Naming costs most: what will not be listed is not looked up. */
static void drop_unshown(struct profile *profile, unsigned show) {
  size_t n = 0;
  for (size_t i = 0; i < profile->n_samples; i++)
    if (is_shown(&profile->samples[i], show))
      profile->samples[n++] = profile->samples[i];
  profile->n_samples = n;
}

static void mark_used(const struct profile *profile, bool *used) {
  for (size_t i = 0; i < profile->n_samples; i++)
    for (uint32_t k = 0; k < profile->samples[i].n_locations; k++)
      used[profile->samples[i].locations[k]] = true;
}

/* Locations that no sample names any more go, too, and the others move up. */
static struct error *drop_unused_locations(struct profile *profile) {
  _cleanup_free_ bool *used = calloc(profile->n_locations + 1, sizeof(*used));
  _cleanup_free_ uint32_t *moved = calloc(profile->n_locations + 1, sizeof(*moved));
  uint32_t n = 0;
  if (!used || !moved)
    return &error_no_memory;
  mark_used(profile, used);
  for (size_t i = 0; i < profile->n_locations; i++) {
    moved[i] = n;
    if (used[i])
      profile->locations[n++] = profile->locations[i];
  }
  profile->n_locations = n;
  for (size_t i = 0; i < profile->n_samples; i++)
    for (uint32_t k = 0; k < profile->samples[i].n_locations; k++)
      profile->samples[i].locations[k] = moved[profile->samples[i].locations[k]];
  return NULL;
}

struct error *leaks_name(struct leak_process *process, unsigned show) {
  drop_unshown(process->profile, show);
  struct error *err = drop_unused_locations(process->profile);
  return err ? err : symbolize_profile(process->profile, NULL);
}

/* The totals count also what leaks_name dropped: they change by what moves. */
struct error *leaks_suppress(struct leak_process *process, struct suppressions *suppressions) {
  struct leak_figure before[N_LEAK_KINDS];
  for (int kind = 0; kind < N_LEAK_KINDS; kind++)
    before[kind] = sum_of(process->profile, kind);
  struct error *err = suppressions_apply(suppressions, process->profile);
  for (int kind = 0; kind < N_LEAK_KINDS; kind++) {
    struct leak_figure after = sum_of(process->profile, kind);
    process->total[kind].bytes += after.bytes - before[kind].bytes;
    process->total[kind].objects += after.objects - before[kind].objects;
  }
  return err;
}

struct error *leaks_judge(struct leak_process *process, unsigned kinds,
                          struct suppressions *suppressions) {
  if (process->named)
    return NULL;
  process->named = true;
  struct error *err = process->wrong_frees ? symbolize_profile(process->wrong_frees, NULL) : NULL;
  wrong_free_keep_sure(&process->wrong_frees);
  if (err || !process->profile)
    return err;
  leaks_sum(process);
  err = leaks_name(process, kinds);
  if (!err && process->suppressions)
    err = suppressions_parse(suppressions, process->suppressions, strlen(process->suppressions),
                             "__lsan_default_suppressions");
  return err ? err : leaks_suppress(process, suppressions);
}
