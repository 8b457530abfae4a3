#include "cli/session/summary.h"

#include "base/path.h"
#include "base/strbuf.h"
#include "cli/session/name_advice.h"
#include "model/calibrate.h"
#include "model/dropped.h"
#include "model/error_bar.h"
#include "model/fold.h"
#include "model/graph.h"
#include "model/nameless.h"
#include "model/totals.h"
#include "model/unit.h"
#include "report/dropped.h"
#include "report/figure.h"
#include "report/head.h"
#include "report/memory_rest.h"
#include "report/name_text.h"
#include "report/node.h"
#include "report/terminal.h"
#include "report/text.h"

#include <inttypes.h>

enum { TOP = 3, PLACE_COLUMN = 27 /* where a site's name begins */ };

static void append_sum(struct strbuf *sb, const struct profile *profile, const char *title,
                       enum sample_type type) {
  int index = sample_type_index(profile, type);
  struct spread spread = {0};
  int64_t sum = index < 0 ? 0 : head_total(profile, index, &spread);
  strbuf_append(sb, title);
  figure_append(sb, sum, NULL, "bytes", NULL);
  _cleanup_strbuf_ struct strbuf interval = STRBUF_INIT;
  figure_append_interval(&interval, sum, &spread, "bytes", NULL);
  if (interval.length && !strbuf_failed(&interval))
    strbuf_appendf(sb, " (%s)", interval.data);
}

static void append_totals(struct strbuf *sb, const struct profile *profile) {
  struct profile_totals totals;
  if (profile_totals(profile, &totals)) {
    strbuf_appendf(sb, "%" PRIu64 " allocations of ", totals.allocs);
    unit_format(sb, (double)totals.bytes, "bytes", NULL);
  }
  strbuf_append(sb, !profile_is_exact(profile)       ? " in all; from samples, 95% sure:\nmemprof: "
                    : profile_is_incomplete(profile) ? " in all; recorded in part:\nmemprof: "
                                                     : " (exact), ");
  append_sum(sb, profile, "peak ", SAMPLE_PEAK_SPACE);
  append_sum(sb, profile,
             profile_is_exact(profile) ? ", live at the end " : "\nmemprof: live at the end ",
             SAMPLE_INUSE_SPACE);
}

/* The heap is the smaller part of the memory: `memprof top` explains little of it. */
enum { SMALL_SHARE = 2, MUCH = 32 << 20 };
static void append_unexplained(struct strbuf *sb, const struct profile *profile) {
  uint64_t rss = profile_peak_rss(profile),
           heap = (uint64_t)profile_type_sum(profile, SAMPLE_PEAK_SPACE);
  if (rss < MUCH || heap > rss / SMALL_SHARE)
    return;
  strbuf_append(sb, "memprof: ");
  unit_format(sb, (double)(rss - heap), "bytes", NULL);
  strbuf_append(sb, " of ");
  unit_format(sb, (double)rss, "bytes", NULL);
  strbuf_append(sb, " peak RSS are not from malloc; see `memprof doctor`\n");
  _cleanup_strbuf_ struct strbuf rest = STRBUF_INIT;
  if (memory_rest_append(&rest, profile) && !strbuf_failed(&rest))
    strbuf_appendf(sb, "memprof: %s\n", rest.data);
}

static void append_incomplete(struct strbuf *sb, const struct profile *profile) {
  struct profile_dropped dropped;
  if (!profile_dropped(profile, &dropped))
    return;
  strbuf_append(sb, "memprof: INCOMPLETE: ");
  dropped_append(sb, &dropped);
  strbuf_append(sb, "; the figures of sites, peak and live are too low\n");
}

/* "  via zmalloc" where that fits. */
static void append_via(struct strbuf *sb, const struct graph_node *node, int room, int columns) {
  _cleanup_strbuf_ struct strbuf via = STRBUF_INIT;
  node_append_via(&via, node);
  if (via.length && !strbuf_failed(&via) && (!columns || text_width(via.data) <= room))
    strbuf_append(sb, via.data);
}

/* "name  file:line  via callee", the name shortened so that the line fits; `columns` 0: as long as
 * it is. */
static void append_place(struct strbuf *sb, const struct graph_node *node, int columns) {
  _cleanup_strbuf_ struct strbuf name = STRBUF_INIT, place = STRBUF_INIT;
  name_append(&name, node->name);
  if (node->line) {
    strbuf_append(&place, "  ");
    text_escape(&place, path_base_name(node->file));
    strbuf_appendf(&place, ":%" PRId64, node->line);
  }
  strbuf_append(&place, "");
  if (strbuf_failed(&name) || strbuf_failed(&place))
    return;
  int used = PLACE_COLUMN + text_width(place.data);
  if (columns)
    name_fit(sb, name.data, columns > used ? columns - used : 0);
  else
    strbuf_append(sb, name.data);
  strbuf_append(sb, place.data);
  append_via(sb, node, columns - used - text_width(name.data), columns);
  strbuf_append_char(sb, '\n');
}

