/* Sites: the lives of objects, by the line of the function that is responsible for them. Private to
 * the folder. */
#pragma once

#include "base/vector.h"
#include "model/lives.h"
#include "model/profile.h"
#include "model/responsible.h"
#include "model/spread.h"

/* A frame of a stack: a function at a line, inlined or not. */
struct site_frame {
  const char *function, *file;
  int64_t line;
  uint64_t address;  /* the call's, where the line is not known; else 0 */
  uint32_t location; /* its place in the sample's stack, from the leaf */
};

struct advise_site {
  struct site_frame frame; /* the responsible one, of the first life */
  const struct profile_sample *sample;
  VECTOR(const struct life *) lives;
  double objects, bytes;     /* that its lives stand for */
  double alloc, inuse, peak; /* bytes, by the profile's ordinary samples */
  double peak_objects;
  double alloc_variance, peak_variance, inuse_variance; /* of these */
  struct spread peak_spread;
  double peak_low;        /* the lower end of the peak's interval */
  double reachable, lost; /* bytes, where a leak check was made (model/reach_labels.h); else 0 */
};

struct advise_sites {
  const struct profile *profile;
  struct responsible *responsible;
  lives_vector lives;
  VECTOR(struct advise_site) sites;
  /* Sums over the whole profile: */
  double calls, bytes, peak, inuse; /* allocations; bytes */
  double memory;                    /* bytes: the most that the process had, or malloc gave out */
  double seconds;                   /* that the program ran */
  double cpu; /* seconds of CPU time; those that it ran where that is not known */
};

/* The part of the run after which it tidies up, perhaps: what ends later lived to its end. */
#define ADVISE_TIDIES_UP 0.99

/* Whether the profile has all figures of `memprof run --advise`: sites have them all. */
bool advise_sites_known(const struct profile *profile);

/* The profile must have them. */
struct error *advise_sites_create(const struct profile *profile, struct advise_sites *ret);
void advise_sites_deinit(struct advise_sites *sites);
#define _cleanup_advise_sites_ __attribute__((cleanup(advise_sites_deinit)))

/* Frame k of the sample from the leaf, inlined ones counted; false beyond the last. */
bool site_frame_at(const struct profile *profile, const struct profile_sample *sample, uint32_t k,
                   struct site_frame *ret);

/* The responsible frame of a sample. */
bool site_frame_responsible(const struct advise_sites *sites, const struct profile_sample *sample,
                            struct site_frame *ret);
