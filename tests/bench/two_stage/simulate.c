/* simulate TRACE SAMPLES LOOK RUNS: samples a traced program (trace.h) in one stage and in two, at the
 * same cost, and compares how far the sites' bytes are off.
 *
 * One stage is the shim's sampler: an allocation of s bytes is recorded with p = 1 - exp(-(s+1)/R).
 * Two stages draw at a finer rate; a draw first looks which call it is, and is recorded with
 * probability 2^-k, where k grows with the draws that this call has had. A recorded one stands for
 * 2^k / p. SAMPLES is the mean number that one stage records; the fine rate is such that LOOK times
 * the draws and the recorded ones come to SAMPLES. LOOK is the cost of a look in that of a sample.
 *
 * Prints one JSON object. A site's error is the root of its mean squared error over RUNS, relative to
 * its bytes. The table of calls has no limit here and nothing for its misses is charged, which favours
 * two stages. */
#include "trace.h"

#include <fcntl.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

enum { KNOWN = 4 }; /* see struct sampler */

struct allocation {
  uint32_t site, call, size;
};
struct site {
  double bytes, estimate, squares, shift;
  uint32_t seen, seen_runs;
};
struct sampler {
  double rate;
  uint32_t known; /* draws of a call that are all recorded */
  int most;       /* the largest k; 0: one stage */
};
struct cost {
  double draws, recorded;
};

static struct allocation *trace;
static size_t n_trace, n_sites, n_calls;
static struct site *sites;
static uint32_t *draws_of;
static double total;
static uint64_t randomness = 0x2545f4914f6cdd1d;

static double uniform(void) {
  randomness ^= randomness << 13;
  randomness ^= randomness >> 7;
  randomness ^= randomness << 17;
  return (double)((randomness >> 11) + 1) * 0x1p-53;
}

/* Numbers for hashes, in the order in which they come. */
struct numbers {
  uint64_t *key;
  uint32_t *number;
  size_t mask, n;
};

static struct numbers numbers_for(size_t most) {
  size_t size = 1024;
  while (size < 2 * most)
    size *= 2;
  return (struct numbers){calloc(size, 8), calloc(size, 4), size - 1, 0};
}

static uint32_t number_of(struct numbers *t, uint64_t key) {
  size_t at = (key + 1) * 0x9e3779b97f4a7c15ull >> 20 & t->mask;
  while (t->key[at] && t->key[at] != key + 1)
    at = (at + 1) & t->mask;
  if (!t->key[at]) {
    t->key[at] = key + 1;
    t->number[at] = (uint32_t)t->n++;
  }
  return t->number[at];
}

static bool read_trace(const char *path) {
  struct stat st;
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0 || fstat(fd, &st))
    return false;
  n_trace = (size_t)st.st_size / sizeof(struct traced_allocation);
  const struct traced_allocation *all =
      mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
  if (all == MAP_FAILED || !(trace = calloc(n_trace, sizeof *trace)))
    return false;
  struct numbers of_site = numbers_for(n_trace), of_call = numbers_for(n_trace);
  for (size_t i = 0; i < n_trace; i++)
    trace[i] = (struct allocation){number_of(&of_site, all[i].site),
                                   number_of(&of_call, all[i].call), all[i].size};
  n_sites = of_site.n;
  n_calls = of_call.n;
  sites = calloc(n_sites, sizeof *sites);
  draws_of = calloc(n_calls, sizeof *draws_of);
  for (size_t i = 0; i < n_trace; i++) {
    sites[trace[i].site].bytes += trace[i].size;
    total += trace[i].size;
  }
  return true;
}

/* The second stage: k of the draw, from the draws of this call before it. */
static int thinning(const struct sampler *how, uint32_t before) {
  int k = before < how->known ? 0 : 31 - __builtin_clz(before / how->known);
  return k < how->most ? k : how->most;
}

