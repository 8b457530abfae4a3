/* memprof run --trace: what GODEBUG=gctrace=1 is to Go. Fields are named or have units, so that a
 * line is read by itself and fields can be added. */
#include "report/trace.h"

#include "model/unit.h"
#include "report/figure.h"
#include "report/running_figures.h"

#include <inttypes.h>

static void append_line(struct strbuf *sb, const struct heap_stats *s, int64_t change, bool ended) {
  strbuf_appendf(sb, "memprof %d @%.1fs: live ", s->pid, (double)s->age_ns / 1e9);
  unit_format(sb, (double)s->live_bytes, "bytes", NULL);
  strbuf_append(sb, " (");
  struct interval none = {(double)change, (double)change};
  figure_append_delta(sb, change, none, "bytes", NULL);
  strbuf_append(sb, "), ");
  running_append_byte_rate(sb, s->rates.bytes, NULL);
  strbuf_append(sb, ", ");
  running_append_count_rate(sb, s->rates.allocs, " mallocs");
  strbuf_append(sb, ", ");
  running_append_count_rate(sb, s->rates.frees, " frees");
  strbuf_appendf(sb, ", %" PRIu64 " samples, overhead ", s->samples);
  running_append_overhead(sb, s);
  strbuf_append(sb, ended ? ", ended\n" : "\n");
}

struct error *report_trace_line(const struct heap_stats *stats, int64_t change, bool ended,
                                FILE *out) {
  _cleanup_strbuf_ struct strbuf line = STRBUF_INIT;
  append_line(&line, stats, change, ended);
  if (strbuf_failed(&line))
    return &error_no_memory;
  fputs(line.data, out); /* one write, so that the program's own lines stay whole */
  return NULL;
}
