/* The live view: a picture of one process, refreshed with each look that is given to it and changed
 * by keys. Draws on cli/live/screen.h. */
#pragma once

#include "cli/live/look.h"

#include <stdbool.h>

struct live_view;

struct error *live_view_create(struct live_view **ret);
void live_view_destroy(struct live_view *view);

/* Takes over the look. One of another process image begins anew. While paused it is dropped. */
void live_view_add(struct live_view *view, struct live_look *look);

/* The process has ended: what was seen last stays. */
void live_view_end(struct live_view *view);

/* A line for the bottom of the screen, until the next one; need not be escaped. */
void live_view_say(struct live_view *view, const char *text);

enum live_action {
  LIVE_CONTINUE,
  LIVE_QUIT,
  LIVE_SNAPSHOT,
  LIVE_NEXT_PROCESS /* the next process */
};
enum live_action live_view_key(struct live_view *view, int key);

void live_view_draw(struct live_view *view);
