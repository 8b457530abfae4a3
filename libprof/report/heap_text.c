#include "report/heap_text.h"

#include "model/sample_types.h"
#include "model/saturate.h"
#include "report/text.h"

#include <inttypes.h>
#include <stdlib.h>

enum column { INUSE_OBJECTS, INUSE_SPACE, ALLOC_OBJECTS, ALLOC_SPACE, N_COLUMNS };

struct row {
  const struct profile_sample *sample;
  int64_t value[N_COLUMNS];
};

static int compare(const void *a, const void *b) {
  const struct row *x = a, *y = b;
  for (enum column c = INUSE_SPACE; c < N_COLUMNS; c += ALLOC_SPACE - INUSE_SPACE)
    if (x->value[c] != y->value[c])
      return x->value[c] < y->value[c] ? 1 : -1;
  return (x->sample > y->sample) - (x->sample < y->sample); /* as the profile has them */
}

static void append_values(struct strbuf *to, const int64_t *value) {
  strbuf_appendf(to, "%" PRId64 ": %" PRId64 " [%" PRId64 ": %" PRId64 "] @", value[INUSE_OBJECTS],
                 value[INUSE_SPACE], value[ALLOC_OBJECTS], value[ALLOC_SPACE]);
}

static void append_line(struct strbuf *to, const struct profile *profile, uint64_t address,
                        const struct profile_line *line) {
  const struct profile_function *function = &profile->functions[line->function];
  strbuf_appendf(to, "#\t%#" PRIx64 "\t", address);
  text_escape(to, function->name);
  strbuf_append_char(to, '\t');
  text_escape(to, function->file);
  if (line->line)
    strbuf_appendf(to, ":%" PRId64, line->line);
  strbuf_append_char(to, '\n');
}

static void append_row(struct strbuf *to, const struct profile *profile, const struct row *row) {
  const struct profile_sample *sample = row->sample;
  append_values(to, row->value);
  for (uint32_t i = 0; i < sample->n_locations; i++)
    strbuf_appendf(to, " %#" PRIx64, profile->locations[sample->locations[i]].address + 1);
  strbuf_append_char(to, '\n');
  for (uint32_t i = 0; i < sample->n_locations; i++) {
    const struct profile_location *location = &profile->locations[sample->locations[i]];
    for (uint32_t k = 0; k < location->n_lines; k++)
      append_line(to, profile, location->address, &location->lines[k]);
  }
  strbuf_append_char(to, '\n');
}

static void fill_rows(const struct profile *profile, struct row *rows, int64_t *total) {
  static const enum sample_type types[N_COLUMNS] = {SAMPLE_INUSE_OBJECTS, SAMPLE_INUSE_SPACE,
                                                    SAMPLE_ALLOC_OBJECTS, SAMPLE_ALLOC_SPACE};
  for (enum column c = 0; c < N_COLUMNS; c++) {
    int index = sample_type_index(profile, types[c]);
    for (size_t i = 0; i < profile->n_samples; i++) {
      rows[i].sample = &profile->samples[i];
      rows[i].value[c] = index < 0 ? 0 : profile->samples[i].values[index];
      total[c] = saturating_add(total[c], rows[i].value[c]);
    }
  }
}

/* As /proc/self/maps has them. */
static void append_mapping(struct strbuf *to, const struct profile_mapping *mapping) {
  if (mapping->limit <= mapping->start || *mapping->file != '/')
    return;
  strbuf_appendf(to, "%08" PRIx64 "-%08" PRIx64 " r-xp %08" PRIx64 " 00:00 0 ", mapping->start,
                 mapping->limit, mapping->offset);
  text_escape(to, mapping->file);
  strbuf_append_char(to, '\n');
}

struct error *report_heap_text(const struct profile *profile, struct strbuf *to) {
  int64_t total[N_COLUMNS] = {0};
  struct row *rows = calloc(profile->n_samples + 1, sizeof(*rows));
  if (!rows)
    return &error_no_memory;
  fill_rows(profile, rows, total);
  qsort(rows, profile->n_samples, sizeof(*rows), compare);
  strbuf_append(to, "heap profile: ");
  append_values(to, total);
  /* "heapprofile": figures are whole, not to be scaled up by a rate. */
  strbuf_append(to, " heapprofile\n");
  for (size_t i = 0; i < profile->n_samples; i++)
    append_row(to, profile, &rows[i]);
  free(rows);
  for (size_t i = 0; i < profile->n_comments; i++) {
    strbuf_append(to, "# ");
    text_escape(to, profile->comments[i]);
    strbuf_append_char(to, '\n');
  }
  strbuf_append(to, "\nMAPPED_LIBRARIES:\n");
  for (size_t i = 0; i < profile->n_mappings; i++)
    append_mapping(to, &profile->mappings[i]);
  return NULL;
}
