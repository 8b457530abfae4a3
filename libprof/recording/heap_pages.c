/* The kernel says how much of a mapping is resident, not which blocks are on a page. The heap is cut
 * into pieces, and a block takes its own bytes and a page of its piece at most. So a piece has at
 * least so much free as is left, however its blocks lie.
 *
 * A sampled block stands for others of its site, which may lie anywhere. Where blocks are scattered
 * over the heap, samples are, too: pieces are as large as SAMPLES of them are apart, so that hardly
 * one has none. The number of live blocks is known exactly. Those that the samples do not stand for
 * take a page each, unless so many samples are known that chance explains them. */
#include "recording/heap_pages.h"

#include "base/vector.h"
#include "recording/address_space.h"
#include "recording/block_size.h"
#include "recording/objects.h"
#include "recording/tags.h"
#include "recording/totals.h"

#include <math.h>
#include <string.h>

enum { PAGE = 4096, EXACT_PIECE = 64 << 10, SAMPLES = 8, ENOUGH_SAMPLES = 32 };

struct pieces {
  const struct recording *recording;
  struct address_space space;
  uint64_t size;           /* of a piece */
  VECTOR(size_t) first;    /* of each mapping: its first piece */
  VECTOR(double) used;     /* of each piece: bytes of pages that live blocks may need */
  double objects, squares; /* live blocks of the heap: sum of their weights, and of the squares */
  double live, arena_live, variance;
};

static bool is_arena(const struct mapping *m) {
  return strcmp(m->path, "[heap]") != 0;
}

static size_t pieces_of(const struct pieces *pieces, size_t mapping) {
  const struct mapping *m = &pieces->space.maps.data[mapping];
  bool heap = pieces->space.kind[mapping] == REGION_HEAP;
  return heap ? (size_t)((m->end - m->start + pieces->size - 1) / pieces->size) : 0;
}

static uint64_t heap_size(const struct address_space *space) {
  uint64_t sum = 0;
  for (size_t i = 0; i < space->maps.count; i++)
    if (space->kind[i] == REGION_HEAP)
      sum += space->maps.data[i].end - space->maps.data[i].start;
  return sum;
}

/* So many samples of one weight would be as sure (Kish 1965). */
static double n_samples(const struct pieces *pieces) {
  return pieces->squares > 0 ? pieces->objects * pieces->objects / pieces->squares : 0;
}

static bool cut(struct pieces *pieces) {
  uint64_t wanted = (uint64_t)n_samples(pieces) / SAMPLES + 1, all = heap_size(&pieces->space);
  pieces->size =
      pieces->recording->header.flags & RECORDING_EXACT ? EXACT_PIECE : all / wanted + PAGE;
  for (size_t i = 0; i < pieces->space.maps.count; i++) {
    if (!VECTOR_PUSH(&pieces->first, pieces->used.count))
      return false;
    for (size_t n = pieces_of(pieces, i); n; n--)
      if (!VECTOR_PUSH(&pieces->used, 0))
        return false;
  }
  return true;
}

/* The bytes of a block, so many times, to the pieces that it lies in. */
static void pieces_use(struct pieces *pieces, size_t mapping, uint64_t start, uint64_t bytes,
                       double times) {
  const struct mapping *m = &pieces->space.maps.data[mapping];
  uint64_t end = bytes < m->end - start ? start + bytes : m->end;
  while (start < end) {
    uint64_t piece = (start - m->start) / pieces->size;
    uint64_t border = m->start + (piece + 1) * pieces->size;
    uint64_t part = (border < end ? border : end) - start;
    pieces->used.data[pieces->first.data[mapping] + piece] += times * (double)part;
    start += part;
  }
}

/* The mapping of the heap that the block is in, or NULL. */
static const struct mapping *heap_of(const struct pieces *pieces,
                                     const struct live_object *object) {
  const struct recording *recording = pieces->recording;
  const struct mapping *m = maps_find(&pieces->space.maps, object->start);
  bool heap = m && pieces->space.kind[m - pieces->space.maps.data] == REGION_HEAP;
  return heap && !recording_site_is_pool(recording, &recording->sites[object->site]) ? m : NULL;
}

