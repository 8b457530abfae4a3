/* The account of a process's resident memory. The measured figures come from smaps, the requested
 * ones from the recording. The rest of the heap's pages is memory that the allocator holds. */
#include "recording/heap_resident.h"

#include "recording/address_space.h"
#include "recording/block_size.h"
#include "recording/heap_stats.h"
#include "recording/objects.h"
#include "recording/tags.h"

/* Sums over live blocks. */
struct sums {
  const struct recording *recording;
  struct address_space *space;
  const char *allocator;
  double rounding;
};

static bool add_block(void *context, const struct live_object *object) {
  struct sums *sums = context;
  const struct recording_site *site = &sums->recording->sites[object->site];
  address_space_note_block(sums->space, object->start);
  if (!recording_site_is_pool(sums->recording, site))
    sums->rounding += live_object_weight(sums->recording, object) *
                      (double)(block_size(sums->allocator, object->size) - object->size);
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

static void fill(struct heap_resident *resident, const struct address_space *space) {
  uint64_t of[REGION_KINDS], blocks = resident->live + resident->rounding;
  for (int kind = 0; kind < REGION_KINDS; kind++) {
    of[kind] = address_space_resident(space, (enum region_kind)kind);
    resident->total += of[kind];
  }
  resident->known = true;
  resident->heap = of[REGION_HEAP];
  resident->stacks = of[REGION_STACK];
  resident->modules = of[REGION_MODULE];
  resident->anonymous = of[REGION_ANONYMOUS];
  resident->files = of[REGION_FILE];
  resident->shared = of[REGION_SHARED];
  resident->mappings = resident->anonymous + resident->files + resident->shared;
  resident->recording = of[REGION_RECORDING];
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
  if (err)
    return err;
  struct sums sums = {recording, &space, address_space_allocator(&space), 0};
  err = recording_objects(recording, add_block, &sums, &rejected);
  if (err)
    return err;
  uint64_t pools = pool_bytes(recording);
  stats->resident.allocator = sums.allocator;
  stats->resident.rounding = sums.rounding < 0x1p63 ? (uint64_t)(sums.rounding + 0.5) : 0;
  stats->resident.live -= pools < stats->resident.live ? pools : stats->resident.live;
  fill(&stats->resident, &space);
  return NULL;
}

bool recording_look_at_resident(const struct recording *recording, struct resident_look *ret) {
  struct heap_stats stats;
  _cleanup_error_ struct error *err = heap_stats_init(&stats, recording);
  if (err)
    return false;
  err = heap_stats_add_resident(&stats, recording);
  bool known = !err && stats.resident.known;
  if (known)
    *ret = resident_look_of(&stats);
  heap_stats_deinit(&stats);
  return known;
}
