/* The marking against a plain model: random graphs of blocks in this process's own memory. */
#include "leak/reach.h"
#include "random.h"
#include "test.h"

#include <sys/mman.h>
#include <unistd.h>

enum { N = 24, WORDS = 12, INSIDE = 40, GRAPHS = 1000, SPACE = 1 << 20 };

/* The pointers that were planted: from block i (N: from the root) to block j. */
struct graph {
  bool start[N + 1][N], inside[N + 1][N];
};

static char *space;
static uint64_t *root;

/* Mirrored, the blocks lie the other way round. */
static bool mirrored;

static uint64_t *block_at(unsigned i) {
  unsigned place = mirrored ? N - 1 - i * 7 % N : i * 7 % N;
  return (uint64_t *)(void *)(space + place * 4096 * 8 + i * 16);
}

static void plant(struct graph *graph, unsigned from, unsigned slot, unsigned to) {
  bool inside = draw(3) == 0;
  uint64_t *words = from == N ? root : block_at(from);
  words[slot] = (uint64_t)(uintptr_t)block_at(to) + (inside ? INSIDE : 0);
  (inside ? graph->inside : graph->start)[from][to] = true;
}

static void graph_make(struct graph *graph, unsigned edges) {
  unsigned used[N + 1] = {0};
  memset(graph, 0, sizeof(*graph));
  memset(space, 0, SPACE);
  memset(root, 0, WORDS * 8);
  for (unsigned i = 0; i < edges; i++) {
    unsigned from = (unsigned)draw(N + 1);
    if (used[from] < WORDS)
      plant(graph, from, used[from]++, (unsigned)draw(N));
  }
}

/* Adds to `set` what its members lead to, by starts alone or by any pointer. */
static void close_over(const struct graph *graph, bool *set, const bool *barred, bool any) {
  for (bool changed = true; changed;) {
    changed = false;
    for (unsigned i = 0; i < N; i++)
      for (unsigned j = 0; set[i] && j < N; j++)
        if (!set[j] && !(barred && barred[j]) &&
            (graph->start[i][j] || (any && graph->inside[i][j])))
          changed = set[j] = true;
  }
}

static void model(const struct graph *graph, bool *reachable, bool *possible) {
  memset(reachable, 0, N);
  memset(possible, 0, N);
  for (unsigned j = 0; j < N; j++)
    reachable[j] = graph->start[N][j];
  close_over(graph, reachable, NULL, false);
  for (unsigned i = 0; i <= N; i++)
    for (unsigned j = 0; j < N; j++)
      if ((i == N || reachable[i]) && graph->inside[i][j] && !reachable[j])
        possible[j] = true;
  close_over(graph, possible, reachable, true);
}

/* Whether one lost block leads to another. */
static void lost_paths(const struct graph *graph, const bool *lost, bool path[N][N]) {
  for (unsigned i = 0; i < N; i++)
    for (unsigned j = 0; j < N; j++)
      path[i][j] = lost[i] && lost[j] && (graph->start[i][j] || graph->inside[i][j]);
  for (unsigned k = 0; k < N; k++)
    for (unsigned i = 0; i < N; i++)
      for (unsigned j = 0; j < N; j++)
        path[i][j] |= path[i][k] && path[k][j];
}

/* A group of blocks that lead to each other has one definitely lost block if no other lost block
 * leads to it, else none. */
static void check_leaders(const struct graph *graph, const struct block *const *blocks,
                          const bool *lost) {
  bool path[N][N];
  lost_paths(graph, lost, path);
  for (unsigned i = 0; i < N; i++) {
    unsigned leaders = 0;
    bool led = false;
    for (unsigned j = 0; lost[i] && j < N; j++) {
      bool together = i == j || (path[i][j] && path[j][i]);
      leaders += together && lost[j] && blocks[j]->state == BLOCK_UNREACHED;
      led |= lost[j] && path[j][i] && !together;
    }
    if (lost[i])
      assert_int_equal(leaders, led ? 0 : 1);
  }
}

static void check_graph(struct image *image, const struct graph *graph) {
  bool reachable[N], possible[N], lost[N];
  const struct block *blocks[N];
  model(graph, reachable, possible);
  for (unsigned i = 0; i < N; i++) {
    blocks[i] = &image->blocks.data[blocks_find(&image->blocks, (uint64_t)(uintptr_t)block_at(i))];
    lost[i] = !reachable[i] && !possible[i];
    if (reachable[i])
      assert_int_equal(blocks[i]->state, BLOCK_REACHABLE);
    else if (possible[i])
      assert_int_equal(blocks[i]->state, BLOCK_POSSIBLE);
    else
      assert_true(blocks[i]->state == BLOCK_UNREACHED || blocks[i]->state == BLOCK_INDIRECT);
  }
  check_leaders(graph, blocks, lost);
}

