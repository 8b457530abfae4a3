/* libFuzzer target: each line is a comment of a profile, whose moments are read; those of all
 * its samples are written and read again. */
#include "fuzz.h"

#include "../unit/build_profile.h"
#include "model/moments_text.h"

#define PROFILE                                                                                    \
  "types alloc_space/bytes inuse_space/bytes\nsample 30 10 | a;main\nsample 500 0 | b;main\n"

static void read_again(const struct moments *m) {
  _cleanup_profile_ struct profile *profile = build_profile(PROFILE);
  _cleanup_moments_ struct moments again;
  must(!moments_write(m, profile));
  must(!moments_read(profile, &again));
  must(again.all.count == m->all.count && again.marks.count == m->marks.count &&
       again.others.count == m->others.count);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
  _cleanup_profile_ struct profile *profile = build_profile(PROFILE);
  _cleanup_moments_ struct moments m;
  char *text = strndup((const char *)bytes, n), *at = text, *line;
  while ((line = strsep(&at, "\n")))
    must(!profile_add_comment(profile, line));
  free(text);
  if (!refused(moments_read(profile, &m)) && m.all.count && moments_fit(profile))
    read_again(&m);
  return 0;
}
