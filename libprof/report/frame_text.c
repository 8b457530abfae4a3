#include "report/frame_text.h"

#include "report/name_text.h"
#include "report/text.h"

#include <inttypes.h>

void frame_append_place(struct strbuf *sb, const struct finding_frame *frame, const char *root,
                        frame_escape_fn *escape) {
  escape(sb, finding_relative(name_file(frame->file), root));
  if (frame->line)
    strbuf_appendf(sb, ":%" PRId64, frame->line);
}

static void append_whole(struct strbuf *sb, const struct finding_frame *frame, const char *root,
                         frame_escape_fn *name, frame_escape_fn *escape) {
  name(sb, frame->function);
  if (*frame->file) {
    strbuf_append(sb, " (");
    frame_append_place(sb, frame, root, escape);
    strbuf_append_char(sb, ')');
  } else if (*frame->module) {
    strbuf_append(sb, " (in ");
    escape(sb, frame->module);
    strbuf_append_char(sb, ')');
  }
}

void frame_append(struct strbuf *sb, const struct finding_frame *frame, const char *root,
                  frame_escape_fn *escape) {
  append_whole(sb, frame, root, escape, escape);
}

void frame_append_readable(struct strbuf *sb, const struct finding_frame *frame) {
  append_whole(sb, frame, "", name_append, text_escape);
}
