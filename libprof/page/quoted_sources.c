#include "page/quoted_sources.h"

#include "base/vector.h"
#include "page/json_columns.h"
#include "report/source.h"

#include <stdlib.h>

enum { AROUND = 5, MOST_FILES = 200, MOST_LINES = 20000 };

struct place {
  uint32_t file, line; /* file: number of its text */
};

struct quoting {
  const char *const *folders;
  size_t n_folders;
  struct text_numbers *texts;
  VECTOR(struct place) places;
  VECTOR(uint32_t) lines, quoted; /* of one file: line numbers and numbers of texts */
  size_t n_files, n_lines;
};

static int compare_places(const void *a, const void *b) {
  const struct place *x = a, *y = b;
  if (x->file != y->file)
    return x->file < y->file ? -1 : 1;
  return (x->line > y->line) - (x->line < y->line);
}

static struct error *find_places(struct quoting *q, const struct profile *profile) {
  for (size_t i = 0; i < profile->n_locations; i++)
    for (uint32_t j = 0; j < profile->locations[i].n_lines; j++) {
      const struct profile_line *line = &profile->locations[i].lines[j];
      const char *file = profile->functions[line->function].file;
      if (!*file || line->line < 1 || line->line > INT32_MAX)
        continue;
      uint32_t number = text_number(q->texts, file);
      if (number == TEXT_NONE ||
          !VECTOR_PUSH(&q->places, ((struct place){number, (uint32_t)line->line})))
        return &error_no_memory;
    }
  if (q->places.count)
    qsort(q->places.data, q->places.count, sizeof(*q->places.data), compare_places);
  return NULL;
}

static bool quote_around(struct quoting *q, const struct source *source, uint32_t line) {
  uint32_t first = line > AROUND ? line - AROUND : 1;
  uint32_t last = q->lines.count ? q->lines.data[q->lines.count - 1] : 0;
  for (uint32_t i = first > last ? first : last + 1; i <= line + AROUND; i++) {
    const char *text = source_line(source, i);
    if (!text || q->n_lines >= MOST_LINES)
      return true;
    uint32_t number = text_number(q->texts, text);
    q->n_lines++;
    if (number == TEXT_NONE || !VECTOR_PUSH(&q->lines, i) || !VECTOR_PUSH(&q->quoted, number))
      return false;
  }
  return true;
}

static void append_file(struct strbuf *sb, struct quoting *q, uint32_t file) {
  strbuf_append(sb, q->n_files++ ? ",{" : "{");
  strbuf_appendf(sb, "\"file\":%u", file);
  column_append_numbers(sb, "line",
                        (struct column){q->lines.data, sizeof(*q->lines.data), q->lines.count});
  column_append_numbers(sb, "text",
                        (struct column){q->quoted.data, sizeof(*q->quoted.data), q->quoted.count});
  strbuf_append_char(sb, '}');
}

static struct error *quote_file(struct strbuf *sb, struct quoting *q, size_t first, size_t end) {
  uint32_t file = q->places.data[first].file;
  struct source source;
  struct error *err = source_read(q->texts->texts.data[file], q->folders, q->n_folders, &source);
  q->lines.count = q->quoted.count = 0;
  for (size_t i = first; i < end && !err && source.n_lines; i++)
    if (!quote_around(q, &source, q->places.data[i].line))
      err = &error_no_memory;
  if (!err && q->lines.count)
    append_file(sb, q, file);
  source_deinit(&source);
  return err;
}

struct error *quoted_sources_append(struct strbuf *sb, const struct profile *profile,
                                    const char *const *folders, size_t n_folders,
                                    struct text_numbers *texts) {
  struct quoting q = {folders, n_folders, texts};
  struct error *err = find_places(&q, profile);
  column_append_key(sb, "sources");
  strbuf_append_char(sb, '[');
  for (size_t i = 0, end; i < q.places.count && !err && q.n_files < MOST_FILES; i = end) {
    for (end = i; end < q.places.count && q.places.data[end].file == q.places.data[i].file;)
      end++;
    err = quote_file(sb, &q, i, end);
  }
  strbuf_append_char(sb, ']');
  VECTOR_DEINIT(&q.places);
  VECTOR_DEINIT(&q.lines);
  VECTOR_DEINIT(&q.quoted);
  return err;
}