static bool count_block(void *context, const struct live_object *object) {
  struct pieces *pieces = context;
  double weight = heap_of(pieces, object) ? live_object_weight(pieces->recording, object) : 0;
  pieces->objects += weight;
  pieces->squares += weight * weight;
  return true;
}

static bool add_block(void *context, const struct live_object *object) {
  struct pieces *pieces = context;
  const struct mapping *m = heap_of(pieces, object);
  if (!m)
    return true;
  double weight = live_object_weight(pieces->recording, object);
  uint64_t bytes = block_size("glibc", object->size);
  pieces_use(pieces, (size_t)(m - pieces->space.maps.data), object->start, bytes + PAGE, weight);
  pieces->live += weight * (double)bytes;
  pieces->arena_live += is_arena(m) ? weight * (double)bytes : 0;
  pieces->variance += weight * (weight - 1) * (double)bytes * (double)bytes;
  return true;
}

/* Pages that are not resident are taken for free ones. */
static double free_in(const struct pieces *pieces, size_t mapping) {
  const struct mapping *m = &pieces->space.maps.data[mapping];
  double sum = 0;
  for (size_t k = 0; k < pieces_of(pieces, mapping); k++)
    sum += fmax((double)pieces->size - pieces->used.data[pieces->first.data[mapping] + k], 0);
  double not_there = (double)(pieces_of(pieces, mapping) * pieces->size) - (double)m->resident;
  return fmax(sum - not_there, 0);
}

/* Live blocks that may be anywhere. */
static double unseen_objects(const struct pieces *pieces) {
  struct recording_totals totals = recording_totals(pieces->recording);
  double live = (double)totals.allocs - (double)totals.frees;
  double chance =
      n_samples(pieces) < ENOUGH_SAMPLES ? 0 : 2 * sqrt(pieces->squares - pieces->objects);
  return fmax(live - pieces->objects - chance, 0);
}

static struct heap_look add_up(const struct pieces *pieces) {
  struct heap_look look = {.age_ns = recording_duration_ns(pieces->recording)};
  double free = -PAGE * unseen_objects(pieces);
  for (size_t i = 0; i < pieces->space.maps.count; i++) {
    const struct mapping *m = &pieces->space.maps.data[i];
    if (pieces->space.kind[i] != REGION_HEAP)
      continue;
    look.bytes += m->resident;
    look.arenas += is_arena(m) ? m->resident : 0;
    look.n_arenas += is_arena(m);
    free += free_in(pieces, i);
  }
  double most = (double)look.bytes;
  look.live = (uint64_t)fmin(pieces->live, most);
  look.arena_live = (uint64_t)fmin(pieces->arena_live, (double)look.arenas);
  look.plus_minus = (uint64_t)fmin(1.96 * sqrt(pieces->variance), most);
  look.free = (uint64_t)fmax(fmin(free, most - (double)look.live), 0);
  return look;
}

bool recording_look_at_heap(const struct recording *recording, struct heap_look *ret) {
  struct pieces pieces = {.recording = recording};
  uint64_t rejected;
  struct error *err = address_space_read(recording->pid, &pieces.space);
  if (err) {
    error_destroy(err);
    return false;
  }
  bool known = !strcmp(address_space_allocator(&pieces.space), "glibc");
  if (known)
    err = recording_objects(recording, count_block, &pieces, &rejected);
  if (known && !err && !cut(&pieces))
    err = &error_no_memory;
  if (known && !err)
    err = recording_objects(recording, add_block, &pieces, &rejected);
  if (known && !err)
    *ret = add_up(&pieces);
  VECTOR_DEINIT(&pieces.first);
  VECTOR_DEINIT(&pieces.used);
  address_space_deinit(&pieces.space);
  known = known && !err;
  error_destroy(err);
  return known;
}
