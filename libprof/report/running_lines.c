/* The figures at the top of memprof live, made to fit 80 columns. */
#include "report/running_lines.h"

#include "model/unit.h"
#include "report/figure.h"
#include "report/running_figures.h"

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
