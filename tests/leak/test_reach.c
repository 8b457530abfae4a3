/* The marking against a plain model: random graphs of blocks in this process's own memory. */
#include "leak/reach.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

enum { N = 24, WORDS = 12, INSIDE = 40, GRAPHS = 3000, SPACE = 1 << 20 };

static uint64_t random_state = 88172645463325252ull;

/* xorshift64 (Marsaglia 2003), the seed his. */
static uint64_t draw(uint64_t below) {
  random_state ^= random_state << 13;
  random_state ^= random_state >> 7;
  random_state ^= random_state << 17;
  return random_state % below;
}

/* What was planted: from block i (N: from the root) to block j. */
struct graph {
  bool start[N + 1][N], inside[N + 1][N];
};

static char *space;
static uint64_t *root;

static uint64_t *block_at(unsigned i) {
  return (uint64_t *)(void *)(space + (i * 7 % N) * 4096 * 8 + i * 16);
}

static void plant(struct graph *graph, unsigned from, unsigned slot, unsigned to) {
  bool inside = draw(3) == 0;
  uint64_t *words = from == N ? root : block_at(from);
  words[slot] = (uint64_t)(uintptr_t)block_at(to) + (inside ? INSIDE : 0);
  (inside ? graph->inside : graph->start)[from][to] = true;
}

static void make(struct graph *graph, unsigned edges) {
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
                                                         .size = WORDS * 8}));
  assert_null(blocks_sort(&image->blocks));
  image->ranges = calloc(1, sizeof(*image->ranges));
  image->ranges[0] = (struct root_range){
      (uint64_t)(uintptr_t)root, (uint64_t)(uintptr_t)(root + WORDS), ROOT_GLOBALS, 0, "", false};
  image->n_ranges = 1;
}

static void test_random_graphs(void **state) {
  (void)state;
  for (unsigned i = 0; i < GRAPHS; i++) {
    struct graph graph;
    struct image image;
    make(&graph, 4 + i % 40);
    image_of(&image);
    assert_null(reach_mark(&image, &(struct reach_options){.roots = ROOTS_ALL}));
    check_graph(&image, &graph);
    image_deinit(&image);
  }
}

static void test_class_switched_off(void **state) {
  struct graph graph;
  struct image image;
  (void)state;
  make(&graph, 0);
  plant(&graph, N, 0, 3);
  root[0] = (uint64_t)(uintptr_t)block_at(3);
  image_of(&image);
  assert_null(
      reach_mark(&image, &(struct reach_options){.roots = ROOTS_ALL & ~(1u << ROOT_GLOBALS)}));
  assert_int_equal(image.blocks.data[blocks_find(&image.blocks, root[0])].state, BLOCK_UNREACHED);
  image_deinit(&image);
}

/* Many blocks in clusters far apart: each address finds its block as a plain search does. */
static void test_find(void **state) {
  enum { BLOCKS = 20000, LOOKS = 20000 };
  static struct live_object objects[BLOCKS];
  struct blocks blocks = {0};
  uint64_t at = 0x10000;
  (void)state;
  for (unsigned i = 0; i < BLOCKS; i++) {
    at += 16 * (1 + draw(20)) + (draw(500) ? 0 : draw(1ull << 38) & ~15ull);
    objects[i] = (struct live_object){.start = at, .size = draw(5) ? draw(200) : 0};
    at += objects[i].size;
    at = (at + 15) & ~15ull;
  }
  for (unsigned i = BLOCKS; i-- > 0;)
    assert_true(blocks_add(&blocks, &objects[(i * 7919u) % BLOCKS]));
  assert_null(blocks_sort(&blocks));
  assert_int_equal(blocks.count, BLOCKS);
  for (unsigned i = 0; i < LOOKS; i++) {
    const struct live_object *near = &objects[draw(BLOCKS)];
    uint64_t address = near->start + draw(400) - 100;
    uint32_t found = blocks_find(&blocks, address);
    const struct live_object *wanted = NULL;
    for (const struct live_object *o = near > objects + 8 ? near - 8 : objects;
         o < objects + BLOCKS && o <= near + 30; o++)
      if (address >= o->start && address < o->start + (o->size ? o->size : 1))
        wanted = o;
    if (wanted)
      assert_int_equal(blocks.data[found].start, wanted->start);
    else
      assert_int_equal(found, BLOCK_NONE);
  }
  blocks_deinit(&blocks);
}

/* As a recording lists them: SMALL in order, then others in none, below, between and above; one of
 * them at the place of one that is there. */
