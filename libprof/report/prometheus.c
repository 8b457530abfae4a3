#include "report/prometheus.h"

#include "report/text.h"

#include <inttypes.h>

/* A figure of one process; false where it is not known. */
typedef bool figure_fn(const struct heap_stats *stats, struct strbuf *to);

static bool append_count(struct strbuf *to, uint64_t n) {
  strbuf_appendf(to, "%" PRIu64, n);
  return true;
}
static bool append_real(struct strbuf *to, double x) {
  strbuf_appendf(to, "%.17g", x);
  return true;
}

static bool live_bytes(const struct heap_stats *s, struct strbuf *to) {
  return append_count(to, s->live_bytes);
}
static bool live_objects(const struct heap_stats *s, struct strbuf *to) {
  return append_count(to, s->live_objects);
}
static bool live_low(const struct heap_stats *s, struct strbuf *to) {
  return append_real(to, spread_interval(&s->live_spread, (double)s->live_bytes).low);
}
static bool live_high(const struct heap_stats *s, struct strbuf *to) {
  return append_real(to, spread_interval(&s->live_spread, (double)s->live_bytes).high);
}
static bool peak_low(const struct heap_stats *s, struct strbuf *to) {
  return append_real(to, spread_interval(&s->peak_spread, (double)s->peak_bytes).low);
}
static bool peak_high(const struct heap_stats *s, struct strbuf *to) {
  return append_real(to, spread_interval(&s->peak_spread, (double)s->peak_bytes).high);
}
static bool peak_bytes(const struct heap_stats *s, struct strbuf *to) {
  return append_count(to, s->peak_bytes);
}
static bool bytes(const struct heap_stats *s, struct strbuf *to) {
  return append_count(to, s->bytes);
}
static bool allocs(const struct heap_stats *s, struct strbuf *to) {
  return append_count(to, s->allocs);
}
static bool frees(const struct heap_stats *s, struct strbuf *to) {
  return append_count(to, s->frees);
}
static bool byte_rate(const struct heap_stats *s, struct strbuf *to) {
  return s->rates.interval_ns && append_real(to, s->rates.bytes);
}
static bool alloc_rate(const struct heap_stats *s, struct strbuf *to) {
  return s->rates.interval_ns && append_real(to, s->rates.allocs);
}
static bool overhead(const struct heap_stats *s, struct strbuf *to) {
  return s->overhead_known && append_real(to, s->overhead);
}
static bool dropped(const struct heap_stats *s, struct strbuf *to) {
  return append_count(to, s->dropped);
}
static bool distance(const struct heap_stats *s, struct strbuf *to) {
  return append_count(to, s->rate);
}
static bool threads(const struct heap_stats *s, struct strbuf *to) {
  return append_count(to, s->n_threads);
}
static bool cpu(const struct heap_stats *s, struct strbuf *to) {
  return append_real(to, (double)s->cpu_ns / 1e9);
}
static bool age(const struct heap_stats *s, struct strbuf *to) {
  return append_real(to, (double)s->age_ns / 1e9);
}

static const struct family {
  const char *name, *type, *help;
  figure_fn *figure;
} families[] = {
    {"live_bytes", "gauge", "Bytes of the heap in use, as the program asked for them.", live_bytes},
    {"live_bytes_low", "gauge", "Lower end of the 95% interval of live_bytes.", live_low},
    {"live_bytes_high", "gauge", "Upper end of the 95% interval of live_bytes.", live_high},
    {"live_objects", "gauge", "Blocks of the heap in use.", live_objects},
    {"peak_bytes", "gauge", "The most that live_bytes ever was.", peak_bytes},
    {"peak_bytes_low", "gauge", "Lower end of the 95% interval of peak_bytes.", peak_low},
    {"peak_bytes_high", "gauge", "Upper end of the 95% interval of peak_bytes.", peak_high},
    {"allocated_bytes_total", "counter", "Bytes allocated since the start; exact.", bytes},
    {"allocations_total", "counter", "Calls that allocated since the start; exact.", allocs},
    {"frees_total", "counter", "Calls that freed a block since the start; exact.", frees},
    {"allocated_bytes_per_second", "gauge", "Bytes allocated a second since the last scrape.",
     byte_rate},
    {"allocations_per_second", "gauge", "Calls that allocate a second since the last scrape.",
     alloc_rate},
    {"overhead_ratio", "gauge", "The part of cpu_seconds_total that recording took.", overhead},
    {"dropped_events_total", "counter", "Events that could not be recorded.", dropped},
    {"sampling_distance_bytes", "gauge", "Mean bytes between two samples now; 1: all is recorded.",
     distance},
    {"threads_started_total", "counter", "Threads that have allocated.", threads},
    {"cpu_seconds_total", "counter", "CPU time that the process has taken.", cpu},
    {"recorded_seconds", "gauge", "For how long the process has been recorded.", age},
};
enum { N_FAMILIES = sizeof(families) / sizeof(families[0]) };

/* A label's value: UTF-8, with the three escapes that the format has. */
static void append_escaped(struct strbuf *to, const char *s) {
  struct strbuf text = STRBUF_INIT;
  text_repair(&text, s);
  for (const char *c = text.data && !strbuf_failed(&text) ? text.data : ""; *c; c++) {
    if (*c == '\\' || *c == '"' || *c == '\n')
      strbuf_append_char(to, '\\');
    strbuf_append_char(to, *c == '\n' ? 'n' : *c);
  }
  strbuf_deinit(&text);
}

/* A name without a value is no line: it is left out where the figure is not known. */
static void append_sample(struct strbuf *to, const struct family *family,
                          const struct heap_stats *stats) {
  size_t start = to->length;
  strbuf_appendf(to, "memprof_%s{pid=\"%d\",program=\"", family->name, stats->pid);
  append_escaped(to, stats->program);
  strbuf_append(to, "\"} ");
  if (family->figure(stats, to))
    strbuf_append_char(to, '\n');
  else if (!strbuf_failed(to))
    to->length = start;
}

void report_prometheus(const struct heap_stats *processes, size_t n, struct strbuf *to) {
  for (int i = 0; i < N_FAMILIES; i++) {
    strbuf_appendf(to, "# HELP memprof_%s %s\n# TYPE memprof_%s %s\n", families[i].name,
                   families[i].help, families[i].name, families[i].type);
    for (size_t k = 0; k < n; k++)
      append_sample(to, &families[i], &processes[k]);
  }
  strbuf_append(to, "# HELP memprof_build_info The memprof that tells all this.\n"
                    "# TYPE memprof_build_info gauge\n"
                    "memprof_build_info{version=\"" MEMPROF_VERSION "\"} 1\n");
}
