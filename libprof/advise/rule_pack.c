/* Structs with holes: the order of the members that removes them, and what that saves. Only types
 * that the label `type` names, and whose layout the profile has (model/layout.h). */
#include "advise/rules.h"
#include "model/layout.h"

#include <math.h>
#include <string.h>

enum { MOST_NAMED = 24 };
#define LEAST_OF_TYPE 0.5

/* The part of the site's objects that have the type. */
static double part_of_type(const struct advise_site *site, const char *type) {
  double objects = 0;
  for (size_t i = 0; i < site->lives.count; i++)
    if (profile_sample_text(site->lives.data[i]->birth, PROFILE_LABEL_TYPE) == type)
      objects += site->lives.data[i]->objects;
  return site->objects > 0 ? objects / site->objects : 0;
}

static void append_order(struct strbuf *text, const struct layout *layout) {
  for (size_t i = 0; i < layout->n && i < MOST_NAMED; i++)
    strbuf_appendf(text, "%s%s", i ? ", " : "", layout->members[i].name);
  if (layout->n > MOST_NAMED)
    strbuf_append(text, ", ...");
}

/* An array of several objects is not rounded for each. */
static double saved_part(const struct layout *old, const struct layout *packed, bool array) {
  if (array)
    return 1 - (double)packed->size / (double)old->size;
  double now = rule_block((double)old->size);
  return (now - rule_block((double)packed->size)) / now;
}

static bool judge_layout(const struct rule_view *view, const struct layout *old, bool array,
                         double part, struct advice_item *item, struct strbuf *text) {
  struct layout packed = *old;
  layout_pack(&packed);
  const struct advise_site *site = view->site;
  double saved = saved_part(old, &packed, array);
  /* Figures of a profile are what was asked for, and a block is larger. */
  double larger = array ? 1 : rule_block((double)old->size) / (double)old->size;
  if (saved <= 0)
    return false;
  item->bytes = site->peak * part * larger * saved;
  item->of = ADVICE_OF_PEAK;
  item->share = rule_memory_share(view, item->bytes);
  strbuf_appendf(text, "%s has %.0f bytes, of which ", old->type, (double)old->size);
  strbuf_appendf(
      text, "%.0f are holes that another order does without: ", (double)(old->size - packed.size));
  append_order(text, &packed);
  strbuf_appendf(text, "; it then takes %.0f bytes, and of what is live now ", (double)packed.size);
  rule_append_bytes(text, site->inuse * part * larger * saved);
  strbuf_append(text, " would be saved");
  return true;
}

bool rule_pack(const struct rule_view *view, struct advice_item *item, struct strbuf *text) {
  struct arena arena = ARENA_INIT;
  struct layout layout;
  const char *label = view->type;
  size_t n = label ? strlen(label) : 0;
  bool array = n > 2 && !strcmp(label + n - 2, "[]");
  double part = label ? part_of_type(view->site, label) : 0;
  char *type = label ? arena_strndup(&arena, label, array ? n - 2 : n) : NULL;
  bool found = type && part >= LEAST_OF_TYPE &&
               layout_find(view->all->profile, type, &arena, &layout) &&
               judge_layout(view, &layout, array, part, item, text);
  arena_deinit(&arena);
  return found;
}
