#include "test.h"

#include "model/error_bar.h"
#include "model/graph.h"

#include <math.h>

static const char *const PROFILE =
    "types objects/count space/bytes\n"
    "mapping 0x1000 0x2000 0 /usr/lib/libfoo.so aa\n"
    "sample 1 100 | alloc@a.c:5%0+0x1010;work@w.c:3%0+0x1020;main@m.c:1%0+0x1030\n"
    "sample 1 40 | alloc@a.c:5%0+0x1010;main@m.c:2%0+0x1038\n"
    "sample 1 30 | inl@i.h:9<work@w.c:4%0+0x1028;main@m.c:1%0+0x1030\n"
    "sample 1 7 | rec@r.c:1%0+0x1040;rec@r.c:1%0+0x1040;work@w.c:3%0+0x1020;rec@r.c:1%0+0x1040\n"
    "sample 1 5 | -%0+0x1050;main@m.c:1%0+0x1030\n"
    "sample 1 3 | \n"
    "sample 1 0 | unseen@u.c\n";

static struct graph *graph_of(const struct profile *profile, enum graph_granularity granularity,
                              enum graph_order order) {
  struct graph *graph = NULL;
  struct graph_options options = {.type = 1, .granularity = granularity, .order = order};
  assert_ok(graph_create(profile, &options, &graph));
  return graph;
}

static const struct graph_node *node(const struct graph *graph, const char *name) {
  for (size_t i = 0; i < graph->n_nodes; i++)
    if (strcmp(graph->nodes[i].name, name) == 0)
      return &graph->nodes[i];
  fail_msg("no node %s", name);
  return NULL;
}

static void assert_node(const struct graph *graph, const char *name, int64_t flat, int64_t cum) {
  const struct graph_node *found = node(graph, name);
  assert_int_equal(found->flat, flat);
  assert_int_equal(found->cum, cum);
}

static int64_t edge_weight(const struct graph *graph, const char *caller, const char *callee) {
  for (size_t i = 0; i < graph->n_edges; i++)
    if (&graph->nodes[graph->edges[i].caller] == node(graph, caller) &&
        &graph->nodes[graph->edges[i].callee] == node(graph, callee))
      return graph->edges[i].weight;
  return 0;
}

static void flat_and_cum_by_function(void **state) {
  (void)state;
  _cleanup_profile_ struct profile *profile = build_profile(PROFILE);
  _cleanup_graph_ struct graph *graph = graph_of(profile, GRAPH_FUNCTIONS, GRAPH_BY_FLAT);
  assert_int_equal(graph->total, 185);
  assert_int_equal(graph->n_nodes, 6);
  assert_node(graph, "alloc", 140, 140);
  assert_node(graph, "inl", 30, 30);
  assert_node(graph, "work", 0, 137);
  assert_node(graph, "main", 0, 175);
  assert_node(graph, "rec", 7, 7); /* three times in the stack, counted once */
  assert_node(graph, "[libfoo.so]", 5, 5);
}

static void order_is_total(void **state) {
  (void)state;
  _cleanup_profile_ struct profile *profile = build_profile(PROFILE);
  _cleanup_graph_ struct graph *flat = graph_of(profile, GRAPH_FUNCTIONS, GRAPH_BY_FLAT);
  static const char *const by_flat[] = {"alloc", "inl", "rec", "[libfoo.so]", "main", "work"};
  for (size_t i = 0; i < 6; i++)
    assert_string_equal(flat->nodes[i].name, by_flat[i]);
  _cleanup_graph_ struct graph *cum = graph_of(profile, GRAPH_FUNCTIONS, GRAPH_BY_CUM);
  static const char *const by_cum[] = {"main", "alloc", "work", "inl", "rec", "[libfoo.so]"};
  for (size_t i = 0; i < 6; i++)
    assert_string_equal(cum->nodes[i].name, by_cum[i]);
}

