#include "advise/sites.h"

#include "model/error_bar.h"
#include "model/frame.h"
#include "model/hash_index.h"
#include "model/history_labels.h"
#include "model/reach_labels.h"
#include "model/sample_types.h"
#include "model/totals.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool site_frame_at(const struct profile *profile, const struct profile_sample *sample, uint32_t k,
                   struct site_frame *ret) {
  for (uint32_t i = 0; i < sample->n_locations; i++) {
    const struct profile_location *location = &profile->locations[sample->locations[i]];
    uint32_t n = profile_n_frames(location);
    if (k >= n) {
      k -= n;
      continue;
    }
    const struct profile_function *function = profile_frame_function(profile, location, k);
    const struct profile_line *line = profile_frame_line(location, k);
    *ret = (struct site_frame){.function = function ? function->name : "",
                               .file = function ? function->file : "",
                               .line = line ? line->line : 0,
                               .address = line && line->line ? 0 : location->address,
                               .location = i};
    return function != NULL;
  }
  return false;
}

bool site_frame_responsible(const struct advise_sites *sites, const struct profile_sample *sample,
                            struct site_frame *ret) {
  uint32_t skipped = responsible_skipped(sites->responsible, sample);
  return site_frame_at(sites->profile, sample, skipped, ret);
}

struct sites_index {
  struct advise_sites *sites;
  struct hash_index index;
};

/* Strings of one profile are equal if their pointers are. */
static uint64_t hash_frame(const struct site_frame *frame) {
  uint64_t h = (uint64_t)(uintptr_t)frame->function * 0x9e3779b97f4a7c15ull;
  h = (h ^ (uint64_t)frame->line ^ frame->address) * 0xd6e8feb86659fd93ull;
  return h ^ h >> 32;
}

static bool is_of_frame(const void *context, uint32_t index, const void *key) {
  const struct advise_sites *sites = context;
  const struct site_frame *a = &sites->sites.data[index].frame, *b = key;
  return a->function == b->function && a->line == b->line && a->address == b->address;
}

/* The site that is responsible for the sample, made if it is new; NULL without memory, or (*named
 * false) where no function is known. */
static struct advise_site *site_of(struct sites_index *index, const struct profile_sample *sample,
                                   bool *named) {
  struct site_frame frame;
  struct advise_sites *sites = index->sites;
  *named = site_frame_responsible(sites, sample, &frame);
  if (!*named)
    return NULL;
  uint64_t hash = hash_frame(&frame);
  uint32_t at = hash_index_find(&index->index, hash, is_of_frame, sites, &frame);
  if (at != HASH_INDEX_NONE)
    return &sites->sites.data[at];
  struct advise_site site = {.frame = frame, .sample = sample};
  if (!VECTOR_PUSH(&sites->sites, site) ||
      !hash_index_add(&index->index, hash, (uint32_t)sites->sites.count - 1))
    return NULL;
  return &sites->sites.data[sites->sites.count - 1];
}

static struct error *add_lives(struct sites_index *index) {
  struct advise_sites *sites = index->sites;
  for (size_t i = 0; i < sites->lives.count; i++) {
    const struct life *life = &sites->lives.data[i];
    bool named;
    struct advise_site *site = site_of(index, life->birth, &named);
    if (!site && !named)
      continue;
    if (!site || !VECTOR_PUSH(&site->lives, life))
      return &error_no_memory;
    site->objects += life->objects;
    site->bytes += life->objects * life->size;
  }
  return NULL;
}

/* The ordinary figures and their variances. */
struct ordinary {
  struct error_bars alloc, inuse, peak;
  int peak_objects;
};

static struct ordinary ordinary_of(const struct profile *profile) {
  return (struct ordinary){error_bars_of(profile, sample_type_index(profile, SAMPLE_ALLOC_SPACE)),
                           error_bars_of(profile, sample_type_index(profile, SAMPLE_INUSE_SPACE)),
                           error_bars_of(profile, sample_type_index(profile, SAMPLE_PEAK_SPACE)),
                           sample_type_index(profile, SAMPLE_PEAK_OBJECTS)};
}

