/* Every interleaving of a few operations on the shim's tables, with up to PREEMPTIONS preemptions.
 *
 * The threads are coroutines. Before each atomic operation (steps.h) the scheduler may let another
 * one go on; it tries all ways to do so, one after the other, by running each scenario again from
 * its beginning with the next list of decisions. Most concurrency bugs need two preemptions at most
 * (Musuvathi and Qadeer, PLDI 2007). The model is sequentially consistent: what a processor or the
 * compiler may reorder is ThreadSanitizer's part (tables.c). Speaks TAP. */
#include "shim/store/index.h"
#include "shim/store/object_table.h"
#include "shim/store/shadow.h"
#include "shim/store/space.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/single_threaded.h>
#include <ucontext.h>
#include <unistd.h>

enum {
  PREEMPTIONS = 3,
  MOST_THREADS = 3,
  STACK = 64 << 10,
  MOST_DECISIONS = 4096,
  PATIENCE = 10000
};

/* The scheduler. */

static ucontext_t scheduler, contexts[MOST_THREADS];
static char stacks[MOST_THREADS][STACK];
static bool running, done[MOST_THREADS];
static unsigned n_threads, current, preemptions, waits;
static struct { unsigned choices, chosen; } decision[MOST_DECISIONS];
static unsigned n_decisions, at_decision;
static const char *complaint;

static void require(bool condition, const char *what) {
  if (!condition && !complaint)
    complaint = what;
}

/* One of `n` ways; the list of decisions says which. */
static unsigned decide(unsigned n) {
  if (n < 2)
    return 0;
  if (at_decision == MOST_DECISIONS) {
    fprintf(stderr, "interleave: a scenario is too long\n");
    _exit(2);
  }
  if (at_decision == n_decisions)
    decision[n_decisions++].chosen = 0;
  decision[at_decision].choices = n;
  return decision[at_decision++].chosen;
}

static void go_on(unsigned next) {
  unsigned last = current;
  if (next == last)
    return;
  current = next;
  swapcontext(&contexts[last], &contexts[next]);
}

/* The k-th of the threads that can go on, besides `except`. */
static unsigned other(unsigned k, unsigned except) {
  for (unsigned i = 0; i < n_threads; i++)
    if (i != except && !done[i] && !k--)
      return i;
  return except;
}

static unsigned n_others(unsigned except) {
  unsigned n = 0;
  for (unsigned i = 0; i < n_threads; i++)
    n += i != except && !done[i];
  return n;
}

void step(void) {
  if (!running || preemptions == PREEMPTIONS)
    return;
  unsigned chosen = decide(1 + n_others(current));
  if (!chosen)
    return;
  preemptions++;
  go_on(other(chosen - 1, current));
}

void give_way(void) {
  if (!running)
    return;
  if (++waits > PATIENCE) {
    require(false, "a thread waits for ever");
    setcontext(&scheduler);
  }
  /* In turn, and no decision: two threads that wait for a third must not wait for each other. */
  for (unsigned i = 1; i <= n_threads; i++)
    if (!done[(current + i) % n_threads]) {
      go_on((current + i) % n_threads);
      return;
    }
}

/* Scenarios. Each thread's function knows its number as `current`. */

struct scenario {
  const char *name;
  unsigned n_threads;
  void (*begin)(void);
  void (*thread)(unsigned self);
  void (*check)(void); /* by the main thread, when all have ended */
};

static const struct scenario *scenario;

static void run_thread(void) {
  unsigned self = current;
  scenario->thread(self);
  done[self] = true;
  unsigned n = n_others(self);
  if (!n)
    setcontext(&scheduler);
  current = other(decide(n), self);
  setcontext(&contexts[current]);
}

static void run_once(void) {
  volatile bool ended = false;
  running = false;
  scenario->begin();
  n_threads = scenario->n_threads;
  preemptions = waits = at_decision = 0;
  memset(done, 0, sizeof(done));
  for (unsigned i = 0; i < n_threads; i++) {
    getcontext(&contexts[i]);
    contexts[i].uc_stack.ss_sp = stacks[i];
    contexts[i].uc_stack.ss_size = STACK;
    makecontext(&contexts[i], run_thread, 0);
  }
  getcontext(&scheduler);
  if (!ended) {
    ended = true;
    running = true;
    current = decide(n_threads);
    setcontext(&contexts[current]);
  }
  running = false;
  if (!complaint)
    scenario->check();
}

