#include "cli/session/name_advice.h"

#include "base/path.h"
#include "report/text.h"
#include "symbol/unnamed.h"

#include <stdlib.h>

/* The least share of the profile, and of one file in it, that is worth a line. */
#define MOST 0.5
#define MUCH 0.1

static void append_remedy(struct strbuf *sb, const struct unnamed *unnamed) {
  switch (unnamed->remedy) {
  case UNNAMED_PACKAGE:
    strbuf_appendf(sb, "has no symbols: %s\n", unnamed->command);
    break;
  case UNNAMED_BUILD:
    strbuf_append(sb, "has no symbols: build it with -g and do not strip it\n");
    break;
  default:
    strbuf_append(sb, "has symbols by now\n");
  }
}

/* Whether symbolizing again, after what was said, can help. */
static bool append_module(struct strbuf *sb, const char *before, const struct profile *profile,
                          const struct nameless_module *module, bool *can_fetch) {
  const struct profile_mapping *mapping = &profile->mappings[module->mapping];
  struct unnamed unnamed;
  unnamed_find(mapping->file, mapping->build_id, &unnamed);
  if (unnamed.remedy == UNNAMED_NOTHING)
    return false;
  strbuf_appendf(sb, "%s%.0f%% lies in ", before, 100 * module->part);
  text_escape(sb, path_base_name(mapping->file));
  strbuf_append(sb, ", which ");
  append_remedy(sb, &unnamed);
  *can_fetch |= unnamed.remedy == UNNAMED_PACKAGE;
  return unnamed.remedy != UNNAMED_BUILD;
}

void name_advice_append(struct strbuf *sb, const char *before, const struct profile *profile,
                        const struct nameless *nameless, const char *path) {
  bool can_help = false, can_fetch = false;
  for (size_t i = 0; nameless->part >= MOST && i < nameless->n_modules; i++)
    if (nameless->modules[i].part >= MUCH)
      can_help |= append_module(sb, before, profile, &nameless->modules[i], &can_fetch);
  if (!can_help)
    return;
  const char *urls = getenv("DEBUGINFOD_URLS");
  strbuf_append(sb, before);
  if (can_fetch && !(urls && *urls))
    strbuf_appendf(sb, "(or export DEBUGINFOD_URLS=%s) ", unnamed_server());
  strbuf_append(sb, "and then: memprof symbolize ");
  text_escape(sb, path);
  strbuf_append_char(sb, '\n');
}
