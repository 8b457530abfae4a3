/* A profile cut off at every byte, and with every single bit of it flipped: each either reads as a
 * valid profile, on which everything then works, or is one clear error. Built with address and
 * undefined-behaviour sanitizers, which do the asserting. */
#include "model/prune.h"
#include "same_profile.h"
#include "test.h"
#include "wire.h"

#include "model/call_tree.h"
#include "model/diff.h"
#include "model/filter.h"
#include "model/graph.h"
#include "model/merge.h"
#include "pprof/decode.h"
#include "pprof/encode.h"
#include "pprof/gzip.h"

#include <stdio.h>

struct file {
  char *bytes;
  size_t n;
};

static struct file file;      /* as it is on disk */
static struct strbuf content; /* decompressed */

static int heap_load(void **state) {
  (void)state;
  FILE *f = fopen(TEST_DATA "/go-heap.pb.gz", "rb");
  file.bytes = malloc(1 << 20);
  file.n = f ? fread(file.bytes, 1, 1 << 20, f) : 0;
  return f && fclose(f) == 0 && file.n && !gzip_inflate(file.bytes, file.n, &content) ? 0 : -1;
}

static int heap_unload(void **state) {
  (void)state;
  free(file.bytes);
  strbuf_deinit(&content);
  return 0;
}

/* All that is done with a profile; errors are fine, they have to be errors and not crashes. */
static void profile_use(struct profile *profile) {
  _cleanup_profile_ struct profile *merged = NULL;
  _cleanup_graph_ struct graph *graph = NULL;
  _cleanup_call_tree_ struct call_tree *tree = NULL;
  _cleanup_diff_ struct diff *diff = NULL;
  void *bytes = NULL;
  size_t n;
  int type = profile_sample_type(profile, NULL);
  assert_valid_profile(profile);
  assert_ok(graph_create(profile, &(struct graph_options){.type = type, .granularity = GRAPH_LINES},
                         &graph));
  assert_ok(call_tree_create(profile, type, &tree));
  assert_ok(profile_merge((const struct profile *[]){profile, profile}, NULL, 2, &merged));
  assert_valid_profile(merged);
  error_destroy(diff_create(profile, merged, NULL, &diff));
  assert_ok(pprof_encode(merged, &bytes, &n));
  free(bytes);
  error_destroy(profile_prune(profile));
  assert_ok(
      profile_filter(profile, &(struct profile_filter){.hide = "main", .tagfocus = "1kb:"}, NULL));
  assert_valid_profile(profile);
}

/* Reads a heap copy of exactly n bytes, so that a read past the end is seen. Whether it was valid.
 */
static bool try_bytes(const char *bytes, size_t n) {
  char *copy = malloc(n);
  struct profile *profile = NULL;
  memcpy(copy, bytes, n);
  struct error *err = pprof_decode(copy, n, "hostile", &profile);
  free(copy);
  if (err) {
    assert_null(profile);
    assert_int_equal(err->code, ERROR_BAD_INPUT);
    assert_null(strchr(err->message, '\n'));
    error_destroy(err);
    return false;
  }
  profile_use(profile);
  profile_destroy(profile);
  return true;
}

static void cut_off_anywhere(void **state) {
  (void)state;
  for (size_t n = 0; n < file.n; n++)
    assert_false(try_bytes(file.bytes, n));
  assert_true(try_bytes(file.bytes, file.n));
}

/* Protobuf has no end mark, so a cut between two fields can be a profile. */
static void content_cut_off_anywhere(void **state) {
  (void)state;
  size_t n_valid = 0;
  for (size_t n = 0; n < content.length; n++)
    n_valid += try_bytes(content.data, n);
  assert_true(n_valid < content.length / 2);
  assert_true(try_bytes(content.data, content.length));
}

static void any_bit_flipped(void **state) {
  (void)state;
  size_t n_valid = 0;
  for (size_t bit = 0; bit < content.length * 8; bit++) {
    content.data[bit / 8] ^= (char)(1 << bit % 8);
    n_valid += try_bytes(content.data, content.length);
    content.data[bit / 8] ^= (char)(1 << bit % 8);
  }
  /* Values, lines and letters may be anything; tags, lengths and ids may not. */
  assert_in_range(n_valid, 1, content.length * 8 - 1);
}

static void any_bit_of_the_file_flipped(void **state) {
  (void)state;
  for (size_t bit = 0; bit < file.n * 8; bit++) {
    file.bytes[bit / 8] ^= (char)(1 << bit % 8);
    try_bytes(file.bytes, file.n);
    file.bytes[bit / 8] ^= (char)(1 << bit % 8);
  }
}

static void figures_at_the_end_of_the_scale(void **state) {
  (void)state;
  _cleanup_profile_ struct profile *profile =
      build_profile("types a_objects/count a_space/bytes\n"
                    "sample 9223372036854775807 9223372036854775807 | f;g;f;main | bytes=1 rate=9\n"
                    "sample 9223372036854775807 9223372036854775807 | g;f;main | bytes=1 rate=9\n"
                    "sample -9223372036854775808 -9223372036854775808 | h;i;main\n"
                    "sample -9223372036854775808 -9223372036854775808 | i;main\n");
  profile_use(profile);
  _cleanup_profile_ struct profile *low =
      build_profile("types a_space/bytes\nsample -9223372036854775808 | main\n");
  _cleanup_profile_ struct profile *high =
      build_profile("types a_space/bytes\nsample 9223372036854775807 | main\n");
  _cleanup_diff_ struct diff *diff = NULL;
  assert_ok(diff_create(low, high, NULL, &diff));
  assert_int_equal(diff->total.delta, INT64_MAX);
}

/* Larger than the reader's blocks of memory. */
static void a_large_message(void **state) {
  (void)state;
  enum { N = 50000 };
  struct strbuf sample = STRBUF_INIT, sb = STRBUF_INIT;
  put_varint(&sample, 1 << 3 | 2);
  put_varint(&sample, N);
  for (int i = 0; i < N; i++)
    put_varint(&sample, 1);
  put_number(&sample, 2, 7);
  put_string(&sb, 6, "");
  put_message(&sb, 1, NOTHING, NOTHING, NOTHING, NOTHING);
  put_message(&sb, 4, N(1, 1), NOTHING, NOTHING, NOTHING);
  put_bytes(&sb, 2, sample.data, sample.length);
  assert_true(try_bytes(sb.data, sb.length));
  strbuf_deinit(&sample);
  strbuf_deinit(&sb);
}

/* Four million empty labels are 8 MB, and would be 128 MB of labels. */
static void a_message_that_swells(void **state) {
  (void)state;
  struct strbuf sample = STRBUF_INIT, sb = STRBUF_INIT;
  for (int i = 0; i < 4 << 20; i++)
    strbuf_append_n(&sample, "\x1a\0", 2);
  put_number(&sample, 2, 7);
  put_string(&sb, 6, "");
  put_message(&sb, 1, NOTHING, NOTHING, NOTHING, NOTHING);
  put_bytes(&sb, 2, sample.data, sample.length);
  assert_false(try_bytes(sb.data, sb.length));
  strbuf_deinit(&sample);
  strbuf_deinit(&sb);
}

int main(void) {
  const struct CMUnitTest tests[] = {TEST(cut_off_anywhere),
                                     TEST(content_cut_off_anywhere),
                                     TEST(any_bit_flipped),
                                     TEST(any_bit_of_the_file_flipped),
                                     TEST(figures_at_the_end_of_the_scale),
                                     TEST(a_large_message),
                                     TEST(a_message_that_swells)};
  return cmocka_run_group_tests(tests, heap_load, heap_unload);
}
