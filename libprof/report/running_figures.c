#include "report/running_figures.h"

#include "model/unit.h"
#include "report/figure.h"

#include <inttypes.h>
#include <string.h>

void running_append_age(struct strbuf *sb, uint64_t ns) {
  uint64_t s = ns / 1000000000;
  if (s < 60)
    strbuf_appendf(sb, "%.1f s", (double)ns / 1e9);
  else if (s < 3600)
    strbuf_appendf(sb, "%" PRIu64 " min %" PRIu64 " s", s / 60, s % 60);
  else if (s < 86400)
    strbuf_appendf(sb, "%" PRIu64 " h %" PRIu64 " min", s / 3600, s / 60 % 60);
  else
    strbuf_appendf(sb, "%" PRIu64 " d %" PRIu64 " h", s / 86400, s / 3600 % 24);
}

void running_append_byte_rate(struct strbuf *sb, double rate, const char *unit) {
  unit_format(sb, rate, "bytes", unit);
  strbuf_append(sb, "/s");
}

void running_append_count_rate(struct strbuf *sb, double rate, const char *what) {
  strbuf_appendf(sb, rate > 0 && rate < 10 ? "%.1f%s/s" : "%.0f%s/s", rate, what);
}

void running_append_overhead(struct strbuf *sb, const struct heap_stats *stats) {
  if (stats->overhead_known)
    strbuf_appendf(sb, "%.2f%%", 100 * stats->overhead);
  else
    strbuf_append(sb, "-");
}

static json_t *count_json(uint64_t n) {
  return json_integer(n > INT64_MAX ? INT64_MAX : (json_int_t)n);
}

static json_t *rates_json(const struct heap_rates *rates) {
  if (!rates->interval_ns)
    return json_null();
  return json_pack("{s:o, s:f, s:f, s:f, s:f}", "interval_nanos", count_json(rates->interval_ns),
                   "mallocs", rates->allocs, "frees", rates->frees, "bytes", rates->bytes,
                   "freed_bytes", rates->freed_bytes);
}

int running_process_json(const struct heap_stats *stats, json_t *object) {
  const struct {
    const char *key;
    uint64_t value;
  } counts[] = {
      {"age_nanos", stats->age_ns},
      {"cpu_nanos", stats->cpu_ns},
      {"mallocs", stats->allocs},
      {"frees", stats->frees},
      {"total_bytes", stats->bytes},
      {"live_objects", stats->live_objects},
      {"threads_started", stats->n_threads},
      {"sampling_rate", stats->rate},
      {"samples", stats->samples},
      {"dropped_events", stats->dropped},
  };
  int failed = json_object_set_new(object, "pid", json_integer(stats->pid));
  failed |= json_object_set_new(object, "command", json_text(stats->command));
  failed |= json_object_set_new(object, "exact", json_boolean(stats->exact));
  for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++)
    failed |= json_object_set_new(object, counts[i].key, count_json(counts[i].value));
  failed |= json_object_set_new(object, "live_bytes",
                                figure_json((int64_t)stats->live_bytes, &stats->live_spread));
  failed |= json_object_set_new(object, "peak_bytes",
                                figure_json((int64_t)stats->peak_bytes, &stats->peak_spread));
  failed |= json_object_set_new(object, "overhead",
                                stats->overhead_known ? json_real(stats->overhead) : json_null());
  failed |= json_object_set_new(object, "per_second", rates_json(&stats->rates));
  return failed;
}

const char *const heap_group_names[N_HEAP_GROUPS] = {"tiny", "small", "large"};
/* Go's: up to 16 bytes blocks are tiny, from 32 KiB on large. */
static int group_of(const struct heap_class *c) {
  return c->least < 16 ? 0 : c->least < 32768 ? 1 : 2;
}

const char *const heap_age_titles[HEAP_AGES] = {"< 1 s", "< 10 s", "< 1 min",    "< 10 min",
                                                "< 1 h", "< 1 d",  "1 d or more"};

void heap_class_add(struct heap_class *sum, const struct heap_class *c) {
  if (!sum->allocs && !sum->live)
    sum->least = c->least;
  sum->most = c->most;
  sum->allocs += c->allocs;
  sum->alloc_bytes += c->alloc_bytes;
  sum->live += c->live;
  sum->live_bytes += c->live_bytes;
}

void heap_groups(const struct heap_stats *s, struct heap_class groups[N_HEAP_GROUPS]) {
  memset(groups, 0, N_HEAP_GROUPS * sizeof(*groups));
  for (size_t i = 0; i < s->n_classes; i++)
    heap_class_add(&groups[group_of(&s->classes[i])], &s->classes[i]);
}

void running_resident_parts(const struct heap_stats *s,
                            struct resident_part parts[N_RESIDENT_PARTS]) {
  const struct heap_resident *r = &s->resident;
  const struct resident_part list[N_RESIDENT_PARTS] = {
      {"live", "live blocks, as requested", r->live, false, s->exact},
      {"rounding", "the allocator's rounding of these", r->rounding, false, false},
      {"held", "free, but held by the allocator", r->held, false, false},
      {"untouched", "live, but never written to", r->untouched, true, false},
      {"heap", "= heap", r->heap, false, true},
      {"stacks", "stacks", r->stacks, false, true},
      {"modules", "program and libraries", r->modules, false, true},
      {"mappings", "other mappings", r->mappings, false, true},
      {"recording", "memprof's recording", r->recording, false, true},
      {"total", "= resident", r->total, false, true},
  };
  memcpy(parts, list, sizeof(list));
}
