#include "report/leaks.h"

#include "base/cleanup.h"
#include "base/strbuf.h"
#include "report/leak_contents.h"
#include "report/leak_entries.h"
#include "report/leak_points.h"
#include "report/leak_suppression.h"
#include "report/stack_text.h"
#include "report/text.h"
#include "report/wrong_frees.h"

#include <inttypes.h>
#include <string.h>

static void append_seconds(struct strbuf *sb, int64_t ns) {
  strbuf_appendf(sb, "%.3f s", (double)ns / 1e9);
}

/* When its blocks were allocated; a figure of no use where that is all at once. */
static void append_ages(struct strbuf *sb, const struct profile_sample *sample) {
  int64_t oldest, newest;
  if (!leak_label(sample, LEAK_LABEL_OLDEST, &oldest) ||
      !leak_label(sample, LEAK_LABEL_NEWEST, &newest))
    return;
  strbuf_append(sb, ", allocated at ");
  append_seconds(sb, oldest);
  if (newest - oldest < 1000000)
    return;
  strbuf_append(sb, " to ");
  append_seconds(sb, newest);
}

static void append_thread(struct strbuf *sb, const struct profile_sample *sample) {
  const char *name = leak_text_label(sample, PROFILE_LABEL_THREAD);
  int64_t number;
  if (!leak_label(sample, LEAK_LABEL_THREAD, &number))
    return;
  strbuf_appendf(sb, " by thread %" PRId64, number);
  if (!name)
    return;
  strbuf_append(sb, " (");
  text_escape(sb, name);
  strbuf_append_char(sb, ')');
}

static void append_way(struct strbuf *sb, const struct leak_entry *entry) {
  const char *way = leak_text(entry->sample, LEAK_LABEL_WHY, entry->kind);
  if (!way)
    return;
  strbuf_append(sb, "  why: ");
  text_escape(sb, way);
  strbuf_append_char(sb, '\n');
}

static void append_entry(struct strbuf *sb, const struct leak_report *report,
                         const struct leak_sites *sites, const struct leak_entry *entry,
                         struct arena *arena) {
  const struct profile *profile = sites->profile;
  strbuf_append(sb, entry->is_part ? "  " : "");
  leak_entry_append_figure(sb, entry, true);
  strbuf_append(sb, leak_entry_is_one(entry) ? " is " : " are ");
  strbuf_append(sb, leak_kind_words[entry->kind]);
  strbuf_append(sb, entry->is_part ? " with it" : "");
  append_ages(sb, entry->sample);
  append_thread(sb, entry->sample);
  strbuf_append_char(sb, '\n');
  stack_append(sb, profile, entry->sample, report->all_frames, arena);
  append_way(sb, entry);
  leak_points_append(sb, sites, entry);
  leak_contents_append(sb, entry);
  if (report->suppressions && !entry->is_part)
    leak_suppression_append(sb, profile, entry);
}

static struct error *append_entries(struct strbuf *sb, const struct leak_report *report,
                                    const struct leak_process *process) {
  _cleanup_free_ struct leak_entry *entries = NULL;
  _cleanup_leak_sites_ struct leak_sites sites = {0};
  struct arena arena = ARENA_INIT;
  size_t n, shown;
  struct error *err = leak_entries(report, process, &entries, &n);
  if (!err)
    err = leak_sites_init(&sites, process->profile);
  if (err)
    return err;
  shown = report->limit && (size_t)report->limit < n ? (size_t)report->limit : n;
  for (size_t i = 0; i < shown; i++) {
    append_entry(sb, report, &sites, &entries[i], &arena);
    if (i + 1 == shown || !entries[i + 1].is_part)
      strbuf_append_char(sb, '\n'); /* a record ends */
  }
  if (shown < n)
    strbuf_appendf(sb, "%zu more not listed (--max-leaks=0 lists all)\n\n", n - shown);
  arena_deinit(&arena);
  return NULL;
}

/* The reasons why a verdict is less than certain. */
static void append_notes(struct strbuf *sb, const struct leak_process *process) {
  if (process->incomplete)
    strbuf_appendf(sb,
                   "Incomplete: %" PRIu64 " allocation%s not recorded; lost ones among them are "
                   "not in this report.\n",
                   process->dropped, process->dropped == 1 ? " was" : "s were");
  if (process->missed_threads)
    strbuf_appendf(sb, "The registers of %u threads could not be read", process->missed_threads);
  else if (process->unreadable)
    strbuf_appendf(sb, "%" PRIu64 " page%s of memory could not be read", process->unreadable,
                   process->unreadable == 1 ? "" : "s");
  else if (process->dropped)
    strbuf_appendf(sb, "%" PRIu64 " allocations were not recorded", process->dropped);
  else
    return;
  strbuf_append(sb, ": what looks definitely lost is counted as possibly lost.\n");
}

