#include "report/check.h"

#include "base/cleanup.h"
#include "base/path.h"
#include "model/stack_fold.h"
#include "model/unit.h"
#include "report/fold_text.h"
#include "report/frame_text.h"
#include "report/name_text.h"
#include "report/table.h"
#include "report/text.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

static const struct table_column columns[] = {
    {"base"}, {"new"}, {"change"}, {"allowed"}, {"verdict", .left = true}, {"limit", .left = true}};

/* Lines of a stack that are printed: those near the allocation say where. */
enum { MOST_LINES = 12 };

static void append_figure(struct strbuf *sb, double value, const char *unit, bool with_sign) {
  if (with_sign && value > 0)
    strbuf_append_char(sb, '+');
  /* Figures by operation have fractions. */
  if (!strcmp(unit, "count") && value != floor(value))
    strbuf_appendf(sb, "%.2f", value);
  else
    unit_format(sb, value, unit, NULL);
}

static void append_change(struct strbuf *sb, const struct verdict_check *check) {
  if (check->relative)
    append_figure(sb, check->value - check->base, check->unit, true);
  if (check->bar > 0) {
    strbuf_append(sb, " +- ");
    append_figure(sb, check->bar, check->unit, false);
  }
}

static void append_limit(struct strbuf *sb, const struct verdict_check *check) {
  strbuf_appendf(sb, "%s%s, ", check->metric, check->per_operation ? " an operation" : "");
  if (*check->site)
    name_append(sb, check->site);
  else
    text_escape(sb, check->limit);
  if (check->n_sites)
    strbuf_appendf(sb, " (%zu)", check->n_sites);
}

/* Stacks that were printed, by site: the same one explains several figures. */
struct numbered {
  uint32_t *sites;
  size_t count;
};

/* The number of the site's stack, 0 if it has none yet. */
static size_t find_number(const struct numbered *numbered, uint32_t site) {
  for (size_t i = 0; i < numbered->count; i++)
    if (numbered->sites[i] == site)
      return i + 1;
  return 0;
}

/* Tells sites of one name apart: "main.c:12" or the caller, and the number of the stack below. */
static void append_place(struct strbuf *sb, const struct verdict_check *check,
                         const struct numbered *numbered) {
  const struct verdict_stack *stack = check->n_stacks ? check->stacks : NULL;
  if (!*check->site || !stack || !stack->place)
    return;
  const struct finding_frame *caller = stack->place + 1;
  if (*stack->place->file) {
    text_escape(sb, path_base_name(stack->place->file));
    strbuf_appendf(sb, ":%" PRId64, stack->place->line);
  } else if (caller < stack->stack.frames + stack->stack.n_frames) {
    strbuf_append(sb, "< ");
    name_append(sb, caller->function);
  }
  size_t number = find_number(numbered, stack->site);
  if (number)
    strbuf_appendf(sb, " [%zu]", number);
}

static const char *word_of(const struct verdict_check *check) {
  return check->state == VERDICT_OVER ? "OVER" : check->state == VERDICT_OK ? "ok" : "unsure";
}

/* Without figures: "alloc_space, each site (17)". */
static void add_kept_row(struct table *table, const struct verdict_check *check) {
  for (int i = 0; i < 4; i++)
    table_cell(table);
  strbuf_append(table_cell(table), "ok");
  append_limit(table_cell(table), check);
}

static void add_row(struct table *table, const struct verdict_check *check,
                    const struct numbered *numbered) {
  if (check->n_sites) {
    add_kept_row(table, check);
    return;
  }
  struct strbuf *cell = table_cell(table);
  if (check->relative)
    append_figure(cell, check->base, check->unit, false);
  append_figure(table_cell(table), check->value, check->unit, false);
  append_change(table_cell(table), check);
  append_figure(table_cell(table), check->allowed, check->unit, check->relative);
  strbuf_append(table_cell(table), word_of(check));
  append_limit(table_cell(table), check);
  append_place(table_hint(table), check, numbered);
}

