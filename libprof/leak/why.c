#include "leak/why.h"

#include "base/strbuf.h"

#include <inttypes.h>

enum { SHOWN = 8 }; /* blocks of a way that are named at each of its ends */

/* The search for a word that leads to a block. */
struct search {
  struct image *image;
  uint32_t block;
  bool aligns;     /* as in struct root_range */
  uint64_t start;  /* address of the best word so far; 0: none */
  uint64_t inside; /* the first word that points to the inside, if no better one is found */
};

static void visit(void *context, const uint64_t *words, size_t n, uint64_t address) {
  struct search *search = context;
  const struct block *block = &search->image->blocks.data[search->block];
  bool is_start;
  for (size_t i = 0; !search->start && i < n; i++) {
    if (words[i] - block->start > block->size ||
        reach_target(search->image, BLOCK_NONE, words[i], &is_start) != search->block)
      continue;
    if (is_start || search->aligns)
      search->start = address + 8 * i;
    else if (!search->inside)
      search->inside = address + 8 * i;
  }
}

static const struct root_range *find_range(struct search *search,
                                           const struct reach_options *options) {
  const struct root_range *inside = NULL;
  for (size_t i = 0; i < search->image->n_ranges && !search->start; i++) {
    const struct root_range *range = &search->image->ranges[i];
    bool had = search->inside;
    search->aligns = range->aligns;
    if (options->roots & 1u << range->class)
      memory_scan(&search->image->memory, range->start, range->end, visit, search);
    if (search->start)
      return range;
    if (!had && search->inside)
      inside = range;
  }
  return inside;
}

static void describe_range(struct strbuf *sb, const struct image *image,
                           const struct root_range *range, uint64_t address) {
  const struct mapping *m = maps_find(&image->maps, address);
  switch (range->class) {
  case ROOT_STACKS:
    strbuf_appendf(sb, "stack of thread %d at 0x%" PRIx64, range->tid, address);
    break;
  case ROOT_TLS:
    strbuf_appendf(sb, "thread-local storage of thread %d at 0x%" PRIx64, range->tid, address);
    break;
  case ROOT_GLOBALS:
    strbuf_appendf(sb, "data of %s at 0x%" PRIx64, range->path, address);
    break;
  case ROOT_MMAP:
  case ROOT_REGISTERS: /* never: registers are root words */
  case N_ROOT_CLASSES:
    strbuf_appendf(sb, "mapping %s at 0x%" PRIx64,
                   m && m->path[0] ? m->path : "of the program's own", address);
  }
}

static bool describe_word(struct strbuf *sb, struct image *image,
                          const struct reach_options *options, uint32_t block) {
  bool is_start;
  for (size_t i = 0; i < image->n_words; i++) {
    const struct root_word *word = &image->words[i];
    if (!(word->of_libc || options->roots & 1u << word->class) ||
        reach_target(image, BLOCK_NONE, word->value, &is_start) != block)
      continue;
    strbuf_appendf(sb,
                   word->class == ROOT_REGISTERS ? "a register of thread %d"
                                                 : "thread-local storage of thread %d",
                   word->tid);
    return true;
  }
  return false;
}

static void describe_root(struct strbuf *sb, struct image *image,
                          const struct reach_options *options, uint32_t block) {
  struct search search = {.image = image, .block = block};
  if (image->blocks.data[block].ignored) {
    strbuf_append(sb, "declared by the program to be no leak");
    return;
  }
  const struct root_range *range = find_range(&search, options);
  if (!search.start && describe_word(sb, image, options, block))
    return;
  if (range)
    describe_range(sb, image, range, search.start ? search.start : search.inside);
  else
    strbuf_append(sb, "an unaligned pointer");
}

static void append_block(struct strbuf *sb, const struct block *block) {
  strbuf_appendf(sb, "%s%" PRIu64 " bytes at 0x%" PRIx64, sb->length ? " -> " : "",
                 (uint64_t)block->size, block->start);
}

/* The block before on the way; BLOCK_NONE where a root is. */
static uint32_t before(const struct image *image, uint32_t i) {
  const struct block *block = &image->blocks.data[i];
  return block->state == BLOCK_UNREACHED ? BLOCK_NONE : block->via;
}

char *why_describe(struct image *image, const struct reach_options *options, uint32_t block) {
  struct strbuf sb = STRBUF_INIT;
  uint32_t first[SHOWN], top = block;
  size_t n = 0;
  for (uint32_t i = block; i != BLOCK_NONE && n < image->blocks.count; i = before(image, i)) {
    first[n++ % SHOWN] = i;
    top = i;
  }
  if (image->blocks.data[top].state == BLOCK_REACHABLE ||
      image->blocks.data[top].state == BLOCK_POSSIBLE)
    describe_root(&sb, image, options, top);
  /* The last SHOWN of the walk are those next to the root. The blocks between them and the last one
   * are counted. */
  size_t shown = n < SHOWN ? n : SHOWN;
  for (size_t i = 0; i < shown; i++)
    append_block(&sb, &image->blocks.data[first[(n - 1 - i) % SHOWN]]);
  if (n > SHOWN) {
    strbuf_appendf(&sb, " -> %zu more", n - SHOWN - 1);
    append_block(&sb, &image->blocks.data[block]);
  }
  if (image->blocks.data[block].state == BLOCK_UNREACHED)
    strbuf_append(&sb, ": no pointer to it is left, and the last one is not known");
  return strbuf_steal(&sb);
}
