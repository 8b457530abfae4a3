/* libFuzzer target: any text is a file of suppressions. One that is read is applied to a profile of
 * three leaks: what it suppresses is moved, and nothing is lost or made. */
#include "fuzz.h"

#include "../unit/build_profile.h"
#include "leak/suppress.h"

static const char leaks[] =
    "types definite_objects/count definite_space/bytes indirect_objects/count indirect_space/bytes "
    "possible_objects/count possible_space/bytes reachable_objects/count reachable_space/bytes "
    "suppressed_objects/count suppressed_space/bytes\n"
    "mapping 0x1000 0x9000 0 /usr/lib/libfoo.so.1 id1\n"
    "sample 2 200 0 0 0 0 0 0 0 0 | make_tree@src/tree.c:3%0+0x1010;main%0+0x1030 | site=1\n"
    "sample 0 0 3 30 1 10 0 0 0 0 | a::b<c@src/tree.h:7%0+0x1020;main%0+0x1030 | site=2\n"
    "sample 0 0 0 0 0 0 5 50 0 0 | -%0+0x1040;main%0+0x1030 | site=3\n";
enum { ALL_OBJECTS = 11, ALL_BYTES = 290 };

static void must_be_whole(const struct profile *profile) {
  int64_t sums[2] = {0, 0};
  for (size_t i = 0; i < profile->n_samples; i++)
    for (size_t k = 0; k < profile->n_sample_types; k++) {
      must(profile->samples[i].values[k] >= 0);
      sums[k % 2] += profile->samples[i].values[k];
    }
  must(sums[0] == ALL_OBJECTS && sums[1] == ALL_BYTES);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
  struct suppressions suppressions = {0};
  char *text = text_of(bytes, n);
  if (!refused(suppressions_parse(&suppressions, text, n, "fuzz"))) {
    _cleanup_profile_ struct profile *profile = build_profile(leaks);
    must(!refused(suppressions_apply(&suppressions, profile)));
    must_be_whole(profile);
  }
  suppressions_deinit(&suppressions);
  free(text);
  return 0;
}
