/* The marking against a naive one, on random heaps: blocks of all sizes, full of pointers to starts,
 * to the inside and past the end, and of what heuristics take for a start. The naive marking reads
 * the same memory, knows the rules from leak/reach.h and leak/heuristic.h alone, and looks at
 * everything until nothing changes.
 *
 * 2000 heaps have fixed seeds and 200 random ones. A failure names the seed; SEED=N makes that heap
 * alone. */
#include "leak/reach.h"
#include "random.h"
#include "test.h"

#include <inttypes.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <unistd.h>

enum {
  N = 40,
  ROOTS = 12,
  WORD = 8,
  LARGEST = 160,
  SPACE = N * 512,
  VTABLE_WORD = 25,
  VTABLE_LOOK = 20
};
enum { FIXED_HEAPS = 2000, RANDOM_HEAPS = 200 };

enum kind { LOST, POSSIBLE, REACHABLE };

struct heap {
  uint64_t seed;
  unsigned n;
  uint64_t start[N], size[N];
  bool ignored[N], opaque[N], unaligned, aligns;
  uint64_t opaque_word;
  enum kind kind[N];
};

static char *space;    /* of the blocks */
static uint64_t *root; /* ROOTS words */
static char *vtable;   /* a page of a file, whose word VTABLE_WORD points to code */
static const uint64_t code = 0x10000;

static uint64_t get_word(uint64_t address) {
  uint64_t word;
  memcpy(&word, (const void *)(uintptr_t)address, sizeof(word));
  return word;
}

static void put_word(uint64_t address, uint64_t word) {
  memcpy((void *)(uintptr_t)address, &word, sizeof(word));
}

/* Making a heap. */

/* A pointer to a block: mostly to its start, else to any of its bytes or one past its end. */
static uint64_t heap_pointer(const struct heap *heap) {
  unsigned i = (unsigned)draw(heap->n);
  static const uint64_t liked[] = {1, WORD, 2 * WORD, 3 * WORD};
  uint64_t at = draw(2) ? 0 : draw(2) ? liked[draw(4)] : draw(heap->size[i] + 1);
  return heap->start[i] + at;
}

static uint64_t heap_word(const struct heap *heap) {
  return draw(3) ? draw(2) ? 0 : draw(20) : heap_pointer(heap);
}

/* The first words of a block as one of the heuristics expects them. */
static void head_block(const struct heap *heap, unsigned i) {
  uint64_t start = heap->start[i], size = heap->size[i];
  static const uint64_t counts[] = {1, 2, 3, 0};
  if (size < 4 * WORD)
    return;
  switch (draw(6)) {
  case 0: /* std::string */
    put_word(start, draw(size));
    put_word(start + WORD, size - 3 * WORD - 1);
    break;
  case 1: /* a length */
    put_word(start, size - WORD);
    break;
  case 2: /* new[] */
    put_word(start, counts[draw(4)]);
    break;
  case 3: /* two base classes */
    put_word(start, (uint64_t)(uintptr_t)vtable + 6 * WORD);
    put_word(start + 2 * WORD, (uint64_t)(uintptr_t)vtable + draw(30) * WORD);
    break;
  default:
    break;
  }
}

static void fill_block(const struct heap *heap, unsigned i) {
  for (uint64_t at = 0; at + WORD <= heap->size[i]; at += WORD)
    put_word(heap->start[i] + at, heap_word(heap));
  head_block(heap, i);
  if (heap->unaligned && heap->size[i] >= 2 * WORD)
    put_word(heap->start[i] + 1 + draw(heap->size[i] - 2 * WORD + 1), heap_pointer(heap));
}

static void heap_make(struct heap *heap, uint64_t seed) {
  static const uint64_t sizes[] = {0, WORD, 3 * WORD};
  memset(heap, 0, sizeof(*heap));
  random_state = seed * 2 + 1;
  for (int i = 0; i < 20; i++) /* small seeds have small numbers at first */
    draw(2);
  heap->seed = seed;
  heap->n = 2 + (unsigned)draw(N - 1);
  heap->unaligned = !draw(4);
  heap->aligns = !draw(4);
  uint64_t at = (uint64_t)(uintptr_t)space;
  for (unsigned i = 0; i < heap->n; i++) {
    heap->start[i] = at;
    heap->size[i] = draw(3) ? 1 + draw(LARGEST) : sizes[draw(3)];
    heap->ignored[i] = !draw(20);
    at += (heap->size[i] + 16 + draw(3) * 16) / 16 * 16;
  }
  memset(space, 0, SPACE);
  for (unsigned i = 0; i < heap->n; i++)
    fill_block(heap, i);
  for (int i = 0; i < ROOTS; i++)
    root[i] = draw(3) ? 0 : heap_pointer(heap);
  heap->opaque_word = draw(2) ? 0 : heap_pointer(heap);
}

/* The naive marking. */

