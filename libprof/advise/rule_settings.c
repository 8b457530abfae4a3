/* Memory that glibc's heap keeps resident for no block, and the setting or call that gives it back.
 *
 * One rule looks at the whole program: the heap is that of all sites. The item names the site that
 * most of the freed memory was from.
 *
 * Arenas: each thread's blocks come from an arena of its own, and what one thread has freed is of
 * no use to another. With one arena the heap is as large as the live blocks ever were.
 * The threshold: malloc maps a block of 128 KiB or more. The free of one that is mapped raises that
 * size to its own (mallopt(3), M_MMAP_THRESHOLD), to 32 MiB at most, and later ones stay in the
 * heap, whose end free gives back from twice that size on. A threshold that was set does not move.
 * Trim: free gives back the end of the heap only. malloc_trim gives back every whole page. */
#include "advise/rule_settings.h"

#include "advise/rules.h"
#include "model/error_bar.h"
#include "model/heap_look.h"

#include <math.h>

enum { FEWEST_ARENAS = 2, LEAST_HELD = 4 << 20, THRESHOLD = 128 << 10, MOST_THRESHOLD = 32 << 20 };
#define LEAST_PART 0.1 /* of the process's memory */
#define MOST_OF_HELD 0.5

/* Peak and freed memory of the whole program, as malloc rounds it. */
struct sums {
  double peak, variance;
};

static struct sums sum_sites(const struct advise_sites *sites) {
  struct sums sums = {0};
  for (size_t i = 0; i < sites->sites.count; i++) {
    const struct advise_site *site = &sites->sites.data[i];
    sums.variance += site->peak_variance;
    if (site->peak_objects > 0)
      sums.peak += site->peak_objects * rule_block(site->peak / site->peak_objects);
  }
  return sums;
}

static double freed_of(const struct advise_site *site) {
  return fmax(site->peak - site->inuse, 0);
}

/* Freed blocks that a fixed threshold would have mapped, and that came from the heap. */
static double freed_large(const struct advise_site *site) {
  double large = 0, largest = 0;
  for (size_t i = 0; i < site->lives.count; i++) {
    const struct life *life = site->lives.data[i];
    if (life->mapped || !life_has_ended(life) || life->size < THRESHOLD ||
        life->size > MOST_THRESHOLD)
      continue;
    large += life->objects * life->size;
    largest = fmax(largest, life->size);
  }
  return fmax(fmin(freed_of(site), large), largest);
}

/* The same of a site that several threads allocate at; 0 of any other. */
static double freed_by_threads(const struct advise_site *site) {
  for (size_t i = 1; i < site->lives.count; i++)
    if (site->lives.data[i]->born_by != site->lives.data[0]->born_by)
      return freed_of(site);
  return 0;
}

/* The site of most memory by the measure; NULL where all have none. */
static const struct advise_site *site_of_most(const struct advise_sites *sites,
                                              double measure(const struct advise_site *),
                                              double *sum) {
  const struct advise_site *most = NULL;
  double largest = 0;
  *sum = 0;
  for (size_t i = 0; i < sites->sites.count; i++) {
    double bytes = measure(&sites->sites.data[i]);
    *sum += bytes;
    if (bytes > largest) {
      largest = bytes;
      most = &sites->sites.data[i];
    }
  }
  return most;
}

static void append_held(const struct heap_look *look, struct strbuf *text) {
  strbuf_append(text, "through the second half of the run malloc kept ");
  rule_append_bytes(text, (double)look->held);
  strbuf_append(text, " that no block needed");
}

static const struct advise_site *judge_arenas(const struct advise_sites *sites,
                                              const struct heap_look *look,
                                              struct advice_item *item, struct strbuf *text) {
  struct sums sums = sum_sites(sites);
  double held = (double)look->held, freed;
  double in_arenas = (double)look->arenas - (double)look->arena_live;
  double saved = fmin((double)look->bytes - sums.peak, held);
  const struct advise_site *site = site_of_most(sites, freed_by_threads, &freed);
  if (look->n_arenas < FEWEST_ARENAS || in_arenas < MOST_OF_HELD * held ||
      saved < MOST_OF_HELD * held || !site)
    return NULL;
  item->bytes = saved;
  item->plus_minus = error_bar(sums.variance);
  append_held(look, text);
  strbuf_append(text, ", ");
  rule_append_bytes(text, in_arenas);
  strbuf_appendf(text, " of it in %.0f arenas of threads, where no other thread takes it: ",
                 (double)look->n_arenas);
  strbuf_append(text, "GLIBC_TUNABLES=glibc.malloc.arena_max=1 or mallopt(M_ARENA_MAX, 1) lets "
                      "all use one, whose lock they then share");
  return site;
}

static const struct advise_site *judge_threshold(const struct advise_sites *sites,
                                                 const struct heap_look *look, double free,
                                                 struct strbuf *text) {
  double large;
  const struct advise_site *site = site_of_most(sites, freed_large, &large);
  if (large < MOST_OF_HELD * free)
    return NULL;
  append_held(look, text);
  strbuf_append(text, ". Blocks of 128 KiB and more come from the heap, because malloc raised its "
                      "threshold at the free of one: with "
                      "GLIBC_TUNABLES=glibc.malloc.mmap_threshold=131072 or "
                      "mallopt(M_MMAP_THRESHOLD, 131072) each goes back when it is freed, and has "
                      "its pages made anew");
  return site;
}

static const struct advise_site *judge_trim(const struct advise_sites *sites,
                                            const struct heap_look *look, struct strbuf *text) {
  double freed;
  append_held(look, text);
  strbuf_append(text, ", most of it from blocks of this function: malloc_trim(0) after its work "
                      "gives whole pages back");
  return site_of_most(sites, freed_of, &freed);
}

const struct advise_site *rule_settings(const struct advise_sites *sites, struct advice_item *item,
                                        struct strbuf *text) {
  struct heap_look look;
  if (!profile_heap_look(sites->profile, &look))
    return NULL;
  item->of = ADVICE_OF_RESIDENT;
  const struct advise_site *site = judge_arenas(sites, &look, item, text);
  if (!site) {
    item->bytes = (double)(look.free < look.held ? look.free : look.held);
    item->plus_minus = (double)look.plus_minus;
    site = judge_threshold(sites, &look, item->bytes, text);
  }
  if (!site)
    site = judge_trim(sites, &look, text);
  item->share = sites->memory > 0 ? item->bytes / sites->memory : 0;
  bool enough = item->bytes - item->plus_minus >= LEAST_HELD && item->share >= LEAST_PART;
  return enough ? site : NULL;
}