static double label_of(const struct profile_sample *sample, const char *key) {
  int64_t n;
  return profile_sample_number(sample, key, &n) && n > 0 ? (double)n : 0;
}

static void add_figures(struct advise_site *site, const struct ordinary *types,
                        const struct profile_sample *sample) {
  site->alloc += (double)sample->values[types->alloc.type];
  site->inuse += (double)sample->values[types->inuse.type];
  site->peak += (double)sample->values[types->peak.type];
  site->peak_objects += (double)sample->values[types->peak_objects];
  site->reachable += label_of(sample, REACH_LABEL_REACHABLE);
  site->lost += label_of(sample, REACH_LABEL_LOST);
  site->alloc_variance += error_bars_variance(&types->alloc, sample);
  site->inuse_variance += error_bars_variance(&types->inuse, sample);
  site->peak_variance += error_bars_variance(&types->peak, sample);
  struct spread spread = spread_of_sample(&types->peak, sample);
  spread_add(&site->peak_spread, &spread);
}

static struct error *add_ordinary(struct sites_index *index) {
  const struct profile *profile = index->sites->profile;
  struct ordinary types = ordinary_of(profile);
  for (size_t i = 0; i < profile->n_samples; i++) {
    const struct profile_sample *sample = &profile->samples[i];
    bool named;
    if (sample_is_history(sample))
      continue;
    struct advise_site *site = site_of(index, sample, &named);
    if (!site && named)
      return &error_no_memory;
    if (site)
      add_figures(site, &types, sample);
  }
  for (size_t i = 0; i < index->sites->sites.count; i++) {
    struct advise_site *site = &index->sites->sites.data[i];
    site->peak_low = spread_interval(&site->peak_spread, site->peak).low;
  }
  return NULL;
}

static void add_totals(struct advise_sites *sites) {
  const struct profile *profile = sites->profile;
  struct profile_totals totals;
  bool known = profile_totals(profile, &totals);
  sites->calls =
      known ? (double)totals.allocs : (double)profile_type_sum(profile, SAMPLE_ALLOC_OBJECTS);
  sites->bytes =
      known ? (double)totals.bytes : (double)profile_type_sum(profile, SAMPLE_ALLOC_SPACE);
  sites->peak = (double)profile_type_sum(profile, SAMPLE_PEAK_SPACE);
  sites->inuse = (double)profile_type_sum(profile, SAMPLE_INUSE_SPACE);
  sites->memory = fmax(sites->peak, (double)profile_peak_rss(profile));
  sites->seconds = (double)profile->duration_nanos / 1e9;
  sites->cpu = (double)profile_cpu_ns(profile) / 1e9;
  if (sites->cpu <= 0)
    sites->cpu = sites->seconds;
}

bool advise_sites_known(const struct profile *profile) {
  for (enum sample_type type = 0; type < N_ADVISED_SAMPLE_TYPES; type++)
    if (sample_type_index(profile, type) < 0)
      return false;
  return true;
}

struct error *advise_sites_create(const struct profile *profile, struct advise_sites *ret) {
  *ret = (struct advise_sites){.profile = profile};
  struct sites_index index = {ret, HASH_INDEX_INIT};
  struct error *err = responsible_create(profile, &ret->responsible);
  if (!err)
    err = lives_read(profile, &ret->lives);
  if (!err)
    err = add_lives(&index);
  if (!err)
    err = add_ordinary(&index);
  add_totals(ret);
  hash_index_deinit(&index.index);
  if (err)
    advise_sites_deinit(ret);
  return err;
}

void advise_sites_deinit(struct advise_sites *sites) {
  for (size_t i = 0; i < sites->sites.count; i++)
    VECTOR_DEINIT(&sites->sites.data[i].lives);
  VECTOR_DEINIT(&sites->sites);
  VECTOR_DEINIT(&sites->lives);
  responsible_destroy(sites->responsible);
  sites->responsible = NULL;
}
