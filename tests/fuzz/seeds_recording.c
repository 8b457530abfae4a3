/* Writes the seeds of fuzz_recording into a folder: small recordings that hold one of each thing.
 */
#include "../unit/build_recording.h"
#include "packed_recording.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FRAMES(...)                                                                                \
  (sizeof((uint64_t[]){__VA_ARGS__}) / 8), (uint64_t[]) {                                          \
    __VA_ARGS__                                                                                    \
  }

static void add_thread(struct built *built) {
  struct recording_thread *thread = built_add(built, TABLE_THREADS, 1);
  *thread = (struct recording_thread){.tid = 7,
                                      .number = 1,
                                      .by_size[4] = 5,
                                      .frees = 1,
                                      .granted = 155,
                                      .left = 50,
                                      .last = 99,
                                      .name = "worker"};
}

static void add_generations(struct built *built) {
  for (uint32_t i = 0; i < 6; i++) {
    struct recording_module *m = built_module(built, i % 2 ? "/lib/a.so" : "/lib/b.so",
                                              0x4000 + i % 3 * 0x800, 0x6000 + i * 0x100);
    m->loaded = 1 + i;
    m->unloaded = i < 5 ? 2 + i : 0;
    m->build_id_size = 20;
    built_site(built, built_stack(built, 0, 1 + i, FRAMES(0x4900, 0x5000, 0x1010)), i, 8);
  }
  built->header->load_generation = 6;
}

static void add_sites(struct built *built) {
  struct recording_site *site =
      built_site(built, built_stack(built, STACK_TRUNCATED, 1, FRAMES(0x1010, 0x1020)), 9, 64);
  site->freed_objects = 2 << OBJECTS_SHIFT;
  site->freed_bytes = 128 << BYTES_SHIFT;
  site->peak_epoch = 1;
  site->peak_objects = 8 << OBJECTS_SHIFT;
  site->rate = 512 << 10;
  site->thread = 1;
  strcpy(site->thread_name, "worker");
  built_site(built, built_stack(built, STACK_INCOMPLETE, 1, FRAMES(FRAME_EXACT_PC | 0x1010)), 1, 1)
      ->state = SITE_INHERITED;
  built_site(built, 0, 3, 3);
  uint64_t *linked = built_add(built, TABLE_STACKS, 3);
  linked[0] = STACK_HEADER(2, 0, 1);
  linked[1] = 0x1040;
  linked[2] = STACK_LINK(2);
  built_site(built, (uint32_t)(built->header->table[TABLE_STACKS].count - 3), 1, 16);
}

/* The parts that only exact recordings have. */
static void add_exact(struct built *built) {
  struct recording_leaf *leaf = built_add(built, TABLE_LEAVES, 1);
  leaf->start = 0x7f0000001000;
  leaf->granule[0] =
      (struct recording_granule){GRANULE_PACK(16, 64, GRANULE_THREAD_BITS(1u)), 0, 7};
  leaf->granule[9] = (struct recording_granule){GRANULE_FREED | 16, 0, 0};
  struct recording_wide_leaf *wide = built_add(built, TABLE_WIDE_LEAVES, 1);
  wide->start = 0x7f0000002000;
  wide->granule[3] =
      (struct recording_wide_granule){{WIDE_GRANULE_PACK(0x7f0000002310, 0), 0, 7}, 300};
  struct recording_site *frees = built_add(built, TABLE_SITES, 1);
  frees->state = SITE_FREES;
  frees->freed_objects = 1 << OBJECTS_SHIFT;
  frees->freed_bytes = 64 << BYTES_SHIFT;
  built->header->n_wrong_frees = 1;
  built->header->wrong_free[0] = (struct recording_wrong_free){
      .kind = WRONG_FREE_DOUBLE, .address = 0x7f0000001090, .count = 1};
}

static void fill(struct built *built, int kind) {
  if (kind == 0)
    return;
  built_module(built, "/bin/demo", 0x1000, 0x2000);
  add_sites(built);
  if (kind >= 2)
    add_thread(built);
  if (kind >= 3)
    add_generations(built);
  if (kind == 3)
    add_exact(built);
  built->header->flags = kind == 2 ? RECORDING_BUDGET | RECORDING_FORKED : RECORDING_EXACT;
  built->header->dropped[DROP_SPACE] = built->header->incomplete_stacks = (uint64_t)kind;
  if (kind < 4)
    return;
  built_add(built, TABLE_SITES, 248); /* the rest of the first chunk, unpublished, and a second */
  for (int i = 0; i < 10; i++)
    built_site(built, 0, 1, 1)->freed_objects = ~0ull >> i * 6;
}

/* Runs end where four words are zero. */
static size_t run_length(const struct built *built, size_t at) {
  static const char zeros[32];
  size_t n = 0;
  while (at + n < built->size && n < UINT16_MAX - 8 &&
         memcmp(built->image + at + n, zeros, built->size - at - n < 32 ? 8 : 32) != 0)
    n += 8;
  return n;
}

static void write_packed(const struct built *built, FILE *f) {
  uint64_t size = built->size;
  fwrite(&size, sizeof(size), 1, f);
  for (size_t at = 0; at < built->size;) {
    uint16_t n = (uint16_t)run_length(built, at);
    uint32_t place = (uint32_t)(at / 8);
    if (n) {
      fwrite(&place, sizeof(place), 1, f);
      fwrite(&n, sizeof(n), 1, f);
      fwrite(built->image + at, 1, n, f);
    }
    at += n ? n : 8;
  }
}

int main(int argc, char **argv) {
  for (int kind = 0; argc == 2 && kind < 5; kind++) {
    char path[4096];
    snprintf(path, sizeof(path), "%s/%d", argv[1], kind);
    struct built built = built_init();
    fill(&built, kind);
    FILE *f = fopen(path, "wb");
    if (f)
      write_packed(&built, f);
    if (!f || fclose(f) != 0) {
      perror(path);
      return 1;
    }
    built_deinit(&built);
  }
  return argc == 2 ? 0 : 1;
}
