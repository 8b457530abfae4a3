/* memprof traces: every sample with its labels and its stack. */
#include "report/figure.h"
#include "report/fold_text.h"
#include "report/frames.h"
#include "report/head.h"
#include "report/labels.h"
#include "report/name_text.h"
#include "report/report.h"
#include "report/text.h"

#include "base/work.h"
#include "model/unit.h"

enum { VALUE_COLUMN = 20 };

/* "name file:line", the file left out where the granularity has none. */
static void append_frame(struct strbuf *sb, const struct frame *frame,
                         enum graph_granularity granularity) {
  if (granularity == GRAPH_ADDRESSES && frame->address)
    strbuf_appendf(sb, "%016llx ", (unsigned long long)frame->address);
  name_append(sb, frame->name);
  if (frame->file[0] && granularity != GRAPH_FUNCTIONS) {
    strbuf_append_char(sb, ' ');
    text_escape(sb, name_file(frame->file));
    if (frame->line)
      strbuf_appendf(sb, ":%lld", (long long)frame->line);
  }
  if (frame->inlined)
    strbuf_append(sb, " (inline)");
}

/* An arena's first block costs more than a short stack: samples share it until it has grown. */
static void arena_trim(struct arena *arena) {
  if (arena->total > 1 << 20)
    arena_deinit(arena);
}

static struct error *print_sample(const struct profile *profile,
                                  const struct profile_sample *sample,
                                  const struct error_bars *bars,
                                  const struct report_options *options, struct arena *arena,
                                  FILE *out) {
  _cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
  labels_append(&sb, sample, VALUE_COLUMN);
  _cleanup_strbuf_ struct strbuf value = STRBUF_INIT;
  struct spread spread = spread_of_sample(bars, sample);
  figure_append(&value, sample->values[options->type], &spread, head_unit(profile, options),
                options->unit);
  struct fold_frames stack = {0};
  bool failed = !fold_frames_read(profile, sample, options->all_frames, arena, &stack);
  const char *lead = value.data;
  for (uint32_t i = 0, run; i < stack.n; i += run ? run : 1) {
    strbuf_appendf(&sb, "%*s  ", VALUE_COLUMN, lead ? lead : "");
    run = fold_append_run(&sb, stack.marks, stack.n, i);
    if (!run)
      append_frame(&sb, &stack.frames[i], options->granularity);
    strbuf_append_char(&sb, '\n');
    lead = "";
  }
  if (sample->n_locations == 0)
    strbuf_appendf(&sb, "%*s  (no stack)\n", VALUE_COLUMN, lead ? lead : "");
  failed |= strbuf_failed(&sb) || strbuf_failed(&value);
  arena_trim(arena);
  if (failed)
    return &error_no_memory;
  fputs("--------------------+-----------------------------------------------------------\n", out);
  fputs(sb.data, out);
  return NULL;
}

static json_t *frames_json(const struct profile *profile, const struct profile_sample *sample,
                           struct arena *arena) {
  struct frame_cursor cursor = frame_cursor_init(profile, sample, false);
  struct frame frame;
  json_t *frames = json_array();
  int failed = 0;
  while (frame_next(&cursor, arena, &frame)) {
    json_t *object = json_object();
    failed |= json_object_set_new(object, "name", json_text(frame.name));
    failed |= json_object_set_new(object, "file", json_text(frame.file));
    failed |= json_object_set_new(object, "line", json_integer(frame.line));
    failed |= json_object_set_new(object, "address", json_address(frame.address));
    failed |= json_object_set_new(object, "inlined", json_boolean(frame.inlined));
    failed |= json_array_append_new(frames, object);
  }
  failed |= !frame.name;
  arena_trim(arena);
  if (!failed)
    return frames;
  json_decref(frames);
  return NULL;
}

static struct error *print_json(const struct profile *profile, const struct report_options *options,
                                FILE *out) {
  struct error_bars bars = error_bars_of(profile, options->type);
  struct arena arena = ARENA_INIT;
  json_t *document = json_document("traces");
  int failed = head_json(profile, options, document);
  struct error *err = work_check(WORK_TRACES, profile->n_samples, 0);
  if (err) {
    json_decref(document);
    return err;
  }
  err = json_list_begin(document, failed, "samples", out);
  for (size_t i = 0; i < profile->n_samples && !err; i++) {
    const struct profile_sample *sample = &profile->samples[i];
    json_t *object = json_object();
    struct spread spread = spread_of_sample(&bars, sample);
    failed =
        json_object_set_new(object, "value", figure_json(sample->values[options->type], &spread));
    failed |= json_object_set_new(object, "labels", labels_json(sample));
    failed |= json_object_set_new(object, "frames", frames_json(profile, sample, &arena));
    err = json_list_add(object, failed, i == 0, out);
  }
  arena_deinit(&arena);
  if (!err)
    json_list_end(out);
  return err;
}

struct error *report_traces(const struct profile *profile, const struct report_options *options,
                            FILE *out) {
  if (options->json)
    return print_json(profile, options, out);
  struct error_bars bars = error_bars_of(profile, options->type);
  struct error *err = head_print(profile, options, out);
  struct arena arena = ARENA_INIT;
  for (size_t i = 0; !err && i < profile->n_samples; i++)
    if (profile->samples[i].values[options->type])
      err = print_sample(profile, &profile->samples[i], &bars, options, &arena, out);
  arena_deinit(&arena);
  return err;
}