static void append_head(struct strbuf *sb, const struct verdict *verdict) {
  strbuf_append(sb, "New:  ");
  text_escape(sb, verdict->name);
  if (verdict->n_bases) {
    strbuf_append(sb, "\nBase: ");
    text_escape(sb, verdict->base_name);
  }
  if (verdict->n_bases > 1)
    strbuf_appendf(sb, " and %zu more", verdict->n_bases - 1);
  if (*verdict->incomplete) {
    strbuf_append(sb, "\nIncomplete: ");
    text_escape(sb, verdict->incomplete);
    strbuf_append(sb, "; what is not over its limit below may be");
  }
  if (verdict->exact)
    strbuf_append(sb, *verdict->incomplete ? "" : "\nExact figures");
  else
    strbuf_appendf(sb, "\nSampled figures; %g%% sure that nothing below is over by chance",
                   verdict->confidence);
  if (verdict->n_bases)
    strbuf_appendf(sb,
                   "\nSites: %zu new, %zu gone, %zu grown, %zu shrunk, %zu unchanged; %zu in moved "
                   "or renamed code",
                   verdict->n_new, verdict->n_gone, verdict->n_grown, verdict->n_shrunk,
                   verdict->n_same, verdict->n_moved);
  strbuf_append_char(sb, '\n');
}

/* One frame or fold; how many frames it stands for. */
static uint32_t append_line(struct strbuf *sb, const struct finding_stack *stack,
                            const unsigned char *marks, uint32_t at, int width) {
  enum { INDENT = 6, INDENT_MORE = 10 };
  _cleanup_strbuf_ struct strbuf line = STRBUF_INIT;
  uint32_t run = fold_append_run(&line, marks, stack->n_frames, at);
  if (!run)
    frame_append_readable(&line, &stack->frames[at]);
  strbuf_appendf(sb, "%*s", INDENT, "");
  text_wrap(sb, strbuf_failed(&line) ? "" : line.data, INDENT, INDENT_MORE, width);
  return run ? run : 1;
}

static void append_frames(struct strbuf *sb, const struct finding_stack *stack, int width) {
  _cleanup_free_ const char **names = calloc(stack->n_frames + 1, sizeof(*names));
  _cleanup_free_ unsigned char *marks = calloc(stack->n_frames + 1, 1);
  uint32_t at = 0;
  if (!names || !marks) {
    sb->failed = true;
    return;
  }
  for (uint32_t i = 0; i < stack->n_frames; i++)
    names[i] = stack->frames[i].function;
  stack_fold_mark(names, stack->n_frames, marks);
  for (int lines = 0; at < stack->n_frames && lines < MOST_LINES; lines++)
    at += append_line(sb, stack, marks, at, width);
  if (at < stack->n_frames)
    strbuf_append(sb, "      ...\n");
  if (!stack->n_frames)
    strbuf_append(sb, "      (no stack)\n");
}

static void append_part(struct strbuf *sb, const struct verdict_check *check,
                        const struct verdict_stack *stack, size_t number) {
  strbuf_append(sb, "  ");
  append_figure(sb, stack->delta, check->unit, check->relative);
  if (check->relative)
    strbuf_appendf(sb, " %s", diff_state_name(stack->state));
  strbuf_appendf(sb, "%s [%zu] ", stack->moved ? ", moved" : "", number);
  if (stack->place)
    name_append(sb, stack->place->function);
  strbuf_append_char(sb, '\n');
}

static size_t number_of(struct numbered *numbered, uint32_t site, bool *first) {
  size_t number = find_number(numbered, site);
  *first = !number;
  if (*first)
    numbered->sites[numbered->count++] = site;
  return number ? number : numbered->count;
}

/* A single site whose stack was shown has nothing to add to its row of the table. */
static bool is_explained(const struct verdict_check *check, const struct numbered *numbered) {
  return *check->site && check->n_stacks && find_number(numbered, check->stacks[0].site);
}

