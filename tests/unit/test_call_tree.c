#include "test.h"

#include "model/call_tree.h"
#include "model/error_bar.h"

#include <math.h>
#include <stdio.h>

/* "main 10/2(work 8/8)": name cum/flat(children). */
static void describe(const struct call_tree *tree, uint32_t index, char *out) {
  const struct call_tree_node *node = &tree->nodes[index];
  char own[200];
  snprintf(own, sizeof(own), "%s %lld/%lld", node->name, (long long)node->cum,
           (long long)node->flat);
  strcat(out, own);
  if (node->first_child == CALL_TREE_NONE)
    return;
  strcat(out, "(");
  for (uint32_t i = node->first_child; i != CALL_TREE_NONE; i = tree->nodes[i].next_sibling) {
    assert_int_equal(tree->nodes[i].parent, index);
    assert_true(i > index);
    assert_int_equal(tree->nodes[i].depth, node->depth + 1);
    describe(tree, i, out);
    strcat(out, tree->nodes[i].next_sibling == CALL_TREE_NONE ? "" : " ");
  }
  strcat(out, ")");
}

static void assert_tree(const char *text, const char *expected) {
  _cleanup_profile_ struct profile *profile = build_profile(text);
  _cleanup_call_tree_ struct call_tree *tree = NULL;
  assert_ok(call_tree_create(profile, 0, &tree));
  char description[2000] = "";
  describe(tree, 0, description);
  assert_string_equal(description, expected);
}

static void paths_share_their_beginnings(void **state) {
  (void)state;
  assert_tree("types space/bytes\n"
              "sample 1 | a;main\nsample 20 | b;main\nsample 4 | a<b;main\nsample 2 | main\n"
              "sample 5 | \nsample 0 | unseen",
              " 32/5(main 27/2(b 24/20(a 4/4) a 1/1))");
}

static void recursion_is_depth(void **state) {
  (void)state;
  assert_tree("types space/bytes\nsample 1 | r;r;r\nsample 2 | r", " 3/0(r 3/2(r 1/0(r 1/1)))");
}

static void siblings_of_a_weight_are_ordered_by_name(void **state) {
  (void)state;
  assert_tree("types space/bytes\nsample 1 | b\nsample 1 | c\nsample 1 | a\nsample -9 | d",
              " -6/0(d -9/-9 a 1/1 b 1/1 c 1/1)");
}

static void without_samples_there_is_a_root(void **state) {
  (void)state;
  assert_tree("types space/bytes", " 0/0");
}

static void variances_go_up(void **state) {
  (void)state;
  _cleanup_profile_ struct profile *profile =
      build_profile("types objects/count space/bytes\n"
                    "sample 10 1000 | f;main | bytes=100 rate=1000\n");
  _cleanup_call_tree_ struct call_tree *tree = NULL;
  assert_ok(call_tree_create(profile, 1, &tree));
  double variance = profile_sample_variance(profile, &profile->samples[0], 1);
  assert_true(variance > 0);
  assert_true(fabs(tree->nodes[0].cum_spread->variance / variance - 1) < 1e-9);
  assert_true(tree->nodes[0].flat_spread->variance == 0);
  assert_true(fabs(tree->nodes[2].flat_spread->variance / variance - 1) < 1e-9);
}

RUN(TEST(paths_share_their_beginnings), TEST(recursion_is_depth),
    TEST(siblings_of_a_weight_are_ordered_by_name), TEST(without_samples_there_is_a_root),
    TEST(variances_go_up))
