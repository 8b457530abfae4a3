/* The account of a process's resident memory. The measured figures come from smaps, the requested
 * ones from the recording. The rest of the heap's pages is memory that the allocator holds. */
#include "recording/heap_resident.h"

#include "recording/address_space.h"
#include "recording/objects.h"
#include "recording/tags.h"

#include <string.h>

#define MMAP_THRESHOLD (128u << 10) /* glibc: larger blocks get a mapping of their own */

static uint64_t round_up(uint64_t n, uint64_t to) {
  return (n + to - 1) / to * to;
}

/* The memory that a block of `size` bytes takes. glibc: malloc.c's request2size and sysmalloc_mmap.
 * The others: size classes that divide a doubling evenly, by four (jemalloc) or eight. */
static uint64_t block_size(const char *allocator, uint64_t size) {
  if (!strcmp(allocator, "glibc"))
    return size >= MMAP_THRESHOLD ? round_up(size + 16, 4096)
           : size <= 24           ? 32
                                  : round_up(size + 8, 16);
  if (size <= 16)
    return size <= 8 ? 8 : 16;
  unsigned log = 63 - (unsigned)__builtin_clzll(size - 1);
  unsigned parts = strcmp(allocator, "jemalloc") == 0 ? 2 : 3;
  return round_up(size, log > parts + 3 ? 1ull << (log - parts) : 8);
}

static uint64_t site_rounding(const char *allocator, const struct recording_site *site) {
  if (site->state == SITE_UNPUBLISHED || site->alloc_objects <= site->freed_objects ||
      site->alloc_bytes < site->freed_bytes)
    return 0;
  double objects = (double)(site->alloc_objects - site->freed_objects) / (1 << OBJECTS_SHIFT);
  double bytes = (double)(site->alloc_bytes - site->freed_bytes) / (1 << BYTES_SHIFT);
  double mean = bytes / objects;
  if (!(mean < 0x1p47))
    return 0;
  uint64_t size = (uint64_t)(mean + 0.5);
  return (uint64_t)((double)(block_size(allocator, size) - size) * objects + 0.5);
}

static bool note_block(void *context, const struct live_object *object) {
  address_space_note_block(context, object->start);
  return true;
}

/* A block that the program reported lies in a mapping of its own, or in a block of the
 * allocator's. */
static uint64_t pool_bytes(const struct recording *recording) {
  uint64_t sum = 0;
  for (uint64_t i = 0; i < recording->n_sites; i++) {
    const struct recording_site *site = &recording->sites[i];
    if (site->state != SITE_UNPUBLISHED && site->alloc_bytes > site->freed_bytes &&
        recording_site_is_pool(recording, site))
      sum += site->alloc_bytes - site->freed_bytes;
  }
  return sum >> BYTES_SHIFT;
}

static void fill(struct heap_resident *resident, const struct address_space *space,
                 const struct recording *recording) {
  uint64_t of[REGION_KINDS], blocks = resident->live;
  for (int kind = 0; kind < REGION_KINDS; kind++) {
    of[kind] = address_space_resident(space, (enum region_kind)kind);
    resident->total += of[kind];
  }
  resident->known = true;
  resident->allocator = address_space_allocator(space);
  resident->heap = of[REGION_HEAP];
  resident->stacks = of[REGION_STACK];
  resident->modules = of[REGION_MODULE];
  resident->mappings = of[REGION_MAPPING];
  resident->recording = of[REGION_RECORDING];
  for (uint64_t i = 0; i < recording->n_sites; i++)
    if (!recording_site_is_pool(recording, &recording->sites[i]))
      resident->rounding += site_rounding(resident->allocator, &recording->sites[i]);
  blocks += resident->rounding;
  resident->held = resident->heap > blocks ? resident->heap - blocks : 0;
  resident->untouched = blocks > resident->heap ? blocks - resident->heap : 0;
}

struct error *heap_stats_add_resident(struct heap_stats *stats, const struct recording *recording) {
  _cleanup_address_space_ struct address_space space = {0};
  uint64_t rejected;
  struct error *err = address_space_read(recording->pid, &space);
  stats->resident = (struct heap_resident){.live = stats->live_bytes};
  if (err && err->code == ERROR_CANNOT) {
    error_destroy(err);
    return NULL;
  }
  if (!err)
    err = recording_objects(recording, note_block, &space, &rejected);
  if (err)
    return err;
  uint64_t pools = pool_bytes(recording);
  stats->resident.live -= pools < stats->resident.live ? pools : stats->resident.live;
  fill(&stats->resident, &space, recording);
  return NULL;
}