static struct cost sampler_run(const struct sampler *how) {
  struct cost cost = {0, 0};
  double left = -log(uniform()) * how->rate;
  memset(draws_of, 0, n_calls * sizeof *draws_of);
  for (size_t i = 0; i < n_trace; i++) {
    const struct allocation *a = &trace[i];
    if ((left -= a->size + 1.0) >= 0)
      continue;
    left = -log(uniform()) * how->rate;
    cost.draws++;
    int k = thinning(how, draws_of[a->call]++);
    if (k && uniform() > ldexp(1, -k))
      continue;
    cost.recorded++;
    sites[a->site].estimate += ldexp(a->size / -expm1(-(a->size + 1.0) / how->rate), k);
    sites[a->site].seen = 1;
  }
  return cost;
}

static void forget(bool all) {
  for (size_t i = 0; i < n_sites; i++) {
    sites[i].estimate = sites[i].seen = 0;
    if (all)
      sites[i].squares = sites[i].shift = sites[i].seen_runs = 0;
  }
}

/* The rate at which `how` costs as much as `samples` recorded ones, a draw costing `look`. */
static void find_rate(struct sampler *how, double samples, double look) {
  double low = 0, high = 30; /* binary logarithms */
  for (int i = 0; i < 14; i++) {
    how->rate = exp2((low + high) / 2);
    struct cost cost = sampler_run(how);
    forget(false);
    if (cost.recorded + (how->most ? look * cost.draws : 0) > samples)
      low = (low + high) / 2;
    else
      high = (low + high) / 2;
  }
}

static int by_size(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static void print_band(const char *name, double low, double high, int runs) {
  double *errors = calloc(n_sites, sizeof *errors), seen = 0;
  size_t n = 0;
  for (size_t i = 0; i < n_sites; i++) {
    struct site *s = &sites[i];
    if (s->bytes < low * total || s->bytes >= high * total || s->bytes <= 0)
      continue;
    errors[n++] = sqrt(s->squares / runs) / s->bytes;
    seen += (double)s->seen_runs / runs;
  }
  qsort(errors, n, sizeof *errors, by_size);
  printf(", \"%s\": {\"sites\": %zu, \"error\": %.4f, \"seen\": %.4f}", name, n,
         n ? errors[n / 2] : 0.0, n ? seen / (double)n : 0.0);
  free(errors);
}

static void simulate(const char *name, const struct sampler *how, int runs) {
  struct cost cost = {0, 0};
  double sum = 0;
  forget(true);
  for (int i = 0; i < runs; i++) {
    struct cost one = sampler_run(how);
    cost.draws += one.draws / runs;
    cost.recorded += one.recorded / runs;
    for (size_t j = 0; j < n_sites; j++) {
      struct site *s = &sites[j];
      s->squares += (s->estimate - s->bytes) * (s->estimate - s->bytes);
      s->seen_runs += s->seen;
      sum += s->estimate / runs;
    }
    forget(false);
  }
  printf(", \"%s\": {\"rate\": %.0f, \"draws\": %.0f, \"recorded\": %.0f, \"sum\": %.4f", name,
         how->rate, cost.draws, cost.recorded, sum / total);
  print_band("large", 0.01, 2, runs);
  print_band("small", 1e-3, 0.01, runs);
  print_band("smaller", 1e-4, 1e-3, runs);
  print_band("smallest", 1e-5, 1e-4, runs);
  printf("}");
}

int main(int argc, char **argv) {
  if (argc != 5 || !read_trace(argv[1])) {
    fprintf(stderr, "usage: simulate TRACE SAMPLES LOOK RUNS\n");
    return 2;
  }
  double samples = atof(argv[2]), look = atof(argv[3]);
  int runs = atoi(argv[4]);
  printf("{\"allocations\": %zu, \"bytes\": %.0f, \"sites\": %zu, \"calls\": %zu", n_trace, total,
         n_sites, n_calls);
  static const int most[] = {0, 1, 2, 3, 4, 31};
  for (size_t i = 0; i < sizeof most / sizeof *most; i++) {
    struct sampler how = {.known = KNOWN, .most = most[i]};
    char name[16];
    snprintf(name, sizeof name, "%d", most[i]);
    find_rate(&how, samples, look);
    simulate(name, &how, runs);
  }
  printf("}\n");
  return 0;
}