static void equal_figures_are_ordered_by_name(void **state) {
  (void)state;
  _cleanup_profile_ struct profile *profile = build_profile(
      "types o/count s/bytes\nsample 1 5 | b\nsample 1 -5 | a\nsample 1 5 | c\nsample 1 6 | d");
  _cleanup_graph_ struct graph *graph = graph_of(profile, GRAPH_FUNCTIONS, GRAPH_BY_FLAT);
  static const char *const names[] = {"d", "a", "b", "c"};
  for (size_t i = 0; i < 4; i++)
    assert_string_equal(graph->nodes[i].name, names[i]);
}

static void edges_say_who_called_whom(void **state) {
  (void)state;
  _cleanup_profile_ struct profile *profile = build_profile(PROFILE);
  _cleanup_graph_ struct graph *graph = graph_of(profile, GRAPH_FUNCTIONS, GRAPH_BY_FLAT);
  assert_int_equal(edge_weight(graph, "main", "work"), 130);
  assert_int_equal(edge_weight(graph, "main", "alloc"), 40);
  assert_int_equal(edge_weight(graph, "work", "alloc"), 100);
  assert_int_equal(edge_weight(graph, "work", "inl"), 30);
  assert_int_equal(edge_weight(graph, "rec", "work"), 7);
  assert_int_equal(edge_weight(graph, "work", "rec"), 7);
  assert_int_equal(edge_weight(graph, "rec", "rec"), 0); /* no edge to itself */
  const struct graph_node *main_node = node(graph, "main");
  assert_int_equal(main_node->n_callers, 0);
  assert_int_equal(main_node->n_callees, 3);
  assert_int_equal(graph->edges[main_node->callees[0]].weight, 130);
  assert_int_equal(graph->edges[main_node->callees[1]].weight, 40);
  assert_int_equal(graph->edges[main_node->callees[2]].weight, 5);
  const struct graph_node *alloc = node(graph, "alloc");
  assert_int_equal(alloc->n_callers, 2);
  assert_ptr_equal(&graph->nodes[graph->edges[alloc->callers[0]].caller], node(graph, "work"));
}

static void a_cycle_counts_an_edge_once(void **state) {
  (void)state;
  _cleanup_profile_ struct profile *profile =
      build_profile("types o/count s/bytes\nsample 1 4 | a;b;a;b;a;main");
  _cleanup_graph_ struct graph *graph = graph_of(profile, GRAPH_FUNCTIONS, GRAPH_BY_FLAT);
  assert_int_equal(edge_weight(graph, "a", "b"), 4);
  assert_int_equal(edge_weight(graph, "b", "a"), 4);
  assert_int_equal(graph->n_edges, 3);
}

static void edges_of_a_weight_are_ordered_by_name(void **state) {
  (void)state;
  _cleanup_profile_ struct profile *profile =
      build_profile("types o/count s/bytes\nsample 1 5 | b;m\nsample 1 5 | c;m\nsample 1 5 | a;m\n"
                    "sample 1 1 | a\nsample 1 2 | b");
  _cleanup_graph_ struct graph *graph = graph_of(profile, GRAPH_FUNCTIONS, GRAPH_BY_FLAT);
  const struct graph_node *m = node(graph, "m");
  static const char *const names[] = {"a", "b", "c"};
  for (size_t i = 0; i < 3; i++)
    assert_string_equal(graph->nodes[graph->edges[m->callees[i]].callee].name, names[i]);
}

static void inlined_calls_are_marked(void **state) {
  (void)state;
  _cleanup_profile_ struct profile *profile = build_profile(
      "types o/count s/bytes\nsample 1 1 | a<b;c\nsample 1 1 | x<y\nsample 1 1 | x;y");
  _cleanup_graph_ struct graph *graph = graph_of(profile, GRAPH_FUNCTIONS, GRAPH_BY_FLAT);
  assert_true(graph->edges[node(graph, "a")->callers[0]].is_inline);
  assert_false(graph->edges[node(graph, "b")->callers[0]].is_inline);
  assert_false(graph->edges[node(graph, "x")->callers[0]].is_inline); /* only sometimes */
}

static void without_inlines_the_function_has_the_figures(void **state) {
  (void)state;
  _cleanup_profile_ struct profile *profile = build_profile(PROFILE);
  _cleanup_graph_ struct graph *graph = NULL;
  struct graph_options options = {.type = 1, .no_inlines = true};
  assert_ok(graph_create(profile, &options, &graph));
  assert_node(graph, "work", 30, 137);
  assert_int_equal(graph->n_nodes, 5);
}

