#include "leak/reach.h"

#include "leak/heuristic.h"
#include "leak/lost_order.h"

#include <stdlib.h>
#include <string.h>

enum phase { FROM_ROOTS, FROM_POSSIBLE, FROM_CANDIDATES, FROM_LEADERS };

struct marking {
  struct image *image;
  struct block *blocks;
  const struct reach_options *options;
  uint64_t lowest, span; /* words outside of all blocks are passed over by one compare */
  enum phase phase;
  bool aligned_starts; /* root_range.aligns of the root that is being looked at */
  uint32_t from;       /* the block whose words are being looked at; BLOCK_NONE: a root's */
  uint32_t *work;      /* blocks whose contents are still to be looked at */
  size_t n_work;
  bool any_possible;
  bool ambiguous; /* another order of the lost blocks may give another owner to one of them */
};

uint32_t reach_target(struct image *image, uint32_t from, uint64_t word, bool *is_start) {
  uint32_t i = blocks_before(&image->blocks, word);
  if (i == BLOCK_NONE)
    return BLOCK_NONE;
  const struct block *block = &image->blocks.data[i];
  *is_start = word == block->start;
  if (*is_start)
    return i;
  if (word - block->start < block->size)
    *is_start = heuristic_is_start(image, block, word) ||
                (from != BLOCK_NONE &&
                 heuristic_is_tree_node(image, &image->blocks.data[from], block, word));
  else if (heuristic_is_empty_array(image, block, word))
    *is_start = true;
  else
    return BLOCK_NONE;
  return i;
}

static void reach_enter(struct marking *m, uint32_t i, enum block_state state) {
  m->blocks[i].state = state;
  m->blocks[i].via = m->from;
}

/* A block that only interior pointers lead to waits in BLOCK_POSSIBLE until the second phase, or
 * until a pointer to its start turns up in the first. */
static void found_by_root(struct marking *m, uint32_t i, bool is_start) {
  struct block *block = &m->blocks[i];
  if (is_start && block->state != BLOCK_REACHABLE) {
    reach_enter(m, i, BLOCK_REACHABLE);
    m->work[m->n_work++] = i;
  } else if (block->state == BLOCK_UNREACHED) {
    reach_enter(m, i, BLOCK_POSSIBLE);
    m->any_possible = true;
  }
}

static void found_by_possible(struct marking *m, uint32_t i) {
  if (m->blocks[i].state != BLOCK_UNREACHED)
    return;
  reach_enter(m, i, BLOCK_POSSIBLE);
  m->work[m->n_work++] = i;
}

/* Among candidates, other candidates stay what they are. */
static void found_by_candidate(struct marking *m, uint32_t i) {
  if (m->blocks[i].state != BLOCK_UNREACHED)
    return;
  reach_enter(m, i, BLOCK_INDIRECT);
  m->work[m->n_work++] = i;
}

static void found_by_leader(struct marking *m, uint32_t i) {
  unsigned state = m->blocks[i].state;
  bool of_other = state == BLOCK_INDIRECT, ring = state == BLOCK_LEADER && m->from != i;
  m->ambiguous |= of_other || ring;
  if (state != BLOCK_UNREACHED && state != BLOCK_CANDIDATE)
    return;
  reach_enter(m, i, BLOCK_LED);
  m->work[m->n_work++] = i;
}

static void reach_word(struct marking *m, uint64_t word) {
  bool is_start;
  uint32_t i = reach_target(m->image, m->from, word, &is_start);
  if (i == BLOCK_NONE)
    return;
  if (m->phase == FROM_ROOTS)
    found_by_root(m, i, is_start || m->aligned_starts);
  else if (m->phase == FROM_POSSIBLE)
    found_by_possible(m, i);
  else if (m->phase == FROM_CANDIDATES)
    found_by_candidate(m, i);
  else
    found_by_leader(m, i);
}

static void reach_words_unaligned(struct marking *m, const uint64_t *words, size_t n) {
  uint64_t word;
  for (size_t at = 0; at + 8 <= n * 8; at++) {
    memcpy(&word, (const char *)words + at, 8);
    if (word - m->lowest < m->span)
      reach_word(m, word);
  }
}

