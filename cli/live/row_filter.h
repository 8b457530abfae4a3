/* The live view's filter: a regular expression that is typed while the view goes on. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct live_filter {
  char text[128]; /* NUL-terminated */
  size_t length;
  bool is_typed;       /* keys go into the text */
  struct regex *regex; /* NULL: no text, or one that is no regular expression */
};

void live_filter_deinit(struct live_filter *filter);

/* '/' begins: from then on keys are text, until Enter, or Esc, which empties it. False for a key
 * that is not the filter's. */
bool live_filter_key(struct live_filter *filter, int key);

/* Whether a row with this label is shown. All are where the text is no regular expression. */
bool live_filter_keeps(const struct live_filter *filter, const char *label);