static void test_sorted_then_others(void **state) {
  enum { SMALL = 1000, OTHERS = 100 };
  struct blocks blocks = {0};
  (void)state;
  for (uint64_t i = 0; i < SMALL; i++)
    assert_true(blocks_add(&blocks, &(struct live_object){.start = 0x100000 + 64 * i, .size = 16}));
  for (uint64_t i = 0; i < OTHERS; i++)
    assert_true(blocks_add(
        &blocks, &(struct live_object){.start = 0x98020 + 0x2000 * (i * 37 % OTHERS), .size = 24}));
  assert_true(blocks_add(&blocks, &(struct live_object){.start = 0x100040, .size = 99}));
  assert_null(blocks_sort(&blocks));
  assert_int_equal(blocks.count, SMALL + OTHERS);
  for (size_t i = 1; i < blocks.count; i++)
    assert_true(blocks.data[i - 1].start < blocks.data[i].start);
  uint32_t kept = blocks_find(&blocks, 0x100040);
  assert_true(kept != BLOCK_NONE && blocks.data[kept].size == 16);
  for (uint64_t i = 0; i < OTHERS; i++)
    assert_true(blocks_find(&blocks, 0x98020 + 0x2000 * i + 23) != BLOCK_NONE);
  blocks_deinit(&blocks);
}

/* Words upwards, downwards and across a page that cannot be read, each as it is in memory. */
static void test_words_in_both_directions(void **state) {
  enum { PAGES = 5000, HOLE = 3000 };
  struct memory memory;
  size_t size = (size_t)PAGES * 4096;
  uint64_t *pages = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  (void)state;
  for (uint64_t i = 0; i < PAGES; i++)
    pages[i * 512 + 7] = i;
  mprotect(pages + HOLE * 512, 4096, PROT_NONE);
  assert_null(memory_open(getpid(), &memory));
  for (int turn = 0; turn < 4; turn++)
    for (uint64_t i = 0; i < PAGES; i++) {
      uint64_t word, page = turn % 2 ? PAGES - 1 - i : i;
      bool there = memory_word(&memory, (uint64_t)(uintptr_t)&pages[page * 512 + 7], &word);
      assert_int_equal(there, page != HOLE);
      if (there)
        assert_int_equal(word, page);
    }
  memory_close(&memory);
  munmap(pages, size);
}

/* Pages that cannot be read are passed over and counted; what lies around them is seen. */
static void count_words(void *context, const uint64_t *words, size_t n, uint64_t address) {
  (void)address;
  for (size_t i = 0; i < n; i++)
    *(uint64_t *)context += words[i];
}

static void test_unreadable(void **state) {
  struct memory memory;
  uint64_t sum = 0;
  size_t size = 64 * 4096;
  uint64_t *pages = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  (void)state;
  for (size_t i = 0; i < size / 8; i++)
    pages[i] = 1;
  mprotect(pages + 10 * 512, 4096, PROT_NONE);
  mprotect(pages + 40 * 512, 8192, PROT_NONE);
  assert_null(memory_open(getpid(), &memory));
  memory_scan(&memory, (uint64_t)(uintptr_t)pages, (uint64_t)(uintptr_t)pages + size, count_words,
              &sum);
  assert_int_equal(sum, 61 * 512);
  assert_int_equal(memory.unreadable, 3);
  memory_close(&memory);
  munmap(pages, size);
}

static void test_ranges(void **state) {
  struct ranges hidden = {0}, rest = {0};
  (void)state;
  assert_true(ranges_add(&hidden, 50, 60) && ranges_add(&hidden, 10, 20) &&
              ranges_add(&hidden, 15, 30) && ranges_add(&hidden, 60, 60));
  ranges_sort(&hidden);
  assert_int_equal(hidden.count, 2);
  assert_true(ranges_hold(&hidden, 29) && !ranges_hold(&hidden, 30) && ranges_hold(&hidden, 50) &&
              !ranges_hold(&hidden, 9));
  assert_true(ranges_add_rest(&rest, 0, 55, &hidden));
  ranges_sort(&rest);
  assert_int_equal(rest.count, 2);
  assert_int_equal(rest.data[0].end, 10);
  assert_int_equal(rest.data[1].start, 30);
  assert_int_equal(rest.data[1].end, 50);
  ranges_deinit(&hidden);
  ranges_deinit(&rest);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_random_graphs),
      cmocka_unit_test(test_class_switched_off),
      cmocka_unit_test(test_find),
      cmocka_unit_test(test_unreadable),
      cmocka_unit_test(test_ranges),
      cmocka_unit_test(test_sorted_then_others),
      cmocka_unit_test(test_words_in_both_directions),
  };
  space = mmap(NULL, SPACE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  root = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