static void reach_words(void *context, const uint64_t *words, size_t n, uint64_t address) {
  struct marking *m = context;
  (void)address;
  if (m->options->unaligned) {
    reach_words_unaligned(m, words, n);
    return;
  }
  for (size_t i = 0; i < n; i++)
    if (__builtin_expect(words[i] - m->lowest < m->span, 0))
      reach_word(m, words[i]);
}

static void reach_contents(struct marking *m, uint32_t i) {
  const struct block *block = &m->blocks[i];
  m->from = i;
  memory_scan(&m->image->memory, block->start, block->start + block->size, reach_words, m);
}

static void reach_waiting(struct marking *m) {
  while (m->n_work)
    reach_contents(m, m->work[--m->n_work]);
}

static bool is_root(const struct marking *m, enum root_class class) {
  return m->options->roots & 1u << class;
}

static bool is_opaque(const struct marking *m, const struct root_word *word) {
  return word->opaque || (word->of_libc && !is_root(m, word->class));
}

static void mark_word(struct marking *m, const struct root_word *word) {
  bool is_start;
  uint32_t i = word->value - m->lowest < m->span
                   ? reach_target(m->image, BLOCK_NONE, word->value, &is_start)
                   : BLOCK_NONE;
  if (i == BLOCK_NONE)
    return;
  if (is_opaque(m, word))
    reach_enter(m, i, BLOCK_REACHABLE);
  else
    found_by_root(m, i, is_start);
}

static void mark_words(struct marking *m, bool opaque) {
  const struct image *image = m->image;
  for (size_t i = 0; i < image->n_words; i++) {
    const struct root_word *word = &image->words[i];
    if (is_opaque(m, word) == opaque && (word->of_libc || is_root(m, word->class)))
      mark_word(m, word);
  }
}

static void mark_roots(struct marking *m) {
  struct image *image = m->image;
  m->phase = FROM_ROOTS;
  m->from = BLOCK_NONE;
  mark_words(m, true); /* first: the marking must not look into the blocks of opaque words */
  mark_words(m, false);
  for (size_t i = 0; i < image->n_ranges; i++) {
    const struct root_range *range = &image->ranges[i];
    m->aligned_starts = range->aligns;
    if (is_root(m, range->class))
      memory_scan(&image->memory, range->start, range->end, reach_words, m);
  }
  m->aligned_starts = false;
  for (uint32_t i = 0; image->blocks.any_ignored && i < image->blocks.count; i++)
    if (m->blocks[i].ignored)
      found_by_root(m, i, true);
  reach_waiting(m);
}

static void mark_possible(struct marking *m) {
  m->phase = FROM_POSSIBLE;
  /* Blocks that become possible in this loop are looked into at once; those ahead of it may be
   * looked into twice, which changes nothing. */
  for (uint32_t i = 0; m->any_possible && i < m->image->blocks.count; i++)
    if (m->blocks[i].state == BLOCK_POSSIBLE) {
      reach_contents(m, i);
      reach_waiting(m);
    }
}

/* Lost blocks are led to by other lost blocks, or they are leaders: definitely lost. In a ring each
 * block is led to by the next, and one of them must be the leader; but only if no block outside of
 * the ring leads into it. Two passes find the leaders, whatever the order of the blocks:
 *
 *     lost blocks, in order:   A <-> B     C -> A
 *     up:    A is a candidate and leads to B; C is one, because no earlier candidate led to it
 *     down:  C is a leader and leads to A, which is then none, and on to B
 *
 * Going up, each block that no earlier one led to becomes a candidate. So no candidate is led to by
 * an earlier one, and every lost block by some candidate. Going down, each candidate that no later
 * one led to becomes a leader: nothing leads to it but its own ring. (valgrind makes the first pass
 * alone, and has a leader too many where it meets a ring before the block that points into it.)
 *
 * The order decides which block of a ring is its leader, the first, and which of two leaders a
 * block counts for that both lead to, the last. The order of addresses is fast, because memory is
 * read in order. Where it decided something the passes are made again in the order of
 * leak/lost_order.h, which is the same in every run. */