static bool naive_is_vtable(uint64_t address) {
  uint64_t at = address - (uint64_t)(uintptr_t)vtable;
  return at < MEMORY_PAGE && at % WORD == 0 && at / WORD <= VTABLE_WORD &&
         at / WORD + VTABLE_LOOK > VTABLE_WORD;
}

static bool naive_is_start(uint64_t start, uint64_t size, uint64_t at) {
  uint64_t first = size >= WORD ? get_word(start) : 0;
  uint64_t second = size >= 2 * WORD ? get_word(start + WORD) : 0;
  bool string = at == 3 * WORD && first <= second && second + 3 * WORD + 1 == size;
  bool length = at == WORD && first && first + WORD == size;
  bool array = at == WORD && first && first <= size - WORD && (size - WORD) % first == 0;
  bool base = at % WORD == 0 && at + WORD <= size && naive_is_vtable(first) &&
              naive_is_vtable(get_word(start + at));
  return at == 0 || string || length || array || base;
}

/* The block that a word points to, or -1. `from` is the block that holds it, or -1. */
static int naive_target(const struct heap *heap, int from, uint64_t word, bool *is_start) {
  for (unsigned i = 0; i < heap->n; i++) {
    uint64_t at = word - heap->start[i], size = heap->size[i];
    if (at >= size && at)
      continue;
    bool node = from >= 0 && at == 1 && size == 3 * WORD && heap->size[from] == 3 * WORD &&
                get_word(heap->start[from] + WORD) == word;
    *is_start = node || naive_is_start(heap->start[i], size, at);
    return (int)i;
  }
  for (unsigned i = 0; i < heap->n; i++)
    if (heap->size[i] == WORD && word == heap->start[i] + WORD && !get_word(heap->start[i])) {
      *is_start = true;
      return (int)i;
    }
  return -1;
}

typedef bool naive_fn(struct heap *heap, int target, bool is_start);

/* Calls `found` for each pointer of a region; whether any call changed anything. */
static bool naive_scan(struct heap *heap, int from, uint64_t start, uint64_t size,
                       naive_fn *found) {
  bool changed = false, is_start;
  uint64_t whole = size / WORD * WORD;
  for (uint64_t at = 0; at + WORD <= whole; at += heap->unaligned ? 1 : WORD) {
    int target = naive_target(heap, from, get_word(start + at), &is_start);
    if (target >= 0)
      changed |= found(heap, target, is_start || (from < 0 && heap->aligns));
  }
  return changed;
}

static bool naive_raise(struct heap *heap, int target, enum kind kind) {
  bool raises = heap->kind[target] < kind;
  if (raises)
    heap->kind[target] = kind;
  return raises;
}

static bool naive_reach(struct heap *heap, int target, bool is_start) {
  return is_start && naive_raise(heap, target, REACHABLE);
}

static bool naive_suspect(struct heap *heap, int target, bool is_start) {
  (void)is_start;
  return naive_raise(heap, target, POSSIBLE);
}

/* Follows the contents of all blocks of these kinds until nothing changes. */
static void naive_close(struct heap *heap, enum kind least, naive_fn *found) {
  bool changed = true;
  while (changed) {
    changed = naive_scan(heap, -1, (uint64_t)(uintptr_t)root, ROOTS * WORD, found);
    for (unsigned i = 0; i < heap->n; i++)
      if (heap->kind[i] >= least && !heap->opaque[i])
        changed |= naive_scan(heap, (int)i, heap->start[i], heap->size[i], found);
  }
}

static void naive_mark(struct heap *heap) {
  bool is_start;
  int opaque = naive_target(heap, -1, heap->opaque_word, &is_start);
  if (opaque >= 0) {
    heap->opaque[opaque] = true;
    heap->kind[opaque] = REACHABLE;
  }
  for (unsigned i = 0; i < heap->n; i++)
    if (heap->ignored[i])
      heap->kind[i] = REACHABLE;
  naive_close(heap, REACHABLE, naive_reach);
  naive_close(heap, POSSIBLE, naive_suspect);
}

/* Comparing. */

static void image_of(const struct heap *heap, struct image *image) {
  memset(image, 0, sizeof(*image));
  assert_null(memory_open(getpid(), &image->memory));
  for (unsigned i = 0; i < heap->n; i++)
    assert_true(blocks_add(
        &image->blocks,
        &(struct live_object){.start = heap->start[i], .size = heap->size[i], .site = i}));
  assert_null(blocks_sort(&image->blocks));
  for (unsigned i = 0; i < heap->n; i++) {
    image->blocks.data[i].ignored = heap->ignored[i];
    image->blocks.any_ignored |= heap->ignored[i];
  }
  uint64_t table = (uint64_t)(uintptr_t)vtable, roots = (uint64_t)(uintptr_t)root;
  const struct mapping mappings[] = {
      {.start = code, .end = 2 * code, .flags = MAPPING_READ | MAPPING_EXECUTE, .path = "a"},
      {.start = table, .end = table + MEMORY_PAGE, .flags = MAPPING_READ, .inode = 1, .path = "a"},
  };
  assert_true(maps_add(&image->maps, &mappings[0]) && maps_add(&image->maps, &mappings[1]));
  image->ranges = calloc(1, sizeof(*image->ranges));
  image->ranges[0] = (struct root_range){.start = roots,
                                         .end = roots + ROOTS * WORD,
                                         .class = ROOT_GLOBALS,
                                         .path = "",
                                         .aligns = heap->aligns};
  image->n_ranges = 1;
  image->words = calloc(1, sizeof(*image->words));
  image->words[0] =
      (struct root_word){.value = heap->opaque_word, .class = ROOT_STACKS, .opaque = true};
  image->n_words = 1;
}

