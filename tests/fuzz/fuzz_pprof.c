/* libFuzzer target: any bytes are read as a pprof file, and everything is done with what comes out.
 */
#include "model/call_tree.h"
#include "model/diff.h"
#include "model/filter.h"
#include "model/graph.h"
#include "model/merge.h"
#include "model/prune.h"
#include "pprof/decode.h"
#include "pprof/encode.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

/* For what cannot fail on a profile that was read. */
static void must(struct error *err) {
  if (err && err->code != ERROR_NO_MEMORY)
    abort();
}

static void use_reports(const struct profile *profile) {
  int type = profile_sample_type(profile, NULL);
  for (int granularity = GRAPH_FUNCTIONS; granularity <= GRAPH_ADDRESSES; granularity++) {
    struct graph *graph = NULL;
    struct graph_options options = {.type = type,
                                    .granularity = (enum graph_granularity)granularity,
                                    .no_inlines = granularity == GRAPH_FILES};
    must(graph_create(profile, &options, &graph));
    graph_destroy(graph);
  }
  struct call_tree *tree = NULL;
  must(call_tree_create(profile, type, &tree));
  call_tree_destroy(tree);
}

/* A profile that was read has to survive being written and read again. */
static void use_round_trip(const struct profile *profile) {
  _cleanup_profile_ struct profile *again = NULL;
  void *encoded = NULL;
  size_t n;
  must(pprof_encode(profile, &encoded, &n));
  must(pprof_decode(encoded, n, "again", &again));
  if (again &&
      (again->n_samples != profile->n_samples || again->n_locations != profile->n_locations ||
       again->n_sample_types != profile->n_sample_types))
    abort();
  free(encoded);
}

static void use_merge(struct profile *profile) {
  _cleanup_profile_ struct profile *merged = NULL, *difference = NULL;
  struct diff *diff = NULL;
  must(profile_merge((const struct profile *[]){profile, profile}, NULL, 2, &merged));
  must(profile_subtract(merged, profile, &difference));
  use_round_trip(merged);
  /* Two types of one name and different units are a reason to refuse. */
  error_destroy(diff_create(profile, merged, NULL, &diff));
  diff_destroy(diff);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
  struct profile *profile = NULL;
  struct error *err = pprof_decode(bytes, n, "fuzz", &profile);
  if (err) {
    if (strchr(err->message, '\n') || profile)
      abort();
    error_destroy(err);
    return 0;
  }
  use_round_trip(profile);
  use_reports(profile);
  use_merge(profile);
  error_destroy(profile_prune(profile)); /* drop_frames may be no regular expression */
  struct profile_filter filter = {.hide = "a", .show_from = "m", .tagfocus = ":4kb"};
  must(profile_filter(profile, &filter, NULL));
  use_reports(profile);
  profile_destroy(profile);
  return 0;
}
