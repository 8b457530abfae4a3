#include "cli/watch/watchers.h"

#include "cli/watch/ended.h"
#include "cli/watch/held.h"
#include "cli/watch/limit.h"
#include "cli/watch/lines.h"
#include "cli/watch/live.h"
#include "cli/watch/moments.h"
#include "cli/watch/push.h"
#include "cli/watch/resident.h"
#include "cli/watch/schedule.h"
#include "cli/watch/serve.h"
#include "cli/watch/snapshots.h"
#include "cli/watch/stacks.h"
#include "cli/watch/timeline.h"

/* In the order of their options in help. */
static const struct watcher_kind *const kinds[] = {
    &lines_kind,     &live_kind,   &timeline_kind, &moments_kind, &schedule_kind,
    &snapshots_kind, &limit_kind,  &serve_kind,    &push_kind,    &resident_kind,
    &held_kind,      &stacks_kind, &ended_kind,
};

enum { KINDS = sizeof(kinds) / sizeof(*kinds) };

static const struct option_group *options_of_kind(size_t i) {
  return i < KINDS ? kinds[i]->options : NULL;
}
const struct option_group watchers_options = {.member = options_of_kind};

struct error *watchers_add(struct watch *watch) {
  struct error *err = NULL;
  for (size_t i = 0; !err && i < KINDS; i++)
    if (kinds[i]->add)
      err = kinds[i]->add(watch);
  for (size_t i = 0; !err && i < KINDS; i++)
    if (kinds[i]->check)
      err = kinds[i]->check();
  return err;
}