static void image_of(struct image *image) {
  memset(image, 0, sizeof(*image));
  assert_null(memory_open(getpid(), &image->memory));
  for (unsigned i = 0; i < N; i++)
    assert_true(
        blocks_add(&image->blocks, &(struct live_object){.start = (uint64_t)(uintptr_t)block_at(i),
                                                         .size = WORDS * 8,
                                                         .site = i}));
  assert_null(blocks_sort(&image->blocks));
  image->ranges = calloc(1, sizeof(*image->ranges));
  image->ranges[0] = (struct root_range){
      (uint64_t)(uintptr_t)root, (uint64_t)(uintptr_t)(root + WORDS), ROOT_GLOBALS, 0, "", false};
  image->n_ranges = 1;
}

static void blocks_are_marked_as_in_a_plain_model(void **state) {
  (void)state;
  for (unsigned i = 0; i < GRAPHS; i++) {
    struct graph graph;
    struct image image;
    graph_make(&graph, 4 + i % 40);
    image_of(&image);
    assert_null(reach_mark(&image, &(struct reach_options){.roots = ROOTS_ALL}));
    check_graph(&image, &graph);
    image_deinit(&image);
  }
}

struct verdict {
  unsigned state, owner; /* owner: the site of the lost block that a block counts for */
};

/* Builds the lost graph of these edges, each from / 32 to from % 32, and marks it. */
static void judge(const unsigned *edges, unsigned n, struct verdict *ret) {
  unsigned used[N] = {0};
  struct image image;
  memset(space, 0, SPACE);
  memset(root, 0, WORDS * 8);
  for (unsigned i = 0; i < n; i++) {
    unsigned from = edges[i] / 32, to = edges[i] % 32;
    if (used[from] < WORDS)
      block_at(from)[used[from]++] = (uint64_t)(uintptr_t)block_at(to);
  }
  image_of(&image);
  assert_null(reach_mark(&image, &(struct reach_options){.roots = ROOTS_ALL}));
  for (unsigned i = 0; i < N; i++) {
    uint32_t at = blocks_find(&image.blocks, (uint64_t)(uintptr_t)block_at(i));
    ret[i].state = image.blocks.data[at].state;
    while (image.blocks.data[at].state == BLOCK_INDIRECT)
      at = image.blocks.data[at].via;
    ret[i].owner = image.blocks.data[at].site;
  }
  image_deinit(&image);
}

static void what_counts_for_what_does_not_depend_on_addresses(void **state) {
  (void)state;
  for (unsigned i = 0; i < GRAPHS; i++) {
    unsigned edges[40], n = 4 + i % 36;
    struct verdict up[N], down[N];
    for (unsigned k = 0; k < n; k++)
      edges[k] = (unsigned)draw(N) * 32 + (unsigned)draw(N);
    judge(edges, n, up);
    mirrored = true;
    judge(edges, n, down);
    mirrored = false;
    for (unsigned k = 0; k < N; k++) {
      assert_int_equal(up[k].state, down[k].state);
      assert_int_equal(up[k].owner, down[k].owner);
    }
  }
}

/* 0 and 1 both lead to 2; 3 and 4 are a ring. */
static void the_first_of_a_ring_leads_and_the_last_of_two_leaders_counts(void **state) {
  static const unsigned edges[] = {0 * 32 + 2, 1 * 32 + 2, 3 * 32 + 4, 4 * 32 + 3};
  struct verdict verdicts[N];
  (void)state;
  judge(edges, 4, verdicts);
  assert_int_equal(verdicts[2].owner, 1);
  assert_int_equal(verdicts[3].state, BLOCK_UNREACHED);
  assert_int_equal(verdicts[4].owner, 3);
}

static void a_class_that_is_switched_off_is_no_root(void **state) {
  struct graph graph;
  struct image image;
  (void)state;
  graph_make(&graph, 0);
  plant(&graph, N, 0, 3);
  root[0] = (uint64_t)(uintptr_t)block_at(3);
  image_of(&image);
  assert_null(
      reach_mark(&image, &(struct reach_options){.roots = ROOTS_ALL & ~(1u << ROOT_GLOBALS)}));
  assert_int_equal(image.blocks.data[blocks_find(&image.blocks, root[0])].state, BLOCK_UNREACHED);
  image_deinit(&image);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(blocks_are_marked_as_in_a_plain_model),
      TEST(what_counts_for_what_does_not_depend_on_addresses),
      TEST(the_first_of_a_ring_leads_and_the_last_of_two_leaders_counts),
      TEST(a_class_that_is_switched_off_is_no_root),
  };
  space = mmap(NULL, SPACE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  root = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
