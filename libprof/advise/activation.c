#include "advise/activation.h"

#include <math.h>
#include <string.h>

/* Functions of more than this are not known to be laid out in the order in which they run: the cold
 * parts of optimised ones lie elsewhere. */
enum { LONGEST_FUNCTION = 1 << 20 };

/* The frame at this place from the root; NULL beyond the last. */
static const struct profile_location *
location_at(const struct profile *profile, const struct profile_sample *sample, int64_t from_root) {
  int64_t at = (int64_t)sample->n_locations - 1 - from_root;
  return at >= 0 && from_root >= 0 ? &profile->locations[sample->locations[at]] : NULL;
}

/* The function that the code belongs to, not one that was inlined there. */
static const char *function_of(const struct profile *profile,
                               const struct profile_location *location) {
  return location->n_lines
             ? profile->functions[location->lines[location->n_lines - 1].function].name
             : "";
}

static int order_of(const struct profile_location *birth, const struct profile_location *free) {
  uint64_t low = birth->address < free->address ? birth->address : free->address;
  uint64_t distance = birth->address + free->address - 2 * low;
  if (birth->mapping != free->mapping || distance > LONGEST_FUNCTION)
    return 0;
  return birth->address < free->address ? 1 : -1;
}

struct activation activation_of(const struct advise_sites *sites, const struct life *life) {
  const struct profile *profile = sites->profile;
  struct site_frame responsible;
  if (!life->free || life->activation < 0 ||
      !site_frame_responsible(sites, life->birth, &responsible))
    return (struct activation){0};
  /* The allocator's own frames are hidden at the leaves, and a frame that runs another function by
   * now (a call through a pointer, a tail call) is no activation that both have. */
  int64_t deepest = life->birth->n_locations; /* the label is the file's, and may be any number */
  for (int64_t at = life->activation < deepest ? life->activation : deepest; at >= 0; at--) {
    const struct profile_location *birth = location_at(profile, life->birth, at),
                                  *free = location_at(profile, life->free, at);
    /* It jumped to free, or to an operator that is hidden. */
    bool jumped = birth && !free && at == life->activation && at == life->free->n_locations;
    if (!birth || (!free && !jumped))
      continue;
    const char *function = function_of(profile, birth);
    if (!*function || (free && strcmp(function, function_of(profile, free)) != 0))
      continue;
    int64_t level = (int64_t)life->birth->n_locations - 1 - at;
    return (struct activation){
        .known = true,
        .function = function,
        .above = level > responsible.location ? (uint32_t)(level - responsible.location) : 0,
        .from_root = (uint32_t)at,
        .order = jumped ? 1 : order_of(birth, free)};
  }
  return (struct activation){0};
}

/* The objects of the site that were born in the lives of others. */
struct siblings {
  bool known;
  double least, most;
};

/* Siblings are of the life's own size class. Where the site has several sizes, one that saw none of its
 * class but other allocations may have seen one of another class. */
static bool may_have_missed(const struct life *life, bool of_sizes) {
  return of_sizes && life->siblings == 0 && life->calls > 0;
}

static void note_siblings(struct siblings *siblings, const struct life *life, bool of_sizes) {
  if (life->siblings < 0 || may_have_missed(life, of_sizes))
    return;
  siblings->least = siblings->known ? fmin(siblings->least, life->siblings) : life->siblings;
  siblings->most = fmax(siblings->most, life->siblings);
  siblings->known = true;
}

static bool has_sizes(const struct advise_site *site) {
  for (size_t i = 1; i < site->lives.count; i++)
    if (site->lives.data[i]->size != site->lives.data[0]->size)
      return true;
  return false;
}

/* A function that keeps a few buffers frees each once it has as many others. */
enum { MOST_REPLACED = 16 };

/* A caller so many frames out may pass on a buffer of its own. */
enum { FURTHEST = 2 };

struct site_locality site_locality_of(const struct advise_sites *sites,
                                      const struct advise_site *site) {
  struct site_locality ret = {LOCALITY_LOCAL, {0}};
  struct siblings siblings = {0};
  bool of_sizes = has_sizes(site);
  for (size_t i = 0; i < site->lives.count; i++) {
    const struct life *life = site->lives.data[i];
    struct activation activation = activation_of(sites, life);
    bool near = activation.known && activation.above <= FURTHEST && activation.from_root > 0;
    if (life->end != LIFE_FREED || !near)
      return (struct site_locality){LOCALITY_NONE, {0}};
    if (activation.order <= 0)
      ret.kind = LOCALITY_REPLACED;
    note_siblings(&siblings, life, of_sizes);
    if (!ret.outermost.known || activation.above > ret.outermost.above)
      ret.outermost = activation;
  }
  if (!ret.outermost.known)
    ret.kind = LOCALITY_NONE;
  else if (siblings.known && siblings.least > 0 && siblings.most <= MOST_REPLACED)
    ret.kind = LOCALITY_REPLACED;
  return ret;
}
