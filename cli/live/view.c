#include "cli/live/view.h"

#include "base/cleanup.h"
#include "base/strbuf.h"
#include "cli/live/graph.h"
#include "cli/live/row_filter.h"
#include "cli/live/screen.h"
#include "model/unit.h"
#include "recording/heap_stats.h"
#include "report/name_text.h"
#include "report/running.h"
#include "report/running_lines.h"
#include "report/text.h"

#include <inttypes.h>
#include <string.h>

/* Growth is measured over so many looks, which is about as many seconds. */
enum { GROWTH_LOOKS = 10, MOST_SECONDS = 1024, MOST_THREADS = 5 };
/* Screens that are lower than this show no threads. */
enum { ROWS_FOR_THREADS = 18, ROWS_OF_HEAD = 4 };
/* Where the names begin, the room that the lines of live bytes take at the right edge, and how wide
 * a screen must be for them. */
enum { NAME_COLUMN = 37, TREND_COLUMNS = GROWTH_LOOKS + 3, COLUMNS_FOR_TREND = 76 };

enum order { BY_LIVE, BY_GROWTH, BY_RATE };
static const char *const order_names[] = {"live", "growth", "rate"};

struct live_view {
  struct live_look looks[GROWTH_LOOKS + 1]; /* newest first */
  size_t n_looks;
  uint64_t history[MOST_SECONDS]; /* of live bytes, newest last */
  size_t n_history;
  enum order order;
  struct live_filter filter;
  bool paused, ended;
  char *said; /* escaped; owned */
};

struct error *live_view_create(struct live_view **ret) {
  *ret = calloc(1, sizeof(**ret));
  return *ret ? NULL : &error_no_memory;
}

static void forget(struct live_view *view) {
  for (size_t i = 0; i < view->n_looks; i++)
    live_look_deinit(&view->looks[i]);
  view->n_looks = view->n_history = 0;
}

void live_view_destroy(struct live_view *view) {
  if (!view)
    return;
  forget(view);
  live_filter_deinit(&view->filter);
  free(view->said);
  free(view);
}

static bool view_is_same_look(const struct heap_stats *a, const struct heap_stats *b) {
  return a->pid == b->pid && a->age_ns >= b->age_ns && !strcmp(a->command, b->command);
}

static void add_history(struct live_view *view, uint64_t live) {
  if (view->n_history == MOST_SECONDS)
    memmove(view->history, view->history + 1, --view->n_history * sizeof(*view->history));
  view->history[view->n_history++] = live;
}

void live_view_add(struct live_view *view, struct live_look *look) {
  if (view->paused) {
    live_look_deinit(look);
    return;
  }
  if (view->n_looks && !view_is_same_look(&look->stats, &view->looks[0].stats))
    forget(view);
  if (view->n_looks == GROWTH_LOOKS + 1)
    live_look_deinit(&view->looks[--view->n_looks]);
  memmove(view->looks + 1, view->looks, view->n_looks * sizeof(*view->looks));
  view->looks[0] = *look;
  view->n_looks++;
  view->ended = false;
  if (view->n_looks > 1)
    heap_stats_compare(&view->looks[0].stats, &view->looks[1].stats);
  add_history(view, look->stats.live_bytes);
}

void live_view_end(struct live_view *view) {
  view->ended = true;
}

void live_view_say(struct live_view *view, const char *text) {
  struct strbuf sb = STRBUF_INIT;
  text_escape(&sb, text);
  free(view->said);
  view->said = strbuf_steal(&sb);
}

enum live_action live_view_key(struct live_view *view, int key) {
  if (live_filter_key(&view->filter, key))
    return LIVE_CONTINUE;
  switch (key) {
  case 'q':
  case 'Q':
  case 27:
    return LIVE_QUIT;
  case 's':
    return LIVE_SNAPSHOT;
  case '\t':
    return LIVE_NEXT_PROCESS;
  case 'l':
    view->order = BY_LIVE;
    break;
  case 'g':
    view->order = BY_GROWTH;
    break;
  case 'r':
    view->order = BY_RATE;
    break;
  case 'p':
  case ' ':
    view->paused = !view->paused;
    break;
  }
  return LIVE_CONTINUE;
}