struct lost {
  uint32_t *data; /* owned */
  size_t count;
};

static void find_candidates(struct marking *m, const struct lost *lost) {
  m->phase = FROM_CANDIDATES;
  for (size_t i = 0; i < lost->count; i++)
    if (m->blocks[lost->data[i]].state == BLOCK_UNREACHED) {
      m->blocks[lost->data[i]].state = BLOCK_CANDIDATE;
      reach_contents(m, lost->data[i]);
      reach_waiting(m);
    }
}

/* The list keeps what was looked at until the leader is done. */
static void mark_leader(struct marking *m, uint32_t leader) {
  m->blocks[leader].state = BLOCK_LEADER;
  reach_contents(m, leader);
  for (size_t i = 0; i < m->n_work; i++)
    reach_contents(m, m->work[i]);
  while (m->n_work)
    m->blocks[m->work[--m->n_work]].state = BLOCK_INDIRECT;
}

static void find_leaders(struct marking *m, const struct lost *lost) {
  m->phase = FROM_LEADERS;
  for (size_t i = lost->count; i-- > 0;)
    if (m->blocks[lost->data[i]].state == BLOCK_CANDIDATE)
      mark_leader(m, lost->data[i]);
}

static void lost_change(struct marking *m, const struct lost *lost, enum block_state from,
                        enum block_state to) {
  for (size_t i = 0; i < lost->count; i++)
    if (m->blocks[lost->data[i]].state == from)
      m->blocks[lost->data[i]].state = to;
}

static void pass_lost(struct marking *m, const struct lost *lost) {
  find_candidates(m, lost);
  lost_change(m, lost, BLOCK_INDIRECT, BLOCK_UNREACHED); /* only the candidates are kept */
  find_leaders(m, lost);
  for (size_t i = 0; i < lost->count; i++)
    if (m->blocks[lost->data[i]].state == BLOCK_LEADER)
      m->blocks[lost->data[i]].via = BLOCK_NONE;
  lost_change(m, lost, BLOCK_LEADER, BLOCK_UNREACHED);
}

static struct error *find_lost(const struct blocks *blocks, struct lost *ret) {
  size_t n = 0;
  for (size_t i = 0; i < blocks->count; i++)
    n += blocks->data[i].state == BLOCK_UNREACHED;
  *ret = (struct lost){malloc((n + 1) * sizeof(*ret->data)), 0};
  if (!ret->data)
    return &error_no_memory;
  for (uint32_t i = 0; i < blocks->count; i++)
    if (blocks->data[i].state == BLOCK_UNREACHED)
      ret->data[ret->count++] = i;
  return NULL;
}

static struct error *mark_lost(struct marking *m) {
  struct blocks *blocks = &m->image->blocks;
  struct lost lost;
  struct error *err = find_lost(blocks, &lost);
  if (err)
    return err;
  blocks->any_unreachable = lost.count || m->any_possible;
  pass_lost(m, &lost);
  if (m->ambiguous) {
    lost_change(m, &lost, BLOCK_INDIRECT, BLOCK_UNREACHED);
    lost_order(blocks, lost.data, lost.count);
    pass_lost(m, &lost);
  }
  free(lost.data);
  return NULL;
}

struct error *reach_mark(struct image *image, const struct reach_options *options) {
  struct blocks *blocks = &image->blocks;
  struct marking m = {.image = image, .blocks = blocks->data, .options = options};
  if (!blocks->count)
    return NULL;
  m.lowest = blocks->data[0].start;
  m.span = blocks->end + 8 - m.lowest;
  m.work = malloc(blocks->count * sizeof(*m.work));
  if (!m.work)
    return &error_no_memory;
  mark_roots(&m);
  mark_possible(&m);
  struct error *err = mark_lost(&m);
  free(m.work);
  return err;
}