static void by_file_line_and_address(void **state) {
  (void)state;
  _cleanup_profile_ struct profile *profile = build_profile(PROFILE);
  _cleanup_graph_ struct graph *files = graph_of(profile, GRAPH_FILES, GRAPH_BY_FLAT);
  assert_node(files, "w.c", 0, 137);
  assert_node(files, "a.c", 140, 140);
  _cleanup_graph_ struct graph *lines = graph_of(profile, GRAPH_LINES, GRAPH_BY_CUM);
  /* main at line 1 and at line 2; work at 3 and 4. */
  assert_int_equal(lines->n_nodes, 8);
  assert_string_equal(lines->nodes[0].name, "alloc");
  assert_string_equal(lines->nodes[1].name, "main");
  assert_int_equal(lines->nodes[1].line, 1);
  assert_int_equal(lines->nodes[1].cum, 135);
  assert_string_equal(lines->nodes[1].file, "m.c");
  _cleanup_graph_ struct graph *addresses = graph_of(profile, GRAPH_ADDRESSES, GRAPH_BY_FLAT);
  assert_int_equal(node(addresses, "[libfoo.so]")->address, 0x1050);
  assert_int_equal(addresses->nodes[0].address, 0x1010);
}

static void variances_add_up_like_the_figures(void **state) {
  (void)state;
  _cleanup_profile_ struct profile *profile =
      build_profile("types objects/count space/bytes\n"
                    "sample 10 1000 | f;f;main | bytes=100 rate=1000\n"
                    "sample 3 900 | g;main | bytes=300 rate=1000\n");
  _cleanup_graph_ struct graph *graph = graph_of(profile, GRAPH_FUNCTIONS, GRAPH_BY_FLAT);
  double f = profile_sample_variance(profile, &profile->samples[0], 1);
  double g = profile_sample_variance(profile, &profile->samples[1], 1), tiny = 1e-9 * (f + g);
  assert_true(f > 0 && g > 0);
  assert_true(fabs(node(graph, "f")->flat_spread->variance - f) < tiny);
  assert_true(fabs(node(graph, "f")->cum_spread->variance - f) < tiny);
  assert_true(fabs(node(graph, "main")->cum_spread->variance - (f + g)) < tiny);
  assert_true(node(graph, "main")->flat_spread->variance == 0);
  assert_true(fabs(graph->total_spread.variance - (f + g)) < tiny);
  assert_true(fabs(graph->edges[node(graph, "g")->callers[0]].spread->variance - g) < tiny);
}

static void without_edges_the_figures_are_the_same(void **state) {
  (void)state;
  _cleanup_profile_ struct profile *profile = build_profile(PROFILE);
  _cleanup_graph_ struct graph *graph = NULL;
  assert_ok(graph_create(profile, &(struct graph_options){.type = 1, .no_edges = true}, &graph));
  assert_int_equal(graph->n_edges, 0);
  assert_int_equal(node(graph, "main")->n_callees, 0);
  assert_node(graph, "work", 0, 137);
  assert_node(graph, "alloc", 140, 140);
}

static void a_wrong_type_is_told(void **state) {
  (void)state;
  _cleanup_profile_ struct profile *profile = build_profile(PROFILE);
  struct graph *graph = NULL;
  for (int type = -1; type <= 2; type += 3)
    assert_error(graph_create(profile, &(struct graph_options){.type = type}, &graph),
                 ERROR_BAD_INPUT, "sample type");
}

RUN(TEST(flat_and_cum_by_function), TEST(order_is_total), TEST(equal_figures_are_ordered_by_name),
    TEST(edges_say_who_called_whom), TEST(inlined_calls_are_marked),
    TEST(a_cycle_counts_an_edge_once), TEST(edges_of_a_weight_are_ordered_by_name),
    TEST(without_inlines_the_function_has_the_figures), TEST(by_file_line_and_address),
    TEST(variances_add_up_like_the_figures), TEST(without_edges_the_figures_are_the_same),
    TEST(a_wrong_type_is_told))