/* A row as it is shown. */
struct shown {
  const struct live_row *row;
  int64_t growth;
  double rate; /* bytes a second */
  double key;
  /* Nothing of the row was sampled meanwhile: that is not to say that nothing happened. */
  bool no_growth_sample, no_rate_sample;
};

static int compare_rows(const void *a, const void *b) {
  const struct shown *x = a, *y = b;
  if (x->key != y->key)
    return x->key < y->key ? 1 : -1;
  return strcmp(x->row->label, y->row->label);
}

static double seconds_between(const struct live_look *later, const struct live_look *earlier) {
  return (double)(later->stats.age_ns - earlier->stats.age_ns) / 1e9;
}

/* Calibration moves figures a little, with or without samples. */
static void leave_out_unsampled(struct shown *shown, const struct live_row *then,
                                const struct live_row *before) {
  shown->no_growth_sample = then && then->raw_live == shown->row->raw_live;
  shown->no_rate_sample = before && before->raw_allocated == shown->row->raw_allocated;
  if (shown->no_growth_sample)
    shown->growth = 0;
  if (shown->no_rate_sample)
    shown->rate = 0;
}

static struct shown show_row(const struct live_view *view, const struct live_row *row) {
  const struct live_look *oldest = &view->looks[view->n_looks - 1];
  const struct live_look *last = view->n_looks > 1 ? &view->looks[1] : NULL;
  const struct live_row *then = live_look_find(oldest, row->label);
  const struct live_row *before = last ? live_look_find(last, row->label) : NULL;
  double seconds = last ? seconds_between(&view->looks[0], last) : 0;
  struct shown shown = {.row = row, .growth = row->live - (then ? then->live : 0)};
  if (seconds > 0)
    shown.rate = (double)(row->allocated - (before ? before->allocated : 0)) / seconds;
  if (!view->looks[0].stats.exact)
    leave_out_unsampled(&shown, then, before);
  shown.key = view->order == BY_LIVE     ? (double)row->live
              : view->order == BY_GROWTH ? (double)shown.growth
                                         : shown.rate;
  return shown;
}

/* The rows in the order that is wanted; NULL without memory. */
static struct shown *sort_rows(const struct live_view *view) {
  const struct live_look *now = &view->looks[0];
  struct shown *shown = calloc(now->n_rows + 1, sizeof(*shown));
  for (size_t i = 0; shown && i < now->n_rows; i++)
    shown[i] = show_row(view, &now->rows[i]);
  if (shown && now->n_rows)
    qsort(shown, now->n_rows, sizeof(*shown), compare_rows);
  return shown;
}

static void append_column(struct strbuf *sb, const struct strbuf *cell, int width) {
  strbuf_appendf(sb, "%*s", width, strbuf_failed(cell) || !cell->data ? "" : cell->data);
}

static void append_bytes(struct strbuf *sb, double value, const char *sign, const char *after,
                         int width) {
  _cleanup_strbuf_ struct strbuf cell = STRBUF_INIT;
  strbuf_append(&cell, sign);
  unit_format(&cell, value, "bytes", NULL);
  strbuf_append(&cell, after);
  append_column(sb, &cell, width);
}

static void view_print(int row, int column, enum screen_style style, struct strbuf *sb) {
  if (!strbuf_failed(sb) && sb->data)
    screen_print(row, column, style, sb->data);
}