static void append_site(struct strbuf *sb, const struct graph *graph, const struct graph_node *node,
                        int columns) {
  _cleanup_strbuf_ struct strbuf size = STRBUF_INIT;
  unit_format(&size, (double)node->flat, "bytes", NULL);
  strbuf_appendf(sb, "memprof: %10s %5.1f%%  ", strbuf_failed(&size) ? "" : size.data,
                 graph->total ? 100.0 * (double)node->flat / (double)graph->total : 0);
  append_place(sb, node, columns);
}

/* The sites with most of a figure, under a line that says which figure it is. */
static struct error *append_sites(struct strbuf *sb, const struct profile *profile,
                                  const char *const *via, enum sample_type type, const char *title,
                                  int columns) {
  _cleanup_graph_ struct graph *graph = NULL;
  struct graph_options options = {.type = sample_type_index(profile, type),
                                  .granularity = GRAPH_LINES,
                                  .order = GRAPH_BY_FLAT,
                                  .via = via};
  if (options.type < 0)
    return NULL;
  struct error *err = graph_create(profile, &options, &graph);
  if (!err && graph->n_nodes && graph->nodes[0].flat > 0)
    strbuf_appendf(sb, "memprof: %s:\n", title);
  for (size_t i = 0; !err && i < graph->n_nodes && i < TOP && graph->nodes[i].flat > 0; i++)
    append_site(sb, graph, &graph->nodes[i], columns);
  return err;
}

static struct error *append_top(struct strbuf *sb, struct profile *profile, int columns) {
  const char *const *via;
  struct error *err = profile_fold(profile, &via); /* as `memprof top` will show it */
  if (!err)
    err = append_sites(sb, profile, via, SAMPLE_ALLOC_SPACE, "allocated most", columns);
  return err ? err
             : append_sites(sb, profile, via, SAMPLE_PEAK_SPACE, "had most at the peak", columns);
}

struct error *summary_print(struct profile *profile, const char *path, FILE *out) {
  _cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
  struct error *err = calibrate_profile(profile);
  if (err)
    return err;
  strbuf_append(&sb, "memprof: ");
  append_totals(&sb, profile);
  strbuf_append_char(&sb, '\n');
  append_unexplained(&sb, profile);
  append_incomplete(&sb, profile);
  struct nameless nameless = {0};
  int type = sample_type_index(profile, SAMPLE_ALLOC_SPACE);
  err = type < 0 ? NULL : nameless_find(profile, type, &nameless);
  if (!err)
    err = append_top(&sb, profile, terminal_fits(out) ? terminal_columns(out) : 0);
  if (err)
    return err;
  name_advice_append(&sb, "memprof: ", profile, &nameless, path);
  strbuf_append(&sb, "memprof: the profile is in ");
  text_escape(&sb, path);
  strbuf_append(&sb, "; look into it with: memprof top ");
  text_escape(&sb, path);
  strbuf_append_char(&sb, '\n');
  if (strbuf_failed(&sb))
    return &error_no_memory;
  fputs(sb.data, out);
  return NULL;
}

/* "process 4711, cc1plus" */
static void append_process(struct strbuf *sb, const struct collected *process) {
  strbuf_appendf(sb, "process %d, ", process->pid);
  text_escape(sb, process->program);
}

static struct error *print_text(struct strbuf *sb, FILE *out) {
  if (strbuf_failed(sb))
    return &error_no_memory;
  fputs(sb->data, out);
  return NULL;
}

static struct error *print_all_totals(const struct collected *main,
                                      const struct collect_tally *tally,
                                      const struct collected *largest, FILE *out) {
  _cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
  strbuf_appendf(&sb, "memprof: %u processes: %" PRIu64 " allocations of ",
                 tally->others + (main->profile != NULL), tally->allocs);
  unit_format(&sb, (double)tally->bytes, "bytes", NULL);
  strbuf_append(&sb, " in all\nmemprof: the largest is ");
  append_process(&sb, largest);
  strbuf_append(&sb, ":\n");
  return print_text(&sb, out);
}

static struct error *print_others(const struct collected *main, const struct collect_tally *tally,
                                  const struct collected *largest, FILE *out) {
  _cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
  unsigned others = tally->others - !main->profile;
  strbuf_appendf(&sb, "memprof: %u more process%s wrote a profile beside it", others,
                 others > 1 ? "es" : "");
  if (largest != main && main->profile) {
    strbuf_append(&sb, "; that of ");
    append_process(&sb, main);
    strbuf_append(&sb, ", is ");
    text_escape(&sb, main->path);
  }
  strbuf_append_char(&sb, '\n');
  return print_text(&sb, out);
}

struct error *summary_print_all(const struct collected *main, const struct collect_tally *tally,
                                FILE *out) {
  const struct collected *largest = main;
  if (tally->others && (!main->profile || collected_peak(&tally->largest) > collected_peak(main)))
    largest = &tally->largest;
  unsigned all = tally->others + (main->profile != NULL);
  struct error *err = all > 1 ? print_all_totals(main, tally, largest, out) : NULL;
  if (!err)
    err = summary_print(largest->profile, largest->path, out);
  return !err && all > 1 ? print_others(main, tally, largest, out) : err;
}
