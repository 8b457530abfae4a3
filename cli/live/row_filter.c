#include "cli/live/row_filter.h"

#include "model/regex.h"

enum { KEY_ESCAPE = 27, KEY_DELETE = 127 };

void live_filter_deinit(struct live_filter *filter) {
  regex_destroy(filter->regex);
  *filter = (struct live_filter){0};
}

static void filter_compile(struct live_filter *filter) {
  regex_destroy(filter->regex);
  filter->regex = NULL;
  filter->text[filter->length] = '\0';
  if (filter->length)
    error_destroy(regex_create(filter->text, "the filter", &filter->regex));
}

static void filter_type(struct live_filter *filter, int key) {
  if (key == '\n' || key == '\r')
    filter->is_typed = false;
  else if (key == KEY_ESCAPE)
    live_filter_deinit(filter);
  else if ((key == '\b' || key == KEY_DELETE) && filter->length)
    filter->length--;
  else if (key >= ' ' && key < KEY_DELETE && filter->length + 1 < sizeof(filter->text))
    filter->text[filter->length++] = (char)key;
  filter_compile(filter);
}

bool live_filter_key(struct live_filter *filter, int key) {
  if (filter->is_typed)
    filter_type(filter, key);
  else if (key == '/')
    filter->is_typed = true;
  else
    return false;
  return true;
}

bool live_filter_keeps(const struct live_filter *filter, const char *label) {
  bool matches = true;
  if (filter->regex)
    error_destroy(regex_match(filter->regex, label, &matches));
  return matches;
}