static void draw_head(const struct live_view *view) {
  const struct live_look *now = &view->looks[0];
  const struct heap_stats *s = &now->stats;
  _cleanup_strbuf_ struct strbuf title = STRBUF_INIT, figures = STRBUF_INIT, second = STRBUF_INIT,
                                 memory = STRBUF_INIT;
  strbuf_appendf(&title, "memprof live %d  ", s->pid);
  text_escape(&title, s->command);
  view_print(0, 0, SCREEN_BOLD, &title);
  report_running_heap(&figures, s, now->rss);
  view_print(1, 0, SCREEN_PLAIN, &figures);
  report_running_memory(&memory, s, now->rss, now->anonymous);
  view_print(2, 0, SCREEN_PLAIN, &memory);
  report_running_work(&second, s);
  view_print(3, 0, SCREEN_PLAIN, &second);
  const char *state = view->ended ? " ended " : view->paused ? " paused " : NULL;
  if (state)
    screen_print(0, screen_columns() - (int)strlen(state), SCREEN_REVERSE, state);
}

#define NO_SAMPLE "no sample"

static int trend_columns(void) {
  return screen_columns() < COLUMNS_FOR_TREND ? 0 : TREND_COLUMNS;
}

/* The row's live bytes at the last looks. */
static void draw_trend(const struct live_view *view, const struct live_row *row, int at) {
  _cleanup_strbuf_ struct strbuf line = STRBUF_INIT;
  uint64_t values[GROWTH_LOOKS + 1];
  for (size_t i = 0; i < view->n_looks; i++) {
    const struct live_row *then = live_look_find(&view->looks[view->n_looks - 1 - i], row->label);
    values[i] = then && then->live > 0 ? (uint64_t)then->live : 0;
  }
  live_graph_append_line(&line, values, view->n_looks);
  if (trend_columns())
    view_print(at, screen_columns() - (int)view->n_looks, SCREEN_DIM, &line);
}

static void draw_row(const struct live_view *view, const struct shown *shown, int at) {
  _cleanup_strbuf_ struct strbuf live = STRBUF_INIT, growth = STRBUF_INIT, rest = STRBUF_INIT;
  append_bytes(&live, (double)shown->row->live, "", "", 10);
  if (shown->no_growth_sample)
    strbuf_appendf(&growth, "%12s", NO_SAMPLE);
  else
    append_bytes(&growth, (double)shown->growth, shown->growth > 0 ? "+" : "", "", 12);
  if (shown->no_rate_sample)
    strbuf_appendf(&rest, "%13s", NO_SAMPLE);
  else
    append_bytes(&rest, shown->rate, "", "/s", 13);
  strbuf_append(&rest, "  ");
  name_fit(&rest, shown->row->label, screen_columns() - NAME_COLUMN - trend_columns());
  view_print(at, 0, SCREEN_PLAIN, &live);
  view_print(at, 10,
             shown->growth > 0   ? SCREEN_UP
             : shown->growth < 0 ? SCREEN_DOWN
                                 : SCREEN_PLAIN,
             &growth);
  view_print(at, 22, SCREEN_PLAIN, &rest);
  draw_trend(view, shown->row, at);
}

/* The column that rows are sorted by is marked. */
static void draw_row_heading(const struct live_view *view, int at) {
  static const int columns[] = {0, 10, 22}, widths[] = {10, 12, 13};
  char blank[256];
  snprintf(blank, sizeof(blank), "%255s", "");
  screen_print(at, 0, SCREEN_REVERSE, blank);
  for (int i = 0; i < 3; i++) {
    char title[32], cell[40];
    snprintf(title, sizeof(title), "%s%s", (int)view->order == i ? "*" : "", order_names[i]);
    snprintf(cell, sizeof(cell), "%*s", widths[i], title);
    screen_print(at, columns[i], SCREEN_REVERSE, cell);
  }
  screen_print(at, NAME_COLUMN, SCREEN_REVERSE, "where");
}

static void draw_rows(const struct live_view *view, int at, int n) {
  _cleanup_free_ struct shown *shown = sort_rows(view);
  draw_row_heading(view, at);
  int drawn = 0;
  for (size_t i = 0; shown && drawn < n - 1 && i < view->looks[0].n_rows; i++)
    if ((shown[i].row->live || shown[i].rate > 0 || shown[i].growth) &&
        live_filter_keeps(&view->filter, shown[i].row->label))
      draw_row(view, &shown[i], at + 1 + drawn++);
}