static void append_explanation(struct strbuf *sb, const struct verdict_check *check,
                               struct numbered *numbered, int width) {
  strbuf_append_char(sb, '\n');
  append_limit(sb, check);
  if (check->budget) {
    strbuf_append(sb, " (");
    text_escape(sb, check->budget);
    strbuf_appendf(sb, ":%d)", check->line);
  }
  strbuf_append(sb, ":\n");
  if (!check->n_stacks)
    strbuf_append(sb, "  no single site's part is beyond chance; --exact would tell\n");
  for (size_t i = 0; i < check->n_stacks; i++) {
    bool first;
    size_t number = number_of(numbered, check->stacks[i].site, &first);
    append_part(sb, check, &check->stacks[i], number);
    if (first)
      append_frames(sb, &check->stacks[i].stack, width);
  }
}

static void explain_all(struct strbuf *sb, const struct verdict *verdict, struct numbered *numbered,
                        int width) {
  strbuf_append(sb, "");
  for (size_t i = 0; i < verdict->n_checks; i++)
    if (verdict->checks[i].state == VERDICT_OVER && !is_explained(&verdict->checks[i], numbered))
      append_explanation(sb, &verdict->checks[i], numbered, width);
}

static struct error *print_verdict(const struct verdict *verdict, const struct check_style *style,
                                   FILE *out) {
  _cleanup_table_ struct table table;
  _cleanup_strbuf_ struct strbuf head = STRBUF_INIT, reasons = STRBUF_INIT;
  size_t most = 0;
  for (size_t i = 0; i < verdict->n_checks; i++)
    most += verdict->checks[i].n_stacks;
  _cleanup_free_ uint32_t *sites = calloc(most + 1, sizeof(*sites));
  struct numbered numbered = {.sites = sites};
  table_init(&table, columns, sizeof(columns) / sizeof(*columns));
  if (!sites)
    return &error_no_memory;
  explain_all(&reasons, verdict, &numbered, style->columns);
  for (size_t i = 0; i < verdict->n_checks; i++)
    add_row(&table, &verdict->checks[i], &numbered);
  append_head(&head, verdict);
  if (strbuf_failed(&head) || strbuf_failed(&reasons))
    return &error_no_memory;
  fputs(head.data, out);
  struct error *err =
      table_print(&table, out, &(struct table_style){style->columns, style->colour, true});
  if (!err)
    fputs(reasons.data, out);
  return err;
}

/* Something is over, or nothing is known to be. */
static const char *sum_word(const struct verdict *const *verdicts, size_t n, size_t over) {
  for (size_t i = 0; i < n && !over; i++)
    if (*verdicts[i]->incomplete)
      return "COULD NOT CHECK";
  return over ? "FAILED" : "Passed";
}

/* "FAILED: 2 of 117 comparisons over, insufficient data for 3", "Passed: 117 comparisons, none
 * over" */
static void print_sum(const struct verdict *const *verdicts, size_t n, FILE *out) {
  size_t over = 0, insufficient = 0, all = 0;
  for (size_t i = 0; i < n; i++) {
    over += verdicts[i]->n_over;
    insufficient += verdicts[i]->n_insufficient;
    all += verdicts[i]->n_over + verdicts[i]->n_insufficient + verdicts[i]->n_ok;
  }
  const char *plural = all == 1 ? "" : "s";
  fprintf(out, "\n%s: ", sum_word(verdicts, n, over));
  if (over)
    fprintf(out, "%zu of %zu comparison%s over", over, all, plural);
  else
    fprintf(out, "%zu comparison%s, none over its limit", all, plural);
  if (insufficient)
    fprintf(out, ", insufficient data for %zu", insufficient);
  fputc('\n', out);
}

struct error *report_check(const struct verdict *const *verdicts, size_t n,
                           const struct check_style *style, FILE *out) {
  struct error *err = NULL;
  for (size_t i = 0; i < n && !err; i++) {
    fputs(i ? "\n" : "", out);
    err = print_verdict(verdicts[i], style, out);
  }
  if (!err)
    print_sum(verdicts, n, out);
  return err;
}