/* path[i][j]: lost block i leads to lost block j. */
static bool path[N][N];

static void find_paths(struct heap *heap) {
  bool is_start;
  memset(path, 0, sizeof(path));
  for (unsigned i = 0; i < heap->n; i++)
    for (uint64_t at = 0; at + WORD <= heap->size[i] / WORD * WORD;
         at += heap->unaligned ? 1 : WORD) {
      int target = naive_target(heap, (int)i, get_word(heap->start[i] + at), &is_start);
      if (target >= 0 && heap->kind[i] == LOST && heap->kind[target] == LOST)
        path[i][target] = true;
    }
  for (unsigned k = 0; k < heap->n; k++)
    for (unsigned i = 0; i < heap->n; i++)
      for (unsigned j = 0; j < heap->n; j++)
        path[i][j] |= path[i][k] && path[k][j];
}

/* One of the blocks that lead to each other is definitely lost, if no other leads to them; the rest
 * are lost indirectly. */
static void check_lost(const struct heap *heap, const struct block *blocks, unsigned i) {
  unsigned definite = 0;
  bool led = false;
  for (unsigned j = 0; j < heap->n; j++) {
    bool together = i == j || (path[i][j] && path[j][i]);
    definite += together && blocks[j].state == BLOCK_UNREACHED;
    led |= path[j][i] && !together;
  }
  if (definite != !led || (blocks[i].state != BLOCK_UNREACHED && blocks[i].state != BLOCK_INDIRECT))
    fail_msg("SEED=%" PRIu64 ": lost block %u: state %u, %u definitely lost with it, %s others",
             heap->seed, i, (unsigned)blocks[i].state, definite, led ? "led to by" : "without");
}

static void check_heap(uint64_t seed) {
  static const unsigned states[] = {[POSSIBLE] = BLOCK_POSSIBLE, [REACHABLE] = BLOCK_REACHABLE};
  struct heap heap;
  struct image image;
  heap_make(&heap, seed);
  naive_mark(&heap);
  find_paths(&heap);
  image_of(&heap, &image);
  assert_null(reach_mark(&image, &(struct reach_options){ROOTS_ALL, heap.unaligned}));
  for (unsigned i = 0; i < heap.n; i++)
    if (heap.kind[i] == LOST)
      check_lost(&heap, image.blocks.data, i);
    else if (image.blocks.data[i].state != states[heap.kind[i]])
      fail_msg("SEED=%" PRIu64 ": block %u of %" PRIu64 " bytes: state %u, by the naive marking %u",
               seed, i, heap.size[i], (unsigned)image.blocks.data[i].state, states[heap.kind[i]]);
  image_deinit(&image);
}

static void heaps_with_fixed_seeds(void **state) {
  const char *seed = getenv("SEED");
  (void)state;
  if (seed)
    check_heap(strtoull(seed, NULL, 10));
  for (uint64_t i = 1; !seed && i <= FIXED_HEAPS; i++)
    check_heap(i);
}

static void heaps_with_random_seeds(void **state) {
  (void)state;
  for (unsigned i = 0; !getenv("SEED") && i < RANDOM_HEAPS; i++) {
    uint32_t seed;
    assert_int_equal(getrandom(&seed, sizeof(seed), 0), sizeof(seed));
    check_heap(seed);
  }
}

/* The heaps hold all that is to be told apart. */
static void heaps_are_not_all_alike(void **state) {
  unsigned counts[3] = {0};
  (void)state;
  for (uint64_t i = 1; i <= FIXED_HEAPS; i++) {
    struct heap heap;
    heap_make(&heap, i);
    naive_mark(&heap);
    for (unsigned k = 0; k < heap.n; k++)
      counts[heap.kind[k]]++;
  }
  for (int kind = LOST; kind <= REACHABLE; kind++)
    assert_true(counts[kind] > FIXED_HEAPS);
}

static void *pages(size_t size) {
  void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return at == MAP_FAILED ? NULL : at;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(heaps_with_fixed_seeds),
      TEST(heaps_with_random_seeds),
      TEST(heaps_are_not_all_alike),
  };
  space = pages(SPACE);
  root = pages(MEMORY_PAGE);
  vtable = pages(MEMORY_PAGE);
  if (!space || !root || !vtable)
    return 1;
  put_word((uint64_t)(uintptr_t)vtable + VTABLE_WORD * WORD, code + 16);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