/* The next list of decisions; false when all were tried. */
static bool next_schedule(void) {
  n_decisions = at_decision;
  while (n_decisions && decision[n_decisions - 1].chosen + 1 == decision[n_decisions - 1].choices)
    n_decisions--;
  if (!n_decisions)
    return false;
  decision[n_decisions - 1].chosen++;
  return true;
}

static bool explore(const struct scenario *s, unsigned number) {
  unsigned runs = 0;
  scenario = s;
  n_decisions = 0;
  complaint = NULL;
  do {
    run_once();
    runs++;
  } while (!complaint && next_schedule());
  printf("%s %u - %s\n# %u interleavings\n", complaint ? "not ok" : "ok", number, s->name, runs);
  if (complaint) {
    printf("# %s, by decisions", complaint);
    for (unsigned i = 0; i < at_decision; i++)
      printf(" %u", decision[i].chosen);
    puts("");
  }
  fflush(stdout);
  return !complaint;
}

/* The index. A value says by whom it was made, and of which key. */

static struct index table;
static unsigned made[8];

static void begin_index(void) {
  index_reset(&table);
  memset(made, 0, sizeof(made));
}

static uint32_t find_or_make(uint64_t key) {
  bool mine;
  uint32_t *entry = index_find(&table, key, &mine);
  require(entry != NULL, "the index has no room");
  uint32_t value = mine ? INDEX_PENDING : index_wait(entry);
  if (value == INDEX_PENDING) {
    made[key]++;
    step();
    index_publish(entry, value = (uint32_t)(100 + key));
  }
  require(value == 100 + key, "a key has another's value");
  return value;
}

static void same_key(unsigned self) {
  (void)self;
  find_or_make(1);
}

static void check_same_key(void) {
  require(made[1] == 1, "two threads made one element");
}

/* Half full: the next to come makes a larger table. */
static void begin_half_full(void) {
  begin_index();
  for (uint64_t key = 1; key <= 3; key++)
    find_or_make(key);
}

static void grow_meanwhile(unsigned self) {
  find_or_make(4 + self);
  find_or_make(2);
}

static void check_grown(void) {
  require(made[2] == 1, "growth lost what was published before it began");
  for (uint64_t key = 4; key < 4 + n_threads; key++)
    find_or_make(key); /* one that was added to the old table meanwhile may be made again */
}

/* The table of live objects: one bucket at the first level has one place left. */

static struct recording_header header;
static struct recording_bucket buckets[2][256];
static bool level_made;

struct recording_header *recording = &header;
char *chunk_address[TABLE_COUNT][RECORDING_MAX_CHUNKS];

/* Space that does not end, and without a lock: the lock is not what is tried here. */
bool space_chunk(enum recording_table_id id, unsigned k) {
  step();
  if (id != TABLE_OBJECTS || k > 1)
    return false;
  level_made |= k == 1;
  chunk_address[id][k] = (char *)buckets[k];
  return true;
}

static struct recording_leaf leaves[4];
static uint64_t n_leaves;

uint64_t space_take_leaf(enum recording_table_id id) {
  step();
  return id == TABLE_LEAVES ? n_leaves++ : TABLE_FULL;
}

bool space_has_leaf(enum recording_table_id id, uint64_t i) {
  return id == TABLE_LEAVES && i < n_leaves;
}

static void *block(unsigned i) {
  return (void *)(uintptr_t)(0x100000 + 16 * i);
}

static struct recording_object object_of(unsigned i) {
  return (struct recording_object){.size = 1000 + i, .time = 7, .site = 50 + i};
}

static void object_add(unsigned i) {
  struct recording_object object = object_of(i);
  require(object_table_add(block(i), &object), "a block finds no place");
}

static void take_out(unsigned i) {
  struct recording_object object;
  require(object_table_remove(block(i), &object), "a live block is not there");
  require(object.size == 1000 + i && object.site == 50 + i, "a block has another's record");
}

