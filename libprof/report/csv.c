/* CSV (RFC 4180): one row a sample, a column for each sample type, the labels, the stack. */
#include "report/frames.h"
#include "report/report.h"
#include "report/text.h"

#include <string.h>

/* A field in quotes when it needs them. Spreadsheets take a text that begins with one of these for
 * a formula, whatever the quotes; an apostrophe before it makes it text. */
static void append_field(struct strbuf *sb, const char *whole) {
  _cleanup_strbuf_ struct strbuf defused = STRBUF_INIT;
  strbuf_append(&defused, *whole && strchr("=+-@\t\r", *whole) ? "'" : "");
  strbuf_append(&defused, whole);
  const char *text = strbuf_failed(&defused) ? "" : defused.data;
  if (!text[strcspn(text, ",\"\r\n")]) {
    strbuf_append(sb, text);
    return;
  }
  strbuf_append_char(sb, '"');
  for (; *text; text++) {
    if (*text == '"')
      strbuf_append_char(sb, '"');
    strbuf_append_char(sb, *text);
  }
  strbuf_append_char(sb, '"');
}

/* "key=value;key=value" */
static void append_labels(struct strbuf *sb, const struct profile_sample *sample) {
  for (uint32_t i = 0; i < sample->n_labels; i++) {
    const struct profile_label *label = &sample->labels[i];
    strbuf_append(sb, i ? ";" : "");
    text_escape(sb, label->key);
    strbuf_append_char(sb, '=');
    if (label->str[0])
      text_escape(sb, label->str);
    else
      strbuf_appendf(sb, "%lld", (long long)label->num);
  }
}

/* "root;caller;leaf" with ';' in names as ','. */
static bool append_stack(struct strbuf *sb, const struct profile *profile,
                         const struct profile_sample *sample) {
  struct arena arena = ARENA_INIT;
  struct frame_cursor cursor = frame_cursor_init(profile, sample, true);
  struct frame frame;
  for (bool first = true; frame_next(&cursor, &arena, &frame); first = false) {
    strbuf_append(sb, first ? "" : ";");
    size_t start = sb->length;
    text_escape(sb, frame.name);
    for (size_t i = start; !sb->failed && i < sb->length; i++)
      if (sb->data[i] == ';')
        sb->data[i] = ',';
  }
  arena_deinit(&arena);
  return frame.name != NULL;
}

static void append_heading(struct strbuf *sb, const struct profile *profile) {
  for (size_t i = 0; i < profile->n_sample_types; i++) {
    _cleanup_strbuf_ struct strbuf name = STRBUF_INIT;
    text_escape(&name, profile->sample_types[i].type);
    strbuf_append_char(&name, '/');
    text_escape(&name, profile->sample_types[i].unit);
    append_field(sb, strbuf_failed(&name) ? "" : name.data);
    strbuf_append_char(sb, ',');
  }
  strbuf_append(sb, "labels,stack\r\n");
}

static bool append_row(struct strbuf *sb, const struct profile *profile,
                       const struct profile_sample *sample) {
  _cleanup_strbuf_ struct strbuf labels = STRBUF_INIT, stack = STRBUF_INIT;
  for (size_t i = 0; i < profile->n_sample_types; i++)
    strbuf_appendf(sb, "%lld,", (long long)sample->values[i]);
  strbuf_append(&labels, "");
  append_labels(&labels, sample);
  strbuf_append(&stack, "");
  bool ok = append_stack(&stack, profile, sample);
  if (!ok || strbuf_failed(&labels) || strbuf_failed(&stack))
    return false;
  append_field(sb, labels.data);
  strbuf_append_char(sb, ',');
  append_field(sb, stack.data);
  strbuf_append(sb, "\r\n");
  return !strbuf_failed(sb);
}

struct error *report_csv(const struct profile *profile, const struct report_options *options,
                         FILE *out) {
  (void)options; /* all sample types, exact integers: nothing to choose */
  _cleanup_strbuf_ struct strbuf heading = STRBUF_INIT;
  append_heading(&heading, profile);
  if (strbuf_failed(&heading))
    return &error_no_memory;
  fputs(heading.data, out);
  for (size_t i = 0; i < profile->n_samples; i++) {
    _cleanup_strbuf_ struct strbuf row = STRBUF_INIT;
    if (!append_row(&row, profile, &profile->samples[i]))
      return &error_no_memory;
    fputs(row.data, out);
  }
  return NULL;
}
