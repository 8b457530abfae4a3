/* The head of a profile with histories, for build_profile: the types that advice needs, a mapping, a
 * run of one second; and whether such a profile has an item of a rule. */
#pragma once

#include "advise/advise.h"
#include "base/strbuf.h"
#include "test.h"

#define HISTORY_TYPES                                                                              \
  "types alloc_objects/count alloc_space/bytes inuse_objects/count inuse_space/bytes "             \
  "peak_objects/count peak_space/bytes lifetime/nanoseconds temporary_objects/count "              \
  "temporary_space/bytes history_objects/count history_space/bytes freed_objects/count "           \
  "freed_space/bytes\nmapping 0x1000 0x9000 0 /bin/prog BUILD\nduration 1000000000\n"

static inline void assert_advises(const struct strbuf *profile_text, enum advice_rule rule,
                                  bool expected) {
  _cleanup_advice_ struct advice advice = {0};
  assert_false(strbuf_failed(profile_text));
  _cleanup_profile_ struct profile *profile = build_profile(profile_text->data);
  assert_ok(advise(profile, "test", ADVICE_MOST, &advice));
  bool found = false;
  for (size_t i = 0; i < advice.n_items; i++)
    found |= advice.items[i].rule == rule;
  assert_int_equal(found, expected);
}