static void append_summary(struct strbuf *sb, const struct leak_process *process) {
  strbuf_append(sb, "LEAK SUMMARY:\n");
  for (int kind = 0; kind < N_LEAK_KINDS; kind++) {
    strbuf_appendf(sb, "%18s: ", leak_kind_words[kind]);
    leak_figure_append(sb, process->total[kind], true);
    strbuf_append_char(sb, '\n');
  }
}

static struct error *append_process(struct strbuf *sb, const struct leak_report *report,
                                    const struct leak_process *process) {
  strbuf_appendf(sb, "Process %d: ", process->pid);
  text_escape(sb, process->command ? process->command : "?");
  if (process->paused_ns)
    strbuf_appendf(sb, " (stopped for %.1f ms)", (double)process->paused_ns / 1e6);
  strbuf_append_char(sb, '\n');
  wrong_frees_append(sb, process->wrong_frees);
  if (!process->profile) {
    strbuf_append(sb, "  not checked: ");
    text_escape(sb, process->reason ? process->reason : "");
    strbuf_append(sb, "\n\n");
    return NULL;
  }
  struct error *err = append_entries(sb, report, process);
  if (err)
    return err;
  append_notes(sb, process);
  append_summary(sb, process);
  strbuf_append_char(sb, '\n');
  return NULL;
}

static void append_suppressed(struct strbuf *sb, const struct leak_report *report) {
  if (report->n_suppressed)
    strbuf_append(sb, "Suppressions used:\n");
  for (int used = 1; used >= 0; used--) {
    bool any = false;
    for (size_t i = 0; i < report->n_suppressed; i++) {
      const struct leak_suppressed *s = &report->suppressed[i];
      if ((s->figure.objects != 0) != used)
        continue;
      if (!used && !any)
        strbuf_append(sb, "Suppressions that matched nothing:\n");
      any = true;
      strbuf_append(sb, "  ");
      if (used) {
        leak_figure_append(sb, s->figure, true);
        strbuf_append(sb, ": ");
      }
      text_escape(sb, s->name);
      strbuf_append(sb, " (");
      text_escape(sb, s->file);
      strbuf_append(sb, ")\n");
    }
  }
  if (report->n_suppressed)
    strbuf_append_char(sb, '\n');
}

static bool all_were_checked(const struct leak_report *report) {
  for (size_t i = 0; i < report->n_processes; i++)
    if (!report->processes[i].profile || report->processes[i].incomplete)
      return false;
  return report->n_processes > 0;
}

static bool has_wrong_frees(const struct leak_report *report) {
  for (size_t i = 0; i < report->n_processes; i++)
    if (report->processes[i].wrong_frees)
      return true;
  return false;
}

/* Lost, whether it counts or not. */
static bool has_lost(const struct leak_report *report) {
  for (size_t i = 0; i < report->n_processes; i++)
    if (report->processes[i].profile && (report->processes[i].total[LEAK_DEFINITE].objects ||
                                         report->processes[i].total[LEAK_INDIRECT].objects))
      return true;
  return false;
}

/* The last line. Only where everything was checked and is well it reads as a pass. */
static void append_sum(struct strbuf *sb, const struct leak_report *report) {
  struct leak_figure total = leak_total(report);
  strbuf_append(sb, "SUMMARY: memprof: ");
  if (total.objects)
    strbuf_appendf(sb, "%" PRId64 " byte(s) leaked in %" PRId64 " allocation(s).\n", total.bytes,
                   total.objects);
  else
    strbuf_append(sb, !all_were_checked(report) ? "no leaks found, but not all was checked.\n"
                      : has_wrong_frees(report) ? "no leaks, but wrong frees.\n"
                      : has_lost(report)        ? "no leaks of the kinds that count.\n"
                                                : "no leaks.\n");
}

struct error *report_leaks(const struct leak_report *report, FILE *out) {
  _cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
  struct error *err = NULL;
  for (size_t i = 0; !err && i < report->n_processes; i++)
    err = append_process(&sb, report, &report->processes[i]);
  if (err)
    return err;
  append_suppressed(&sb, report);
  append_sum(&sb, report);
  if (strbuf_failed(&sb))
    return &error_no_memory;
  fputs(sb.data, out);
  return NULL;
}
