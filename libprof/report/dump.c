/* Everything that a profile holds, as text, for eyes and for `diff -u`: `memprof convert
 * --to=text`. */
#include "report/frames.h"
#include "report/labels.h"
#include "report/report.h"
#include "report/text.h"

static void append_pair(struct strbuf *sb, const char *key, const char *value) {
  if (!value[0])
    return;
  strbuf_appendf(sb, "%s: ", key);
  text_escape(sb, value);
  strbuf_append_char(sb, '\n');
}

static void append_head(struct strbuf *sb, const struct profile *profile) {
  strbuf_append(sb, "sample_types:");
  for (size_t i = 0; i < profile->n_sample_types; i++) {
    strbuf_append_char(sb, ' ');
    text_escape(sb, profile->sample_types[i].type);
    strbuf_append_char(sb, '/');
    text_escape(sb, profile->sample_types[i].unit);
  }
  strbuf_append_char(sb, '\n');
  append_pair(sb, "default_sample_type", profile->default_sample_type);
  append_pair(sb, "period_type", profile->period_type.type);
  strbuf_appendf(sb, "period: %lld\ntime_nanos: %lld\nduration_nanos: %lld\n",
                 (long long)profile->period, (long long)profile->time_nanos,
                 (long long)profile->duration_nanos);
  append_pair(sb, "drop_frames", profile->drop_frames);
  append_pair(sb, "keep_frames", profile->keep_frames);
  for (size_t i = 0; i < profile->n_comments; i++)
    append_pair(sb, "comment", profile->comments[i]);
}

static void append_mappings(struct strbuf *sb, const struct profile *profile) {
  for (size_t i = 0; i < profile->n_mappings; i++) {
    const struct profile_mapping *mapping = &profile->mappings[i];
    strbuf_appendf(sb, "mapping: 0x%llx-0x%llx offset 0x%llx ", (unsigned long long)mapping->start,
                   (unsigned long long)mapping->limit, (unsigned long long)mapping->offset);
    text_escape(sb, mapping->file[0] ? mapping->file : "(no file)");
    strbuf_append(sb, mapping->build_id[0] ? " build-id " : "");
    text_escape(sb, mapping->build_id);
    strbuf_append_char(sb, '\n');
  }
}

static bool append_sample(struct strbuf *sb, const struct profile *profile,
                          const struct profile_sample *sample) {
  struct arena arena = ARENA_INIT;
  struct frame_cursor cursor = frame_cursor_init(profile, sample, false);
  struct frame frame;
  strbuf_append(sb, "\nsample:");
  for (size_t i = 0; i < profile->n_sample_types; i++)
    strbuf_appendf(sb, " %lld", (long long)sample->values[i]);
  strbuf_append_char(sb, '\n');
  labels_append(sb, sample, 0);
  while (frame_next(&cursor, &arena, &frame)) {
    strbuf_appendf(sb, "  0x%llx ", (unsigned long long)frame.address);
    text_escape(sb, frame.name);
    if (frame.file[0]) {
      strbuf_append_char(sb, ' ');
      text_escape(sb, frame.file);
      strbuf_appendf(sb, ":%lld", (long long)frame.line);
    }
    strbuf_append(sb, frame.inlined ? " (inline)\n" : "\n");
  }
  arena_deinit(&arena);
  return frame.name != NULL && !strbuf_failed(sb);
}

struct error *report_text(const struct profile *profile, const struct report_options *options,
                          FILE *out) {
  (void)options;
  _cleanup_strbuf_ struct strbuf head = STRBUF_INIT;
  append_head(&head, profile);
  append_mappings(&head, profile);
  if (strbuf_failed(&head))
    return &error_no_memory;
  fputs(head.data, out);
  for (size_t i = 0; i < profile->n_samples; i++) {
    _cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
    if (!append_sample(&sb, profile, &profile->samples[i]))
      return &error_no_memory;
    fputs(sb.data, out);
  }
  return NULL;
}
