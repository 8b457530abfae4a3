#include "cli/session/collect.h"

#include "advise/reusable.h"
#include "base/cleanup.h"
#include "cli/line/message.h"
#include "cli/session/kept_moments.h"
#include "cli/session/members.h"
#include "cli/session/resident_looks.h"
#include "cli/session/wrong_frees.h"
#include "load/load.h"
#include "model/dropped.h"
#include "model/sample_types.h"
#include "model/totals.h"
#include "pprof/write_file.h"
#include "recording/moments.h"
#include "recording/reach.h"
#include "recording/totals.h"
#include "recording/writer.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

/* A forked child that allocates less than this and then executes another program is that program's
 * start. */
#define FORK_GLUE_BYTES (64u << 10)

void collected_deinit(struct collected *collected) {
  free(collected->path);
  free(collected->program);
  profile_destroy(collected->profile);
  *collected = (struct collected){0};
}

static void next_deinit(struct collected_next *next) {
  free(next->path);
  free(next->program);
}

void collect_tally_deinit(struct collect_tally *tally) {
  collected_deinit(&tally->largest);
  for (size_t i = 0; i < tally->n_next; i++)
    next_deinit(&tally->next[i]);
  *tally = (struct collect_tally){0};
}

/* A profile without its moments is better than none. */
static struct error *load_with_moments(const struct recording *recording,
                                       const struct collect_options *options,
                                       struct profile **ret) {
  _cleanup_moments_ struct moments moments;
  _cleanup_free_ uint32_t *places = calloc(recording->n_sites + 1, sizeof(*places));
  if (!places)
    return &error_no_memory;
  struct error *err = load_recording_placed(recording, options->symbolize, places, ret);
  if (!err && options->leaks && recording->header.flags & RECORDING_HISTORIES)
    err = recording_label_reach(recording, places, options->leaks, *ret);
  if (err || !kept_moments_take(recording, &moments))
    return err;
  _cleanup_error_ struct error *lost = recording_end_moments(recording, places, &moments, *ret);
  if (lost)
    message("%s: %s; the profile is without time", recording->path, lost->message);
  return NULL;
}

/* The caller removes the recording. */
static struct error *collect_recording(const struct recording *recording,
                                       const struct collect_options *options,
                                       enum profile_naming naming, struct collected *ret) {
  _cleanup_profile_ struct profile *profile = NULL;
  _cleanup_free_ char *name = NULL;
  struct error *err = load_with_moments(recording, options, &profile);
  if (!err)
    err = reusable_add(profile);
  if (!err)
    err = resident_looks_add(recording, profile);
  if (!err && options->killed && !recording->header.exit.tid)
    err = profile_add_comment(profile, options->killed);
  if (!err && options->peak_rss && !recording->header.peak_rss)
    err = profile_set_peak_rss(profile, options->peak_rss);
  if (!err)
    err = profile_name_choose(options->output, naming, recording, &name);
  if (err)
    return err;
  err = pprof_write_file(profile, name);
  if (!err && !options->no_wrong_frees)
    err = wrong_frees_tell(recording, options->symbolize);
  if (err) {
    if (naming != NAME_EXACT)
      unlink(name); /* the empty file that holds the name */
    return err;
  }
  char *program = strdup(recording_program(recording));
  if (!program)
    return &error_no_memory;
  *ret = (struct collected){no_cleanup_ptr(name), no_cleanup_ptr(profile), program, recording->pid};
  return NULL;
}

struct error *collect(const struct session_list *list, size_t i,
                      const struct collect_options *options, enum profile_naming naming,
                      struct collected *ret) {
  _cleanup_recording_ struct recording *recording = NULL;
  struct error *err = session_open(list, i, &recording);
  if (!err)
    err = collect_recording(recording, options, naming, ret);
  if (!err)
    session_unlink(list, i);
  return err;
}

struct session_walk {
  const struct collect_options *options;
  const struct session_list *list;
  pid_t main_pid;
  struct collected *main;
  struct collect_tally *tally;
};

static bool is_glue(const struct session_list *list, size_t i, const struct recording *recording) {
  return recording->header.flags & RECORDING_FORKED && session_has_later_image(list, i) &&
         recording_totals(recording).bytes < FORK_GLUE_BYTES;
}

int64_t collected_peak(const struct collected *collected) {
  return collected->profile ? profile_type_sum(collected->profile, SAMPLE_PEAK_SPACE) : -1;
}

static void tally_totals(struct collect_tally *tally, const struct profile *profile) {
  struct profile_totals totals;
  if (!profile_totals(profile, &totals))
    return;
  tally->allocs += totals.allocs;
  tally->bytes += totals.bytes;
}

