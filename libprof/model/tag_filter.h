/* -tagfocus and -tagignore: a test of a sample's labels, in pprof's notation (see model/filter.h).
 */
#pragma once

#include "model/profile.h"

struct tag_filter;

/* Parses `text`; `what` names the option in errors. */
struct error *tag_filter_create(const char *text, const char *what, struct tag_filter **ret);
void tag_filter_destroy(struct tag_filter *filter);

struct error *tag_filter_match(const struct tag_filter *filter, const struct profile_sample *sample,
                               bool *ret);

static inline void cleanup_tag_filter(struct tag_filter **filter) {
  tag_filter_destroy(*filter);
}
#define _cleanup_tag_filter_ __attribute__((cleanup(cleanup_tag_filter)))
