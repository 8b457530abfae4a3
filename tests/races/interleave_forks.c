/* Every interleaving (schedule.h) of threads that fork, children that read and threads that change
 * blocks (shim/life/late_copy.h). Copies that are unmapped cannot be touched any more. Speaks TAP. */
#include "schedule.h"

#include "shim/count/config.h"
#include "shim/count/pause.h"
#include "shim/life/late_copy.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { PAGE = 4096, MOST = 4, LEAVES = 2 };

struct config config;
uint64_t record_paused;

/* Copies, a page each, and which of them are mapped. */
static char *pages;
static bool mapped[MOST];
static unsigned n_made;
/* The children: what their parent gave them, and whether they have read it. */
static struct {
  struct leaf_copies *copies;
  bool has_read;
} children[MOST];
static unsigned n_children;
static const struct leaf_copies *last_kept[MOST]; /* by each thread */

static struct leaf_copies *page(unsigned i) {
  return (struct leaf_copies *)(pages + i * PAGE);
}

static unsigned number(const struct leaf_copies *copies) {
  return (unsigned)(((const char *)copies - pages) / PAGE);
}

uint64_t leaf_copies_wanted(void) {
  return UINT32_MAX;
}

struct leaf_copies *leaf_copies_make(void) {
  require(n_made < MOST, "copies are made without end");
  mprotect(page(n_made), PAGE, PROT_READ | PROT_WRITE);
  *page(n_made) = (struct leaf_copies){.leaves = {LEAVES}};
  mapped[n_made] = true;
  return page(n_made++);
}

void leaf_copies_unmap(struct leaf_copies *copies) {
  if (!copies)
    return;
  require(mapped[number(copies)], "copies are unmapped twice");
  mapped[number(copies)] = false;
  mprotect(copies, PAGE, PROT_NONE);
}

void leaf_copies_keep(struct leaf_copies *copies, const void *p) {
  (void)p;
  __atomic_store_n(&copies->is_touched, 1, __ATOMIC_RELAXED);
  last_kept[thread_now()] = copies;
}

bool leaf_copies_sweep(struct leaf_copies *copies) {
  if (__atomic_fetch_add(&copies->next, 1, __ATOMIC_RELAXED) >= LEAVES)
    return false;
  __atomic_add_fetch(&copies->finished, 1, __ATOMIC_RELAXED);
  return true;
}

bool leaf_copies_complete(const struct leaf_copies *copies) {
  return __atomic_load_n(&copies->finished, __ATOMIC_RELAXED) == LEAVES;
}

static void begin_forks(void) {
  if (!pages)
    pages = mmap(NULL, MOST * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  late_copy_arrive(NULL);
  for (unsigned i = 0; i < n_made; i++)
    if (mapped[i])
      leaf_copies_unmap(page(i));
  n_made = n_children = 0;
}

static void fork_once(void) {
  struct leaf_copies *copies = late_copy_begin();
  if (!copies)
    return; /* this thread copies all itself */
  require(mapped[number(copies)], "a child gets what is not mapped");
  children[n_children].has_read = false;
  children[n_children++].copies = copies;
  late_copy_forked();
}

/* The parent cannot see any more whether copies that it has unmapped are complete. */
static bool is_complete(const struct leaf_copies *copies) {
  return !mapped[number(copies)] || copies->finished == LEAVES; /* no step between the two */
}

/* A thread that changes a leaf. All children that were there before, and have not read by then, need
 * the leaf. */
static void change(unsigned self) {
  unsigned before = n_children;
  bool needs[MOST];
  for (unsigned i = 0; i < before; i++)
    needs[i] = !children[i].has_read && !is_complete(children[i].copies);
  last_kept[self] = NULL;
  if (late_copies)
    late_copy_keep(NULL);
  for (unsigned i = 0; i < before; i++)
    require(!needs[i] || children[i].has_read || last_kept[self] == children[i].copies ||
                is_complete(children[i].copies),
            "a child misses a leaf");
}

/* The first child reads all. Its mapping is its own: a write to it is safe whatever the parent does. */
static void read_all(void) {
  if (!n_children)
    return;
  struct leaf_copies *copies = children[0].copies;
  children[0].has_read = true;
  if (mapped[number(copies)])
    copies->is_read = 1;
}

static void fork_and_change(unsigned self) {
  if (self == 0)
    fork_once();
  else
    change(self);
}

static void all_fork(unsigned self) {
  fork_once();
  if (self)
    change(self);
}

static void fork_twice(unsigned self) {
  if (self == 1) {
    read_all();
    return;
  }
  fork_once();
  if (self == 2)
    change(self);
  fork_once();
}

/* Whatever was on its way comes to its end: nothing stays mapped, and nobody is led astray. */
static void check_end(void) {
  require((late_copies != NULL) == (record_paused != 0) && (!record_paused == !config.frees_noted),
          "the bits do not say whether there are copies");
  for (unsigned i = 0; i < LEAVES && late_copies; i++)
    late_copy_keep(NULL);
  require(!late_copies && !record_paused && !config.frees_noted, "copying does not end");
  for (unsigned i = 0; i < n_made; i++)
    require(!mapped[i], "copies stay mapped");
}

static const struct scenario scenarios[] = {
    {"a thread forks, two change blocks", 3, begin_forks, fork_and_change, check_end},
    {"two threads fork, one of them changes blocks", 2, begin_forks, all_fork, check_end},
    {"three threads fork, two of them change blocks", 3, begin_forks, all_fork, check_end},
    {"two threads fork twice, and a child reads", 3, begin_forks, fork_twice, check_end},
};

int main(void) {
  return explore_all(scenarios, sizeof(scenarios) / sizeof(*scenarios));
}
