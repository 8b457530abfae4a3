/* The shim's tables under ThreadSanitizer: threads record and free blocks that they hand to each
 * other, as the hooks do, and what the recording then says adds up.
 *
 * tables exact|sampled: the tables of exact mode (the shadow of the heap, sites of one thread's
 * own) or those of samples (the hash table of objects, sites that all threads change). The tables
 * are those of libmemprof.so, compiled with the sanitizer and without the hooks, so that the
 * program's own malloc is nobody's business. Three generations of threads follow each other: the
 * later ones take the counters of the earlier ones over. */
#include "shim/count/busy.h"
#include "shim/count/config.h"
#include "shim/count/site.h"
#include "shim/store/objects.h"
#include "shim/store/space.h"
#include "shim/store/tag.h"
#include "shim/sys/clock.h"

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { THREADS = 6, GENERATIONS = 3, ROUNDS = 6000, CELLS = 128 };
/* Where everything is recorded, blocks that may have a wide granule are so far apart. */
enum { WIDE_APART = 512 };
enum { LARGEST = 400, GROUPS = 5, INNER = 60, OUTER_FRAMES = 3, FRAMES = 5, LIFETIME = 5 };

static bool exact;
static void *cell[CELLS];
/* The threads' own counts of what they did. */
static uint64_t allocated_objects, allocated_bytes, freed_objects, freed_bytes;

static void require(bool condition, const char *what) {
  if (condition)
    return;
  fprintf(stderr, "tables: %s\n", what);
  _exit(1);
}

static uint64_t random_next(uint64_t *state) {
  *state ^= *state << 13;
  *state ^= *state >> 7;
  return *state ^= *state << 17;
}

/* Stack `inner` of `group`: its frames' addresses, innermost first. The outer three are the
 * group's. */
static uint64_t pc_of(unsigned group, unsigned inner, unsigned frame) {
  return frame < FRAMES - OUTER_FRAMES ? 0x1000000 + inner * 256 + frame * 16
                                       : 0x2000000 + group * 256 + frame * 16;
}

/* A walk that finds the thread on that stack; it builds on the last one where that is of the group.
 */
static void walk_make(struct last_walk *last, unsigned group, unsigned inner,
                      unsigned *last_group) {
  static const uint64_t words[2 * FRAMES + 2];
  unsigned shared = *last_group == group ? OUTER_FRAMES : 0, n = FRAMES - shared;
  for (unsigned i = 0; i < n; i++)
    last->fresh[i] =
        (struct fresh_frame){.pc = pc_of(group, inner, i), .sp = (uintptr_t)&words[2 * i + 2]};
  last_walk_finish(last, shared, n, 0, NULL, 0);
  *last_group = group;
}

static void figure_add(uint64_t *figure, uint64_t n) {
  __atomic_fetch_add(figure, n, __ATOMIC_RELAXED);
}

static void allocate(struct thread_state *state, void *p, uint64_t *random, unsigned *last_group) {
  bool may_be_wide = !exact || (uintptr_t)p % WIDE_APART == 0;
  size_t size = random_next(random) % (may_be_wide ? LARGEST : WIDE_LEAST);
  uint64_t rate = exact ? 1 : 256;
  busy_begin();
  walk_make(&state->last_walk, (unsigned)(random_next(random) % GROUPS),
            (unsigned)(random_next(random) % INNER), last_group);
  struct site site = site_find(&state->last_walk, size, rate, &state->user);
  require(site.at != NULL, "there is no room for a site");
  struct site known = site_find_known(last_walk_hash(&state->last_walk), size, &state->user);
  require(!exact || known.at == site.at, "a site that was just found is not known");
  struct recording_object object = {size, clock_now() + 1, site.index, thread_tls.self->number};
  require(objects_add(p, &object), "there is no room for a block");
  struct weight weight = sample_weight(size, rate);
  site_add(site.at, weight, &state->user);
  busy_end();
  figure_add(&allocated_objects, weight.objects);
  figure_add(&allocated_bytes, weight.bytes);
}

static void release(struct thread_state *state, void *p) {
  struct recording_object object;
  struct recording_granule *granule;
  require(objects_remove(p, &object, &granule), "a live block is not there");
  struct site site = site_at(object.site);
  struct weight weight = sample_weight(object.size, site.at->rate);
  site_remove(site, weight, LIFETIME << LIFETIME_SHIFT, &state->user);
  figure_add(&freed_objects, weight.objects);
  figure_add(&freed_bytes, weight.bytes);
}

/* Side by side, so that eight share a bucket of seven. No memory is touched there. */
static void *new_block(void) {
  static uint64_t n_blocks;
  return (void *)(0x10000000000 + 16 * __atomic_fetch_add(&n_blocks, 1, __ATOMIC_RELAXED));
}

/* A block's memory goes from thread to thread through the cells and by no other way, so that
 * nothing orders two threads but what the tables themselves do. (An allocator's lock would.) */
