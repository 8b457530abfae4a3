/* The figures over time of a page's document: docs/json.md, "memprof page", `time`. */
#pragma once

#include "base/strbuf.h"
#include "model/moments.h"
#include "page/page_profiles.h"
#include "page/stack_rows.h"

/* A time section is appended in these steps: begin, a tree for each kind of view, end. */

/* Appends "time": with the moments of the only profile, up to the array of trees, which the next
 * calls fill. The profile's samples may be fewer than when the moments were kept. */
struct error *time_section_begin(struct strbuf *sb, const struct profile *profile,
                                 const struct moments *moments);

/* Appends the tree of all stacks as rows of names, without figures: a part of a run may consist of
 * stacks that are too small for the whole run's views. */
struct error *time_section_add_tree(struct strbuf *sb, const struct page_profiles *profiles,
                                    const char *by, const struct stack_rows *rows, size_t n_texts);

void time_section_end(struct strbuf *sb);
