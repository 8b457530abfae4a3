#include "report/table_names.h"

#include "base/cleanup.h"
#include "report/name_text.h"
#include "report/text.h"

#include <ctype.h>
#include <string.h>

static const char gap[] = "  ";

/* A hint takes at most a third of the line. */
static void fit_name(struct table_name *name, int room, const char *hint, size_t hint_length) {
  _cleanup_strbuf_ struct strbuf line = STRBUF_INIT, whole = STRBUF_INIT, end = STRBUF_INIT;
  strbuf_append_n(&line, name->text, strcspn(name->text, "\n"));
  strbuf_append_n(&whole, hint, hint_length);
  if (!strbuf_failed(&whole) && hint_length) {
    strbuf_append(&end, gap);
    name_fit(&end, whole.data, room ? room / 3 : text_width(whole.data));
  }
  strbuf_append(&end, "");
  strbuf_deinit(&name->fitted);
  name->fitted = (struct strbuf)STRBUF_INIT;
  if (strbuf_failed(&line) || strbuf_failed(&whole) || strbuf_failed(&end)) {
    name->fitted.failed = true;
    return;
  }
  if (room)
    name_fit(&name->fitted, line.data, room - text_width(end.data));
  else
    strbuf_append(&name->fitted, line.data);
  strbuf_append(&name->fitted, end.data);
}

static int compare_names(const void *a, const void *b) {
  return strcmp((*(struct table_name *const *)a)->fitted.data,
                (*(struct table_name *const *)b)->fitted.data);
}

/* Bytes of the cell's name, without the way ("  via ...") and the lines below. */
static size_t name_length(const char *text) {
  const char *via = strstr(text, "  via "), *end = text + strcspn(text, "\n");
  return (size_t)((via && via < end ? via : end) - text);
}

/* The bytes that the names have in common, up to the beginning of the word in which they differ; as
 * much as the first name has where they do not. */
static size_t common_length(struct table_name *const *names, size_t n) {
  const char *first = names[0]->text;
  size_t length = name_length(first);
  bool differ = false;
  for (size_t i = 1; i < n; i++) {
    size_t other = name_length(names[i]->text), k = 0;
    while (k < length && k < other && first[k] == names[i]->text[k])
      k++;
    differ |= k < length || k < other;
    length = k;
  }
  while (differ && length &&
         (isalnum((unsigned char)first[length - 1]) || first[length - 1] == '_' ||
          first[length - 1] & 0x80))
    length--;
  return length;
}

/* "shop::Register<...Article>::enter": what follows the first `common` bytes is kept. */
static void fit_difference(struct table_name *name, int room, size_t common) {
  enum { LEAST_HEAD = 4 };
  _cleanup_strbuf_ struct strbuf head = STRBUF_INIT, tail = STRBUF_INIT;
  strbuf_append_n(&head, name->text, common);
  strbuf_append_n(&tail, name->text + common, name_length(name->text) - common);
  strbuf_deinit(&name->fitted);
  name->fitted = (struct strbuf)STRBUF_INIT;
  if (strbuf_failed(&head) || strbuf_failed(&tail)) {
    name->fitted.failed = true;
    return;
  }
  int tail_room = room - 3 - LEAST_HEAD, tail_width = text_width(tail.data);
  text_cut(&name->fitted, head.data, tail_width < tail_room ? room - 3 - tail_width : LEAST_HEAD);
  strbuf_append(&name->fitted, "...");
  name_fit(&name->fitted, tail.data, tail_room);
}

/* A group of equal names is written with the part in which the names differ, then with the lines of
 * its hints. */
enum { TELL_DIFFERENCE, TELL_HINT, TELL_OTHER_HINT, TELL_STEPS };

static void tell_group(struct table_name **group, size_t n, int room, int step) {
  size_t common = common_length(group, n);
  bool differ = common < name_length(group[0]->text);
  if (step == TELL_DIFFERENCE && (!room || !differ))
    return;
  for (size_t i = 0; i < n; i++) {
    const char *hint = step == TELL_HINT ? group[i]->hint : strchr(group[i]->hint, '\n');
    hint += hint && step == TELL_OTHER_HINT ? 1 : 0;
    if (step == TELL_DIFFERENCE)
      fit_difference(group[i], room, common);
    else if (hint && *hint && *hint != '\n')
      fit_name(group[i], room, hint, strcspn(hint, "\n"));
  }
}

static bool tell_apart(struct table_name **sorted, size_t n, int room, int step) {
  if (n)
    qsort(sorted, n, sizeof(*sorted), compare_names);
  for (size_t i = 0, end; i < n; i = end) {
    for (end = i + 1; end < n && !compare_names(&sorted[i], &sorted[end]);)
      end++;
    if (end - i > 1)
      tell_group(&sorted[i], end - i, room, step);
  }
  for (size_t i = 0; i < n; i++)
    if (strbuf_failed(&sorted[i]->fitted))
      return false;
  return true;
}

struct table_name *table_names_create(const struct table *table, int room) {
  size_t n = table->n_cells / table->n_columns;
  struct table_name *names = calloc(n + 1, sizeof(*names));
  _cleanup_free_ struct table_name **sorted = calloc(n + 1, sizeof(struct table_name *));
  bool ok = names && sorted;
  for (size_t i = 0; ok && i < n; i++) {
    struct table_name *name = sorted[i] = &names[i];
    name->text = table->cells[(i + 1) * table->n_columns - 1].data;
    name->below = name->text + strcspn(name->text, "\n");
    name->below += *name->below == '\n';
    bool has_hint = i < table->n_hints && !strbuf_failed(&table->hints[i]);
    name->hint = has_hint ? table->hints[i].data : "";
    fit_name(name, room, "", 0);
    ok = !strbuf_failed(&name->fitted);
  }
  for (int step = 0; ok && step < TELL_STEPS; step++)
    ok = tell_apart(sorted, n, room, step);
  if (ok)
    return names;
  table_names_destroy(names, n);
  return NULL;
}

void table_names_destroy(struct table_name *names, size_t n) {
  for (size_t i = 0; names && i < n; i++)
    strbuf_deinit(&names[i].fitted);
  free(names);
}