static const struct heap_thread *thread_before(const struct live_view *view, uint32_t tid) {
  for (size_t i = 0; view->n_looks > 1 && i < view->looks[1].stats.n_heap_threads; i++)
    if (view->looks[1].stats.threads[i].tid == tid)
      return &view->looks[1].stats.threads[i];
  return NULL;
}

static int compare_threads(const void *a, const void *b) {
  const struct heap_thread *x = a, *y = b;
  return (x->bytes < y->bytes) - (x->bytes > y->bytes);
}

static void draw_thread(const struct live_view *view, const struct heap_thread *thread, int at) {
  _cleanup_strbuf_ struct strbuf line = STRBUF_INIT;
  const struct heap_thread *before = thread_before(view, thread->tid);
  double seconds = view->n_looks > 1 ? seconds_between(&view->looks[0], &view->looks[1]) : 0;
  bool known = before && seconds > 0 && before->bytes <= thread->bytes;
  append_bytes(&line, (double)thread->bytes, "", "", 10);
  strbuf_appendf(&line, "%12" PRIu32, thread->tid);
  append_bytes(&line, known ? (double)(thread->bytes - before->bytes) / seconds : 0, "", "/s", 13);
  strbuf_append(&line, "  ");
  text_escape(&line, thread->name);
  view_print(at, 0, SCREEN_PLAIN, &line);
}

static void draw_threads(struct live_view *view, int at, int n) {
  struct heap_stats *s = &view->looks[0].stats;
  char heading[300];
  snprintf(heading, sizeof(heading), "%10s%12s%13s  %-255s", "allocated", "thread", "rate", "name");
  screen_print(at, 0, SCREEN_REVERSE, heading);
  if (s->n_heap_threads)
    qsort(s->threads, s->n_heap_threads, sizeof(*s->threads), compare_threads);
  for (int i = 0; i < n - 1 && i < (int)s->n_heap_threads; i++)
    draw_thread(view, &s->threads[i], at + 1 + i);
}

static void draw_filter(const struct live_filter *filter, int at) {
  _cleanup_strbuf_ struct strbuf line = STRBUF_INIT;
  strbuf_appendf(&line, "filter: %s%s", filter->text, filter->is_typed ? "_" : "");
  strbuf_append(&line, filter->length && !filter->regex ? "  no regular expression"
                       : filter->is_typed               ? "  (Enter keeps it, Esc ends it)"
                                                        : "  (/ changes it)");
  view_print(at, 0, SCREEN_BOLD, &line);
}

static void draw_foot(const struct live_view *view, int at) {
  static const char keys[] =
      "l live  g growth  r rate  / filter  p pause  s snapshot  Tab next  q quit";
  if (view->said)
    screen_print(at - 1, 0, SCREEN_BOLD, view->said);
  if (view->filter.is_typed || view->filter.length)
    draw_filter(&view->filter, at);
  else
    screen_print(at, 0, SCREEN_DIM, keys);
}

void live_view_draw(struct live_view *view) {
  int rows = screen_rows();
  screen_begin();
  if (view->n_looks) {
    int threads = (int)view->looks[0].stats.n_heap_threads;
    int n_threads =
        rows < ROWS_FOR_THREADS ? 0 : 1 + (threads < MOST_THREADS ? threads : MOST_THREADS);
    int graph = rows < 12 ? 0 : rows / 4 < 3 ? 3 : rows / 4 > 10 ? 10 : rows / 4;
    int free_rows = rows - ROWS_OF_HEAD - graph - n_threads - 2;
    draw_head(view);
    live_graph_draw(view->history, view->n_history, ROWS_OF_HEAD, graph);
    draw_rows(view, ROWS_OF_HEAD + graph, free_rows);
    if (n_threads)
      draw_threads(view, ROWS_OF_HEAD + graph + free_rows, n_threads);
  } else
    screen_print(0, 0, SCREEN_BOLD,
                 view->ended ? "The process has ended." : "Looking; naming its code ...");
  draw_foot(view, rows - 1);
  screen_show();
}
