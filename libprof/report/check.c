#include "report/check.h"

#include "base/cleanup.h"
#include "model/unit.h"
#include "report/frame_text.h"
#include "report/table.h"
#include "report/text.h"

#include <math.h>
#include <string.h>

static const struct table_column columns[] = {
    {"base"}, {"new"}, {"change"}, {"allowed"}, {"verdict", .left = true}, {"limit", .left = true}};

/* Frames of a stack that are printed: those near the allocation say where. */
enum { MOST_FRAMES = 12 };

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

/* Where a row is too long for the line its middle is left out: of a name the end tells most. */
static void append_limit(struct strbuf *sb, const struct verdict_check *check) {
  strbuf_appendf(sb, "%s%s, ", check->metric, check->per_operation ? " an operation" : "");
  text_escape(sb, *check->site ? check->site : check->limit);
  if (check->n_sites)
    strbuf_appendf(sb, " (%zu)", check->n_sites);
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

static void add_row(struct table *table, const struct verdict_check *check) {
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

static void append_frames(struct strbuf *sb, const struct finding_stack *stack) {
  for (uint32_t i = 0; i < stack->n_frames && i < MOST_FRAMES; i++) {
    strbuf_append(sb, "      ");
    frame_append(sb, &stack->frames[i], "", text_escape);
    strbuf_append_char(sb, '\n');
  }
  if (stack->n_frames > MOST_FRAMES)
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
    text_escape(sb, stack->place->function);
  strbuf_append_char(sb, '\n');
}

/* Stacks that were printed, by site: the same one explains several figures. */
struct numbered {
  uint32_t *sites;
  size_t count;
};

static size_t number_of(struct numbered *numbered, uint32_t site, bool *first) {
  size_t i = 0;
  while (i < numbered->count && numbered->sites[i] != site)
    i++;
  *first = i == numbered->count;
  if (*first)
    numbered->sites[numbered->count++] = site;
  return i + 1;
}

static bool is_numbered(const struct numbered *numbered, uint32_t site) {
  for (size_t i = 0; i < numbered->count; i++)
    if (numbered->sites[i] == site)
      return true;
  return false;
}

/* A single site whose stack was shown has nothing to add to its row of the table. */
static bool is_explained(const struct verdict_check *check, const struct numbered *numbered) {
  return *check->site && check->n_stacks && is_numbered(numbered, check->stacks[0].site);
}

static void append_explanation(struct strbuf *sb, const struct verdict_check *check,
                               struct numbered *numbered) {
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
      append_frames(sb, &check->stacks[i].stack);
  }
}

static struct error *explain_all(const struct verdict *verdict, FILE *out) {
  _cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
  struct numbered numbered = {0};
  size_t most = 0;
  for (size_t i = 0; i < verdict->n_checks; i++)
    most += verdict->checks[i].n_stacks;
  _cleanup_free_ uint32_t *sites = numbered.sites = calloc(most + 1, sizeof(*sites));
  if (!sites)
    return &error_no_memory;
  strbuf_append(&sb, "");
  for (size_t i = 0; i < verdict->n_checks; i++)
    if (verdict->checks[i].state == VERDICT_OVER && !is_explained(&verdict->checks[i], &numbered))
      append_explanation(&sb, &verdict->checks[i], &numbered);
  if (strbuf_failed(&sb))
    return &error_no_memory;
  fputs(sb.data, out);
  return NULL;
}

static struct error *print_verdict(const struct verdict *verdict, const struct check_style *style,
                                   FILE *out) {
  _cleanup_table_ struct table table;
  _cleanup_strbuf_ struct strbuf head = STRBUF_INIT;
  table_init(&table, columns, sizeof(columns) / sizeof(*columns));
  for (size_t i = 0; i < verdict->n_checks; i++)
    add_row(&table, &verdict->checks[i]);
  append_head(&head, verdict);
  if (strbuf_failed(&head))
    return &error_no_memory;
  fputs(head.data, out);
  struct error *err =
      table_print(&table, out, &(struct table_style){style->columns, style->colour});
  return err ? err : explain_all(verdict, out);
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
