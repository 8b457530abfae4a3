#include "recording/comments.h"

#include "base/strbuf.h"
#include "model/busiest_thread.h"
#include "proc/process.h"
#include "recording/totals.h"
#include "recording/writer.h"

#include <inttypes.h>
#include <string.h>

void append_command(struct strbuf *sb, const struct recording_header *h) {
  for (uint32_t at = 0; at < h->command_size;) {
    const char *argument = h->command + at;
    size_t n = strnlen(argument, h->command_size - at);
    bool plain = n > 0 && strcspn(argument, " \t\n'\"\\$`*?;&|<>(){}[]#~!") >= n;
    strbuf_append(sb, at ? " " : "");
    strbuf_append(sb, plain ? "" : "'");
    for (size_t i = 0; i < n; i++)
      strbuf_append_n(sb, argument[i] == '\'' ? "'\\''" : argument + i,
                      argument[i] == '\'' ? 4 : 1);
    strbuf_append(sb, plain ? "" : "'");
    at += (uint32_t)n + 1;
  }
}

static void append_sampling(struct strbuf *sb, const struct recording_header *h) {
  if (h->flags & RECORDING_EXACT)
    strbuf_append(sb, "sampling: exact");
  else if (!(h->flags & RECORDING_BUDGET))
    strbuf_appendf(sb, "sampling: rate=%" PRIu64, h->pinned_rate);
  else
    strbuf_appendf(sb, "sampling: overhead=%g%% rate=%" PRIu64 " changes=%" PRIu64,
                   h->overhead_ppm / 1e4, h->rate, h->rate_changes);
}

/* "rates: 1=4096 65536=1000000", as model/rates.h reads it; nothing where all was recorded. */
static void append_rates(struct strbuf *sb, const struct recording *recording) {
  struct rates rates = recording_rates(recording);
  for (unsigned log = 0; log < RATE_LOGS; log++)
    if (rates.rate[log] > 0)
      strbuf_appendf(sb, "%s %.0f=%.0f", sb->length ? "" : "rates:", rates.rate[log],
                     rates.bytes[log]);
}

/* "sizes: 0=12 16=1000", as model/known_totals.h reads it; nothing where all was recorded. */
static void append_sizes(struct strbuf *sb, const struct recording *recording) {
  struct known_totals known;
  if (!recording_known_totals(recording, &known))
    return;
  for (unsigned log = 0; log < SIZE_LOGS; log++)
    if (known.by_size[log] > 0)
      strbuf_appendf(sb, "%s %" PRIu64 "=%.0f",
                     sb->length ? "" : "sizes:", log ? UINT64_C(1) << log : 0, known.by_size[log]);
}

static void append_peak(struct strbuf *sb, const struct recording *recording) {
  struct known_totals known;
  if (recording_known_totals(recording, &known) && known.peak >= 0)
    strbuf_appendf(sb, "peak: blocks=%.0f", known.peak);
}

static void append_dropped(struct strbuf *sb, const struct recording *recording) {
  const struct recording_header *h = &recording->header;
  uint64_t allocs, bytes;
  strbuf_appendf(sb, "dropped: space=%" PRIu64 " reentrant=%" PRIu64 " limit=%" PRIu64,
                 h->dropped[DROP_SPACE], h->dropped[DROP_REENTRANT], h->dropped[DROP_LIMIT]);
  if (recording_missing(recording, &allocs, &bytes))
    strbuf_appendf(sb, " allocs=%" PRIu64 " bytes=%" PRIu64, allocs, bytes);
}

/* "memory: peak_rss=N": at the process's end, or as of now. */
static void append_memory(struct strbuf *sb, const struct recording *recording) {
  uint64_t rss = recording->header.peak_rss;
  if (!rss && recording_has_writer(recording))
    (void)process_peak_resident(recording->pid, &rss);
  if (rss)
    strbuf_appendf(sb, "memory: peak_rss=%" PRIu64, rss);
}

/* "cpu: ns=N", for advice. */
static void append_cpu(struct strbuf *sb, const struct recording *recording) {
  const struct recording_header *h = &recording->header;
  uint64_t now = recording_has_writer(recording) ? process_cpu_ns(recording->pid) : 0;
  uint64_t ns = now > h->cpu_ns ? now : h->cpu_ns;
  if (h->flags & RECORDING_HISTORIES && ns)
    strbuf_appendf(sb, "cpu: ns=%" PRIu64, ns);
}

static void append_busiest(struct strbuf *sb, const struct recording *recording) {
  struct recording_thread thread = recording_busiest_thread(recording);
  char name[sizeof(thread.name) + 1] = "";
  memcpy(name, thread.name, sizeof(thread.name));
  if (recording->header.flags & RECORDING_HISTORIES && thread.number)
    busiest_thread_append(sb, &(struct busiest_thread){thread.number, ledger_allocs(&thread.ledger),
                                                       recording_thread_bytes(&thread), name});
}

static struct error *comments_add(struct profile *profile, struct strbuf *sb) {
  struct error *err = strbuf_failed(sb) ? &error_no_memory : profile_add_comment(profile, sb->data);
  sb->length = 0;
  return err;
}

struct error *add_comments(const struct recording *recording, struct profile *profile) {
  const struct recording_header *h = &recording->header;
  struct recording_totals totals = recording_totals(recording);
  _cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
  strbuf_append(&sb, "command: ");
  append_command(&sb, h);
  struct error *err = comments_add(profile, &sb);
  strbuf_appendf(&sb, "process: pid=%u parent=%u generation=%u%s", h->pid, h->parent_pid,
                 h->generation, h->flags & RECORDING_FORKED ? " forked" : "");
  if (!err)
    err = comments_add(profile, &sb);
  strbuf_appendf(&sb,
                 "totals: allocs=%" PRIu64 " frees=%" PRIu64 " bytes=%" PRIu64 " threads=%" PRIu64,
                 totals.allocs, totals.frees, totals.bytes, totals.threads);
  if (!err)
    err = comments_add(profile, &sb);
  append_sampling(&sb, h);
  if (!err)
    err = comments_add(profile, &sb);
  append_rates(&sb, recording);
  if (!err && sb.length)
    err = comments_add(profile, &sb);
  append_sizes(&sb, recording);
  if (!err && sb.length)
    err = comments_add(profile, &sb);
  append_peak(&sb, recording);
  if (!err && sb.length)
    err = comments_add(profile, &sb);
  append_memory(&sb, recording);
  if (!err && sb.length)
    err = comments_add(profile, &sb);
  append_cpu(&sb, recording);
  if (!err && sb.length)
    err = comments_add(profile, &sb);
  append_busiest(&sb, recording);
  if (!err && sb.length)
    err = comments_add(profile, &sb);
  if (h->truncated_stacks || h->incomplete_stacks) {
    strbuf_appendf(&sb, "stacks: truncated=%" PRIu64 " incomplete=%" PRIu64, h->truncated_stacks,
                   h->incomplete_stacks);
    if (!err)
      err = comments_add(profile, &sb);
  }
  if (recording_dropped(recording)) {
    append_dropped(&sb, recording);
    if (!err)
      err = comments_add(profile, &sb);
  }
  if (h->paused_allocs) {
    strbuf_appendf(&sb, "paused: allocs=%" PRIu64, h->paused_allocs);
    if (!err)
      err = comments_add(profile, &sb);
  }
  return err;
}