static void *thread_work(void *seed) {
  uint64_t random = (uintptr_t)seed * 0x9e3779b97f4a7c15ull;
  unsigned last_group = GROUPS;
  void *spare[CELLS];
  unsigned n_spare = 0;
  require(thread_enter(), "a thread gets no counters");
  struct thread_state *state = thread_tls.state;
  for (int i = 0; i < ROUNDS; i++) {
    char value[16];
    snprintf(value, sizeof(value), "%u", (unsigned)(random_next(&random) % 7));
    state->user.tag = i % 50 ? state->user.tag : tag_intern(0, "step", value);
    void *p = NULL;
    if (random_next(&random) % 4) {
      p = n_spare ? spare[--n_spare] : new_block();
      allocate(state, p, &random, &last_group);
    }
    p = __atomic_exchange_n(&cell[random_next(&random) % CELLS], p, __ATOMIC_ACQ_REL);
    if (!p)
      continue;
    release(state, p);
    if (n_spare < CELLS)
      spare[n_spare++] = p;
  }
  /* The next owner of the counters asks the kernel whether this thread is gone, which the sanitizer
   * cannot see. */
  __atomic_store_n(&thread_tls.self->tid, thread_tls.self->tid, __ATOMIC_RELEASE);
  return NULL;
}

/* The frames of a stack by its words and links, as a reader follows them. */
static void check_stack(uint32_t index) {
  const uint64_t *word = table_at(TABLE_STACKS, index);
  uint64_t frames[FRAMES];
  require(STACK_DEPTH(*word) == FRAMES, "a stack has another depth");
  for (unsigned i = 0; i < FRAMES; i++)
    frames[i] =
        *++word & STACK_LINK_BIT ? *(word = table_at(TABLE_STACKS, STACK_LINKED(*word))) : *word;
  unsigned inner = (unsigned)(frames[0] - 0x1000000) / 256;
  unsigned group = (unsigned)(frames[FRAMES - 1] - 0x2000000) / 256;
  for (unsigned i = 0; i < FRAMES; i++)
    require(frames[i] == pc_of(group, inner, i), "a stack has frames of two");
}

static void check_sites(void) {
  uint64_t objects = 0, bytes = 0, gone_objects = 0, gone_bytes = 0;
  for (uint64_t i = 0; i < recording->table[TABLE_SITES].count; i++) {
    const struct recording_site *site = table_at(TABLE_SITES, i);
    require(site->state != SITE_UNPUBLISHED, "a site was never published");
    objects += site->alloc_objects;
    bytes += site->alloc_bytes;
    require(site->lifetime_max == (site->freed_objects ? LIFETIME : 0),
            "a site has another longest life");
    gone_objects += site->freed_objects;
    gone_bytes += site->freed_bytes;
    if (site->state == SITE_OWN)
      check_stack(site->stack);
  }
  require(objects == allocated_objects && bytes == allocated_bytes,
          "what the sites allocated does not add up");
  require(gone_objects == freed_objects && gone_bytes == freed_bytes,
          "what the sites freed does not add up");
}

static void check_live(void) {
  uint64_t live = recording->live_bytes;
  for (uint64_t i = 0; i < recording->table[TABLE_THREADS].count; i++)
    live += (uint64_t)((const struct recording_thread *)table_at(TABLE_THREADS, i))->live;
  require(live == allocated_bytes - freed_bytes, "the threads' live bytes do not add up");
  require(recording->peak_bytes <= allocated_bytes, "the peak is above all there was");
  for (int i = 0; i < CELLS; i++) {
    struct recording_object object;
    struct recording_granule *granule;
    require(!cell[i] || objects_remove(cell[i], &object, &granule), "a block got lost");
  }
}

/* A peak's number of blocks adds up counters that their threads, and those that take them over,
 * write meanwhile with plain stores: it is a figure of about that moment. */
__attribute__((visibility("default"))) const char *__tsan_default_suppressions(void);
const char *__tsan_default_suppressions(void) {
  return "race:live_blocks\nrace:counters_fold\n";
}

static void *take_counters(void *unused) {
  require(thread_enter(), "a thread gets no counters");
  return unused;
}

/* One thread after the other, each of which the kernel has forgotten when the next one begins. */
static void check_taking_over(void) {
  for (int i = 0; i < 4; i++) {
    pthread_t thread;
    require(!pthread_create(&thread, NULL, take_counters, NULL), "no thread");
    pthread_join(thread, NULL);
    const struct recording_thread *counters = table_at(TABLE_THREADS, 0);
    while (syscall(SYS_tgkill, getpid(), counters->tid, 0) == 0)
      sched_yield();
  }
  require(recording->table[TABLE_THREADS].count == 1, "the counters were not taken over");
}

int main(int argc, char **argv) {
  char path[] = "/tmp/memprof-races.XXXXXX";
  require(argc == 2, "usage: tables exact|sampled");
  exact = !strcmp(argv[1], "exact");
  close(mkstemp(path));
  unlink(path);
  require(space_create(path) == 0, "there is no room for a recording");
  unlink(path);
  recording->pid = (uint32_t)getpid();
  recording->load_generation = recording->peak_epoch = recording->rate = 1;
  recording->table[TABLE_OBJECTS].count = 1;
  config.flags = exact ? RECORDING_EXACT : 0;
  if (exact)
    shadow_begin(GRANULE_SHIFT_LEAST);
  check_taking_over();
  for (uintptr_t g = 0; g < GENERATIONS; g++) {
    pthread_t thread[THREADS];
    for (uintptr_t i = 0; i < THREADS; i++)
      require(!pthread_create(&thread[i], NULL, thread_work, (void *)(g * THREADS + i + 1)),
              "no thread");
    for (int i = 0; i < THREADS; i++)
      pthread_join(thread[i], NULL);
  }
  require(recording->dropped[DROP_SPACE] + recording->dropped[DROP_LIMIT] == 0,
          "something was dropped");
  check_sites();
  check_live();
  return 0;
}
