/* Sizes just above one that the allocator rounds to. glibc's malloc alone: other allocators have
 * other sizes, and the profile does not say which one it was. */
#include "advise/rules.h"
#include "model/allocator_names.h"

#include <math.h>
#include <string.h>

enum { FEWEST_LIVES = 8, MOST_ABOVE = 8, STEP = 16, SMALLEST = 25 };
#define LEAST_OF_ONE_SIZE 0.5
#define LEAST_PART 0.12

/* A container's node is not the program's to pack. */
static bool is_of_library(const struct rule_view *view) {
  struct site_frame frame;
  for (uint32_t k = 0; site_frame_at(view->all->profile, view->site->sample, k, &frame) &&
                       frame.function != view->site->frame.function;
       k++)
    if (strncmp(frame.function, "operator new", 12) != 0 &&
        allocator_name_is_library(frame.function))
      return true;
  return false;
}

bool rule_rounding(const struct rule_view *view, struct advice_item *item, struct strbuf *text) {
  const struct advise_site *site = view->site;
  const struct traits *traits = &view->traits;
  double size = traits->commonest, above = fmod(size + 8, STEP);
  if (site->lives.count < FEWEST_LIVES || size < SMALLEST ||
      traits->of_commonest < LEAST_OF_ONE_SIZE || above < 1 || above > MOST_ABOVE ||
      is_of_library(view))
    return false;
  double chunk = STEP * ceil((size + 8) / STEP);
  if (STEP / chunk < LEAST_PART)
    return false;
  item->bytes = site->peak_objects * traits->of_commonest * STEP;
  item->of = ADVICE_OF_PEAK;
  item->share = rule_memory_share(view, item->bytes);
  rule_append_count(text, site->peak_objects * traits->of_commonest);
  strbuf_appendf(text,
                 " objects of %.0f bytes take %.0f each at the peak: with %.0f bytes less they "
                 "take %.0f",
                 size, chunk, above, chunk - STEP);
  return true;
}
