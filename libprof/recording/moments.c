#include "recording/moments.h"

#include "base/cleanup.h"
#include "base/path.h"
#include "base/strbuf.h"
#include "model/moments_text.h"
#include "model/sample_types.h"
#include "recording/births.h"
#include "recording/figures.h"
#include "recording/totals.h"

#include <inttypes.h>
#include <string.h>

/* As the site's sample has them (recording/profile.c). */
static struct moment_figures figures_of(const struct recording_site *site) {
  struct moment_figures figures = {0};
  if (site->state == SITE_UNPUBLISHED)
    return figures;
  if (site->state != SITE_INHERITED)
    figures.allocated = (int64_t)whole_bytes(site->alloc_bytes);
  figures.live = (int64_t)whole_bytes(figure_difference(site->alloc_bytes, site->freed_bytes));
  return figures;
}

static struct error *mark_threads(const struct recording *r, struct moments *m) {
  uint32_t newest = m->newest_thread;
  for (uint64_t i = 0; i < r->n_threads; i++) {
    const struct recording_thread *t = &r->threads[i];
    _cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
    if (!t->tid || t->number <= m->newest_thread)
      continue;
    strbuf_appendf(&text, "%" PRIu32 " %.*s", t->tid, (int)sizeof(t->name), t->name);
    /* The first one is the program itself. */
    if (t->number > 1 &&
        (strbuf_failed(&text) || !moments_mark(m, t->started, MARK_THREAD, text.data)))
      return &error_no_memory;
    newest = t->number > newest ? t->number : newest;
  }
  m->newest_thread = newest;
  return NULL;
}

struct error *recording_add_moment(const struct recording *r, uint64_t time, uint64_t rss,
                                   struct moments *m) {
  _cleanup_free_ struct moment_figures *figures = calloc(r->n_sites + 1, sizeof(*figures));
  if (!figures)
    return &error_no_memory;
  for (uint64_t i = 0; i < r->n_sites; i++)
    figures[i] = figures_of(&r->sites[i]);
  int64_t live = recording_live_bytes(r);
  struct moment moment = {.time = time,
                          .rss = rss,
                          .live = live > 0 ? (uint64_t)live >> BYTES_SHIFT : 0,
                          .allocated = recording_totals(r).bytes,
                          .n_modules = (uint32_t)r->header.table[TABLE_MODULES].count};
  struct error *err = moments_add(m, moment, figures, r->n_sites);
  return err ? err : mark_threads(r, m);
}

static bool is_own_library(const struct recording_module *module) {
  return !strncmp(path_base_name(module->path), "libmemprof", strlen("libmemprof"));
}

/* A library has several segments, one after the other. */
static bool is_same_library(const struct recording *r, uint64_t module) {
  return module && !strcmp(r->modules[module - 1].path, r->modules[module].path);
}

/* The shim records a module when a stack has code of it first, so the first ones are those that the
 * program began with, and those of the last moment are of the exit. */
static struct error *mark_libraries(const struct recording *r, struct moments *m) {
  for (size_t i = 1; i + 1 < m->all.count; i++) {
    uint64_t first = m->all.data[i - 1].n_modules, end = m->all.data[i].n_modules;
    for (uint64_t k = first; first && k < end && k < r->n_modules; k++)
      if (r->modules[k].state && !is_same_library(r, k) && !is_own_library(&r->modules[k]) &&
          !moments_mark(m, m->all.data[i].time, MARK_LIBRARY, r->modules[k].path))
        return &error_no_memory;
  }
  return NULL;
}

static struct error *add_births(const struct recording *r, const uint32_t *places,
                                const struct profile *profile, struct moments *m) {
  int inuse = sample_type_index(profile, SAMPLE_INUSE_SPACE);
  _cleanup_free_ int64_t *live = calloc(profile->n_samples + 1, sizeof(*live));
  struct moment_changes *births = calloc(m->all.count + 1, sizeof(*births));
  struct error *err = live && births ? NULL : &error_no_memory;
  for (size_t i = 0; i < profile->n_samples && !err; i++)
    live[i] = profile->samples[i].values[inuse];
  if (!err)
    err = recording_births(r, m, places, live, profile->n_samples, births);
  if (!err)
    err = moments_add_born(m, births);
  for (size_t i = 0; births && i < m->all.count; i++)
    VECTOR_DEINIT(&births[i]);
  free(births);
  return err;
}

struct error *recording_end_moments(const struct recording *r, const uint32_t *places,
                                    struct moments *m, struct profile *profile) {
  uint64_t time = recording_duration_ns(r);
  if (!m->all.count)
    return NULL;
  uint64_t last = m->all.data[m->all.count - 1].time;
  struct error *err = recording_add_moment(r, time > last ? time : last + 1, 0, m);
  if (!err)
    err = mark_libraries(r, m);
  moments_renumber(m, places, r->n_sites);
  if (!err)
    err = add_births(r, places, profile, m);
  return err ? err : moments_write(m, profile);
}
