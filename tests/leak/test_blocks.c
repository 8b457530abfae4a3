/* Blocks by address. */
#include "leak/blocks.h"
#include "random.h"
#include "test.h"

/* Many blocks in clusters far apart: each address finds its block as a plain search does. */
static void each_address_finds_its_block(void **state) {
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
static void others_are_merged_with_what_is_in_order(void **state) {
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

RUN(TEST(each_address_finds_its_block), TEST(others_are_merged_with_what_is_in_order))
