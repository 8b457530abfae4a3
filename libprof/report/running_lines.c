/* The figures at the top of memprof live, made to fit 80 columns. */
#include "report/running_lines.h"

#include "model/unit.h"
#include "report/figure.h"
#include "report/running_figures.h"
#include "report/text.h"

#include <inttypes.h>

void report_running_heap(struct strbuf *sb, const struct heap_stats *s, uint64_t rss) {
  strbuf_append(sb, "live ");
  figure_append(sb, (int64_t)s->live_bytes, &s->live_spread, "bytes", NULL);
  strbuf_append(sb, "  peak ");
  unit_format(sb, (double)s->peak_bytes, "bytes", NULL);
  if (rss) {
    strbuf_append(sb, "  RSS ");
    unit_format(sb, (double)rss, "bytes", NULL);
  }
  strbuf_appendf(sb, "  %" PRIu64 " blocks  age ", s->live_objects);
  running_append_age(sb, s->age_ns);
}

void report_running_memory(struct strbuf *sb, const struct heap_stats *s, uint64_t rss,
                           uint64_t anonymous) {
  if (!rss)
    return;
  uint64_t heap = s->live_bytes < rss ? s->live_bytes : rss, rest = rss - heap;
  uint64_t unnamed = anonymous > heap ? anonymous - heap : 0;
  unnamed = unnamed < rest ? unnamed : rest;
  strbuf_appendf(sb, "live heap %.0f%% of RSS", 100 * (double)heap / (double)rss);
  if (!rest || !anonymous)
    return;
  bool most = unnamed >= rest - unnamed;
  strbuf_appendf(sb, "; %.0f%% of the rest is %s",
                 100 * (double)(most ? unnamed : rest - unnamed) / (double)rest,
                 most ? "anonymous memory of " : "mapped files of ");
  text_escape(sb, s->program ? s->program : "the program");
}

void report_running_work(struct strbuf *sb, const struct heap_stats *s) {
  running_append_byte_rate(sb, s->rates.bytes, NULL);
  strbuf_append(sb, "  ");
  running_append_count_rate(sb, s->rates.allocs, " mallocs");
  strbuf_append(sb, "  ");
  running_append_count_rate(sb, s->rates.frees, " frees");
  strbuf_appendf(sb, "  %zu threads  ", s->n_heap_threads);
  if (s->dropped)
    strbuf_appendf(sb, "%" PRIu64 " dropped  ", s->dropped);
  strbuf_append(sb, !s->exact ? "overhead " : s->dropped ? "" : "exact");
  if (!s->exact)
    running_append_overhead(sb, s);
}