static void begin_objects(void) {
  memset(&header, 0, sizeof(header));
  memset(buckets, 0, sizeof(buckets));
  memset(chunk_address, 0, sizeof(chunk_address));
  header.table[TABLE_OBJECTS].count = 1;
  chunk_address[TABLE_OBJECTS][0] = (char *)buckets[0];
  level_made = false;
  for (unsigned i = 0; i < BUCKET_OBJECTS - 1; i++)
    object_add(i);
}

static void add_and_take_out(unsigned self) {
  object_add(BUCKET_OBJECTS - 1 + self);
  take_out(self);
  take_out(BUCKET_OBJECTS - 1 + self);
}

static void check_objects(void) {
  for (unsigned i = n_threads; i < BUCKET_OBJECTS - 1; i++)
    take_out(i);
}

/* A reader meanwhile, as it goes through the table: it meets whole records only. */
static void see(void *context, uint64_t address, const struct recording_object *object) {
  unsigned i = (unsigned)(address - 0x100000) / 16;
  (void)context;
  require(object->size == 1000 + i && object->site == 50 + i, "a reader meets half a record");
}

static void add_or_read(unsigned self) {
  if (self) {
    object_add(BUCKET_OBJECTS - 1);
    take_out(0);
    return;
  }
  const struct recording_bucket *b = buckets[0];
  for (unsigned k = 0; k < 256; k++)
    for (unsigned i = 0; i < BUCKET_OBJECTS; i++) {
      bool used = b[k].key[i] || b[k].overflowed;
      uint64_t key = used ? (step(), b[k].key[i]) : 0;
      if (key > OBJECT_RESERVED)
        see(NULL, key, &b[k].object[i]);
    }
}

static void check_nothing(void) {}

/* One block is freed by two threads at once: one of them finds it. */
static unsigned found;

static void begin_double(void) {
  begin_objects();
  found = 0;
}

static void take_out_same(unsigned self) {
  struct recording_object object;
  (void)self;
  found += object_table_remove(block(1), &object);
}

static void check_found_once(void) {
  require(found == 1, "a block was found more or less than once");
}

/* The shadow: two threads come to a leaf that is not there. */
static void begin_shadow(void) {
  memset(&header, 0, sizeof(header));
  memset(leaves, 0, sizeof(leaves));
  n_leaves = 0;
  chunk_address[TABLE_LEAVES][0] = (char *)leaves;
  shadow_reset();
  shadow_begin(GRANULE_SHIFT_LEAST);
}

static void fill_granule(unsigned self) {
  struct recording_object object = {.size = 20 + self, .time = 1 << 21, .site = self}, found_object;
  struct recording_granule *granule;
  require(shadow_add(block(self), &object), "a granule finds no leaf");
  require(shadow_remove(block(self), &found_object, &granule), "a live block is not in the shadow");
  require(found_object.size == 20 + self && found_object.site == self,
          "a granule has another's record");
  require(shadow_add(block(self), &object), "a granule finds no leaf");
}

static void check_shadow(void) {
  unsigned published = 0;
  for (uint64_t i = 0; i < n_leaves; i++)
    published += leaves[i].start != 0;
  require(published == 1, "two leaves stand for one place, or none does");
  for (unsigned i = 0; i < n_threads; i++) {
    struct recording_object object;
    struct recording_granule *granule;
    require(shadow_remove(block(i), &object, &granule), "a live block is not in the shadow");
  }
}

static const struct scenario scenarios[] = {
    {"two threads make one element of an index", 2, begin_index, same_key, check_same_key},
    {"three threads make one element of an index", 3, begin_index, same_key, check_same_key},
    {"two threads add to an index that grows", 2, begin_half_full, grow_meanwhile, check_grown},
    {"two threads add to a full bucket and take out", 2, begin_objects, add_and_take_out,
     check_objects},
    {"a reader and a thread that adds and takes out", 2, begin_objects, add_or_read, check_nothing},
    {"two threads free one block", 2, begin_double, take_out_same, check_found_once},
    {"two threads come to a leaf that is not there", 2, begin_shadow, fill_granule, check_shadow},
};

int main(void) {
  unsigned n = sizeof(scenarios) / sizeof(*scenarios), failed = 0;
  __libc_single_threaded = 0;
  printf("1..%u\n", n);
  for (unsigned i = 0; i < n; i++)
    failed += !explore(&scenarios[i], i + 1);
  return failed != 0;
}