/* Takes its strings over, if its peak is among the highest. */
static void add_next(struct collect_tally *tally, struct collected *other) {
  struct collected_next next = {other->path, other->program, other->pid, collected_peak(other)};
  size_t at = tally->n_next;
  while (at > 0 && tally->next[at - 1].peak < next.peak)
    at--;
  if (!next.path || at == COLLECT_MOST_NEXT)
    return;
  if (tally->n_next == COLLECT_MOST_NEXT)
    next_deinit(&tally->next[--tally->n_next]);
  memmove(&tally->next[at + 1], &tally->next[at], (tally->n_next - at) * sizeof(next));
  tally->next[at] = next;
  tally->n_next++;
  other->path = other->program = NULL;
}

void collect_tally_other(struct collect_tally *tally, struct collected *other) {
  tally_totals(tally, other->profile);
  tally->others++;
  tally->incomplete += profile_is_incomplete(other->profile);
  if (collected_peak(other) > collected_peak(&tally->largest)) {
    struct collected smaller = tally->largest;
    tally->largest = *other;
    *other = smaller;
  }
  add_next(tally, other);
  collected_deinit(other);
}

static bool had_children(const struct session_walk *walk) {
  return walk->list->count > 1 || walk->tally->others || walk->tally->glue;
}

static struct error *visit_entry(const struct session_walk *walk, size_t i) {
  const struct session_entry *entry = &walk->list->data[i];
  _cleanup_recording_ struct recording *recording = NULL;
  struct error *err = session_open(walk->list, i, &recording);
  if (err)
    return err;
  if (recording_has_writer(recording)) {
    walk->tally->live++;
    return NULL;
  }
  bool is_main = entry->pid == walk->main_pid && !session_has_later_image(walk->list, i);
  if (!is_main && is_glue(walk->list, i, recording)) {
    session_unlink(walk->list, i);
    walk->tally->glue++;
    return NULL;
  }
  struct collected collected = {0};
  struct collect_options options = *walk->options;
  if (!is_main)
    options.leaks = NULL;
  if (!is_main || had_children(walk)) /* it may be that of a child */
    options.peak_rss = 0;
  err = collect_recording(recording, &options, is_main ? NAME_EXACT : NAME_WITH_PID, &collected);
  if (err)
    return err;
  session_unlink(walk->list, i);
  if (!is_main) {
    collect_tally_other(walk->tally, &collected);
    return NULL;
  }
  tally_totals(walk->tally, collected.profile);
  *walk->main = collected;
  return NULL;
}

struct error *collect_session(const char *folder, const struct collect_options *options,
                              pid_t main_pid, struct collected *main, struct collect_tally *tally) {
  _cleanup_session_list_ struct session_list list = SESSION_LIST_INIT;
  struct error *err = session_read(folder, &list);
  if (err)
    return err;
  struct session_walk walk = {options, &list, main_pid, main, tally};
  tally->live = 0;
  for (size_t i = 0; i < list.count; i++) {
    err = visit_entry(&walk, i);
    if (!err)
      continue;
    bool named = !strncmp(err->message, list.data[i].path, strlen(list.data[i].path));
    message("%s%s%s; the recording stays, `memprof recover` reads it",
            named ? "" : list.data[i].path, named ? "" : ": ", err->message);
    error_destroy(err);
    tally->failed++;
  }
  unsigned members = session_members(folder);
  if (members > tally->live)
    tally->live = members;
  return NULL;
}

/* A process whose first thread has ended has a pid, and nothing is seen of what its others map. */
static bool has_surely_ended(const struct recording *recording) {
  return !recording_has_writer(recording) && kill(recording->pid, 0) < 0 && errno == ESRCH;
}

static struct error *collect_entry(const struct session_list *list, size_t i,
                                   const struct collect_options *options,
                                   enum collect_outcome *outcome, struct collected *ret) {
  _cleanup_recording_ struct recording *recording = NULL;
  struct error *err = session_open(list, i, &recording);
  *outcome = COLLECT_LATER;
  if (err || !has_surely_ended(recording))
    return err;
  *outcome = is_glue(list, i, recording) ? COLLECT_GLUE : COLLECT_PROFILE;
  if (*outcome == COLLECT_PROFILE)
    err = collect_recording(recording, options, NAME_WITH_PID, ret);
  if (!err)
    session_unlink(list, i);
  return err;
}

struct error *collect_child(const char *folder, pid_t pid, unsigned generation,
                            const struct collect_options *options, enum collect_outcome *outcome,
                            struct collected *ret) {
  _cleanup_session_list_ struct session_list list = SESSION_LIST_INIT;
  struct error *err = session_read(folder, &list);
  *outcome = COLLECT_LATER;
  for (size_t i = 0; !err && i < list.count; i++)
    if (list.data[i].pid == pid && list.data[i].generation == generation)
      return collect_entry(&list, i, options, outcome, ret);
  return err;
}
