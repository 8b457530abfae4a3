/* A library to preload that writes down each allocation of a program, for the simulation of samplers
 * (simulate.c), or measures what a cheap look at one in some bytes costs.
 *
 * TRACE_FILE names the file; the process's number is appended. TRACE_LOOK=RATE looks instead: every
 * RATE bytes on average, by the shim's process, it finds the call in a table of known calls and draws
 * anew. At the end it writes "LOOKS NS" to the file, by the tick counter. */
#include "trace.h"

#define UNW_LOCAL_ONLY
#include <dlfcn.h>
#include <fcntl.h>
#include <libunwind.h>
#include <math.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include <x86intrin.h>

#define EXPORT __attribute__((visibility("default")))
#define GOLDEN 0x9e3779b97f4a7c15ull
enum { DEEPEST = 256, WAITING = 4096, SETS = 1024, WAYS = 4 };

static __thread bool inside;
static __thread int64_t left;
static __thread uint64_t randomness = 88172645463325252;
static double look_rate;
static int file = -1;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct traced_allocation waiting[WAITING];
static unsigned n_waiting;
static uint64_t looks, look_ticks;
static struct instant { uint64_t ns, ticks; } start;

static struct instant instant_now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (struct instant){(uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec, __rdtsc()};
}

static uint64_t mix(uint64_t hash, uint64_t value) {
  hash = (hash ^ value) * GOLDEN;
  return hash ^ hash >> 29;
}

static uint64_t call_key(const void *caller, const void *frame, size_t size) {
  uint64_t power = size ? 64 - (unsigned)__builtin_clzll(size) : 0;
  return mix(mix((uintptr_t)caller, (uintptr_t)frame), power);
}

static void trace_flush(void) {
  if (write(file, waiting, n_waiting * sizeof *waiting) < 0)
    _exit(3);
  n_waiting = 0;
}

static void __attribute__((noinline)) trace(size_t size, uint64_t key) {
  void *stack[DEEPEST];
  int depth = unw_backtrace(stack, DEEPEST);
  uint64_t site = 0;
  for (int i = 2; i < depth; i++) /* beyond this function and the wrapper */
    site = mix(site, (uintptr_t)stack[i]);
  pthread_mutex_lock(&lock);
  waiting[n_waiting++] = (struct traced_allocation){
      site, (uint32_t)key, size > UINT32_MAX ? UINT32_MAX : (uint32_t)size};
  if (n_waiting == WAITING)
    trace_flush();
  pthread_mutex_unlock(&lock);
}

/* As the shim would: its table of known calls is a thread's, four to a set, the last way the victim. */
static __thread struct { uint64_t key, draws; } known[SETS][WAYS];

static uint64_t know(uint64_t key) {
  __typeof__(&known[0][0]) set = known[key % SETS], way = set;
  while (way < set + WAYS - 1 && way->key != key)
    way++;
  if (way->key != key)
    way->key = key, way->draws = 0;
  return way->draws++;
}

static double draw(void) {
  randomness ^= randomness << 13;
  randomness ^= randomness >> 7;
  randomness ^= randomness << 17;
  return -log((double)((randomness >> 11) + 1) * 0x1p-53) * look_rate;
}

static volatile uint64_t how_often;
static void __attribute__((noinline)) trace_look(uint64_t key) {
  uint64_t started = __rdtsc();
  how_often = know(key);
  left = (int64_t)draw();
  look_ticks += __rdtsc() - started;
  looks++;
}

static void trace_note(size_t size, const void *caller, const void *frame) {
  if (file < 0 || inside)
    return;
  inside = true;
  if (!look_rate)
    trace(size, call_key(caller, frame, size));
  else if ((left -= (int64_t)size + 1) < 0)
    trace_look(call_key(caller, frame, size));
  inside = false;
}

static __attribute__((constructor)) void trace_begin(void) {
  const char *name = getenv("TRACE_FILE"), *rate = getenv("TRACE_LOOK");
  char path[4096];
  if (!name)
    return;
  inside = true;
  look_rate = rate ? strtod(rate, NULL) : 0;
  start = instant_now();
  snprintf(path, sizeof path, "%s.%d", name, getpid());
  file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  inside = false;
}

static __attribute__((destructor)) void trace_end(void) {
  if (file < 0)
    return;
  inside = true;
  struct instant now = instant_now();
  if (look_rate)
    dprintf(file, "%lu %.0f\n", looks,
            (double)look_ticks * (double)(now.ns - start.ns) / (double)(now.ticks - start.ticks));
  else
    trace_flush();
  file = -1;
}

#define NEXT(name)                                                                                 \
  static __typeof__(&name) next;                                                                   \
  if (!next)                                                                                       \
  next = (__typeof__(&name))dlsym(RTLD_NEXT, #name)
#define NOTE(size) trace_note(size, __builtin_return_address(0), __builtin_frame_address(0))

EXPORT void *malloc(size_t size) {
  NEXT(malloc);
  NOTE(size);
  return next(size);
}

EXPORT void *calloc(size_t n, size_t size) {
  NEXT(calloc);
  NOTE(n * size);
  return next(n, size);
}

EXPORT void *realloc(void *p, size_t size) {
  NEXT(realloc);
  if (size)
    NOTE(size);
  return next(p, size);
}

EXPORT int posix_memalign(void **p, size_t alignment, size_t size) {
  NEXT(posix_memalign);
  NOTE(size);
  return next(p, alignment, size);
}

EXPORT void *aligned_alloc(size_t alignment, size_t size) {
  NEXT(aligned_alloc);
  NOTE(size);
  return next(alignment, size);
}
