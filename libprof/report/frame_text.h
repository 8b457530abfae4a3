/* A finding's frame as text, the same in every report. */
#pragma once

#include "base/strbuf.h"
#include "model/finding.h"

/* Appends text from a profile so that it is harmless in the report's format: text_escape for a
 * terminal. */
typedef void frame_escape_fn(struct strbuf *sb, const char *text);

/* "file:line", or "file" where the line is not known; the path relative to the folder `root` if it
 * is in there ("": as it is). */
void frame_append_place(struct strbuf *sb, const struct finding_frame *frame, const char *root,
                        frame_escape_fn *escape);

/* "function (file:line)", "function (in module)" where the file is not known, or "function". */
void frame_append(struct strbuf *sb, const struct finding_frame *frame, const char *root,
                  frame_escape_fn *escape);

/* frame_append for a terminal, with the name as people read it (report/name_text.h). */
void frame_append_readable(struct strbuf *sb, const struct finding_frame *frame);
