#include "cli/live/look.h"

#include "base/cleanup.h"
#include "base/path.h"
#include "base/strbuf.h"
#include "base/vector.h"
#include "load/load.h"
#include "model/calibrate.h"
#include "model/fold.h"
#include "model/graph.h"
#include "model/sample_types.h"
#include "proc/process.h"
#include "recording/find.h"
#include "recording/heap_stats.h"
#include "recording/writer.h"
#include "report/name_text.h"
#include "report/text.h"

#include <inttypes.h>
#include <string.h>

struct rows {
  struct live_row *data;
  size_t count, capacity;
};

static char *label_of(const struct graph_node *node) {
  struct strbuf sb = STRBUF_INIT;
  name_append(&sb, node->name);
  if (node->line) {
    strbuf_append(&sb, "  ");
    text_escape(&sb, path_base_name(node->file));
    strbuf_appendf(&sb, ":%" PRId64, node->line);
  }
  strbuf_append(&sb, "");
  return strbuf_steal(&sb);
}

static struct error *add_rows(struct rows *rows, const struct profile *profile,
                              enum sample_type type) {
  _cleanup_graph_ struct graph *graph = NULL;
  struct graph_options options = {.type = sample_type_index(profile, type),
                                  .granularity = GRAPH_LINES,
                                  .order = GRAPH_BY_FLAT,
                                  .no_edges = true};
  bool live = type == SAMPLE_INUSE_SPACE;
  struct error *err = graph_create(profile, &options, &graph);
  for (size_t i = 0; !err && i < graph->n_nodes && graph->nodes[i].flat > 0; i++) {
    int64_t flat = graph->nodes[i].flat;
    double raw = graph->nodes[i].flat_spread->raw;
    struct live_row row = {label_of(&graph->nodes[i]), live ? flat : 0, live ? 0 : flat,
                           live ? raw : 0, live ? 0 : raw};
    if (!row.label || !VECTOR_PUSH(rows, row)) {
      free(row.label);
      err = &error_no_memory;
    }
  }
  return err;
}

static int compare(const void *a, const void *b) {
  return strcmp(((const struct live_row *)a)->label, ((const struct live_row *)b)->label);
}

/* Rows of one label become one. */
static void join(struct rows *rows) {
  size_t n = 0;
  if (rows->count)
    qsort(rows->data, rows->count, sizeof(*rows->data), compare);
  for (size_t i = 0; i < rows->count; i++) {
    struct live_row *row = &rows->data[i];
    if (!n || compare(&rows->data[n - 1], row) != 0) {
      rows->data[n++] = *row;
      continue;
    }
    rows->data[n - 1].live += row->live;
    rows->data[n - 1].allocated += row->allocated;
    rows->data[n - 1].raw_live += row->raw_live;
    rows->data[n - 1].raw_allocated += row->raw_allocated;
    free(row->label);
  }
  rows->count = n;
}

static struct error *read_rows(const struct recording *recording, struct live_look *look) {
  _cleanup_profile_ struct profile *profile = NULL;
  struct rows rows = {0};
  struct error *err = load_recording(recording, true, &profile);
  if (!err)
    err = calibrate_profile(profile);
  if (!err)
    err = profile_fold(profile, NULL);
  if (!err)
    err = add_rows(&rows, profile, SAMPLE_INUSE_SPACE);
  if (!err)
    err = add_rows(&rows, profile, SAMPLE_ALLOC_SPACE);
  join(&rows);
  look->rows = rows.data;
  look->n_rows = rows.count;
  return err;
}

struct error *live_look_read(const char *path, pid_t pid, struct live_look *ret) {
  _cleanup_recording_ struct recording *recording = NULL;
  struct live_look look = {0};
  struct error *err = recording_open_of(path, pid, RECORDING_ALL, &recording);
  if (err)
    return err;
  if (!recording_has_writer(recording))
    return error_create(ERROR_BAD_INPUT, "process %d has ended", pid);
  err = heap_stats_init(&look.stats, recording);
  if (!err)
    err = read_rows(recording, &look);
  struct process_memory memory;
  if (process_memory(pid, &memory)) { /* unless it has just ended */
    look.anonymous = memory.anonymous;
    look.rss = memory.anonymous + memory.files + memory.shared;
  }
  if (err)
    live_look_deinit(&look);
  else
    *ret = look;
  return err;
}

void live_look_deinit(struct live_look *look) {
  for (size_t i = 0; i < look->n_rows; i++)
    free(look->rows[i].label);
  free(look->rows);
  heap_stats_deinit(&look->stats);
  *look = (struct live_look){0};
}

const struct live_row *live_look_find(const struct live_look *look, const char *label) {
  struct live_row key = {.label = (char *)label};
  return look->n_rows ? bsearch(&key, look->rows, look->n_rows, sizeof(key), compare) : NULL;
}
