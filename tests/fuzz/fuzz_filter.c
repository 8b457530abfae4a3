/* libFuzzer target: any lines are a profile's drop_frames and keep_frames, and the expressions of
 * --focus, --ignore, --hide, --show, --show-from, --tagfocus and --tagignore. A filter that is
 * refused leaves the profile as it was; one that applies makes no sample. */
#include "fuzz.h"

#include "../unit/build_profile.h"
#include "model/filter.h"
#include "model/prune.h"

static const char heap[] =
    "types alloc_objects/count alloc_space/bytes\n"
    "mapping 0x1000 0x9000 0 /usr/lib/libfoo.so.1 id1\n"
    "sample 2 200 | make_tree@src/tree.c:3%0+0x1010;main%0+0x1030 | bytes=100bytes thread='w'\n"
    "sample 3 30 | std::vector<int>::push_back(int const&)@a.h:7%0+0x1020;f;main | bytes=10bytes\n"
    "sample 5 50 | -%0+0x1040;aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa;main%0+0x1030 | rate=512\n";

static int64_t objects(const struct profile *profile) {
  int64_t sum = 0;
  for (size_t i = 0; i < profile->n_samples; i++)
    sum += profile->samples[i].values[0];
  return sum;
}

static void use_filter(const struct profile_filter *filter) {
  _cleanup_profile_ struct profile *profile = build_profile(heap);
  struct profile_filter_matched matched;
  int64_t before = objects(profile);
  if (refused(profile_filter(profile, filter, &matched)))
    must(objects(profile) == before);
  else
    must(objects(profile) <= before);
}

static void use_prune(const char *drop, const char *keep) {
  _cleanup_profile_ struct profile *profile = build_profile(heap);
  int64_t before = objects(profile);
  profile->drop_frames = drop;
  profile->keep_frames = keep;
  refused(profile_prune(profile));
  must(objects(profile) == before);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
  char *text = text_of(bytes, n), *rest = text;
  const char *lines[9];
  for (int i = 0; i < 9; i++) {
    const char *line = strsep(&rest, "\n");
    lines[i] = line ? line : "";
  }
  use_prune(lines[0], lines[1]);
  use_filter(&(struct profile_filter){lines[2], lines[3], lines[4], lines[5], lines[6], lines[7],
                                      lines[8]});
  free(text);
  return 0;
}
