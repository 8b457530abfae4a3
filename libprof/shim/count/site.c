#include "shim/count/site.h"

#include "common/size_class.h"
#include "shim/count/busy.h"
#include "shim/count/config.h"
#include "shim/count/site_figures.h"
#include "shim/store/index.h"
#include "shim/store/module.h"
#include "shim/store/space.h"
#include "shim/sys/atomics.h"
#include "shim/sys/sandbox.h"
#include "shim/sys/sys.h"

#include <sys/prctl.h>

/* A site is found in three steps, each of which answers nearly all that the next would be asked:
 *
 *   user->cache   private to the thread, one entry for each top byte of the key: one compare
 *   index         private to the process, from the key to the site's number; lock-free
 *   TABLE_SITES   in the recording: a site that was never met is made there, by the thread that
 *                 reserved its entry of the index. Other threads that meet the entry meanwhile wait
 *                 until it is published.
 *
 * The key is a hash of the stack and of struct site_key. Two sites of one key would be taken for
 * one: see index.h for how unlikely that is. The stack is stored only when the site is new.
 *
 * While everything is recorded, sites are sharded: the same stack has a site for each thread that
 * allocates from it. A shard's figures have one writer, so that plain instructions suffice. Blocks
 * are freed by other threads, too. Such a free is counted in a site of frees (SITE_FREES), which
 * belongs to the thread that frees and names the site that allocated; readers subtract it there. A
 * thread finds the site for its frees by the allocating site's number: in user->cache->freed, then
 * in `freed`. */
static struct index sites, freed;

void site_reset(void) {
  index_reset(&sites);
  index_reset(&freed);
}

/* Sites of one stack differ in these. */
struct site_key {
  uint64_t rate;
  uint32_t size_class;
  enum recording_site_state state;
  const struct recording_thread *thread; /* NULL: any */
  uint32_t shard;                        /* see struct site_user; 0: any thread's */
  uint32_t tag;
  uint32_t size; /* of the first allocation; no part of the key */
};

/* Index values are one more than what they stand for: 0 means pending. */
static uint32_t make_site(uint32_t stack, const struct site_key *k) {
  uint64_t at = stack == UINT32_MAX ? TABLE_FULL : table_take(TABLE_SITES, 1);
  if (at >= INDEX_FAILED - 1)
    return INDEX_FAILED;
  struct recording_site *site = table_at(TABLE_SITES, at);
  site->stack = stack;
  site->rate = k->rate;
  site->size_class = (uint8_t)k->size_class;
  site->size = k->size;
  site->tag = (uint16_t)k->tag;
  site->shard = k->shard;
  if (k->thread) {
    site->thread = k->thread->number;
    site->thread_tid = k->thread->tid;
    if (!sandboxed())
      sys(SYS_prctl, PR_GET_NAME, site->thread_name); /* threads are named after they start */
  }
  __atomic_store_n(&site->state, (uint8_t)k->state, __ATOMIC_RELEASE);
  return (uint32_t)at + 1;
}

static uint64_t hash_key(uint64_t stack, const struct site_key *k) {
  uint64_t key = (stack ^ k->size_class ^ k->rate << 8) * 0x9e3779b97f4a7c15ull;
  key += (uint64_t)k->tag << 40 | (uint64_t)k->state << 32 |
         (k->thread ? k->thread->number : k->shard);
  return key ^ key >> 31;
}

struct site site_at(uint32_t index) {
  return (struct site){table_at(TABLE_SITES, index), index};
}

static struct site find_or_make(const struct stack *stack, uint32_t generation, uint64_t key,
                                const struct site_key *k) {
  SHIM_ASSERT(thread_tls.busy); /* a handler would wait for what it interrupted to be published */
  bool mine;
  uint32_t *entry = index_find(&sites, key, &mine);
  if (!entry)
    return (struct site){NULL, 0};
  uint32_t value = mine ? INDEX_PENDING : index_wait(entry);
  if (value == INDEX_PENDING)
    index_publish(entry, value = make_site(stack_find(stack, generation), k));
  return value == INDEX_FAILED ? (struct site){NULL, 0} : site_at(value - 1);
}

static struct site_key key_of(uint64_t size, uint64_t rate, const struct site_user *user) {
  return (struct site_key){.rate = rate,
                           .size_class = size_class(size),
                           .state = SITE_OWN,
                           .thread = config.flags & RECORDING_THREADS ? user->self : NULL,
                           .shard = rate <= 1 ? user->shard : 0,
                           .tag = user->tag,
                           .size = size < UINT32_MAX ? (uint32_t)size : UINT32_MAX};
}

enum { CACHED_SHIFT = 56 };
_Static_assert(SITE_CACHED == 1 << (64 - CACHED_SHIFT), "site_cache");

struct site site_find_known(uint64_t hash, uint64_t size, const struct site_user *user) {
  struct site_key k = key_of(size, 1, user);
  uint64_t key = hash_key(stack_key(hash, stack_generation()), &k);
  const struct site_cache *cache = user->cache;
  unsigned i = key >> CACHED_SHIFT;
  return cache->entry[i].key == key ? cache->entry[i].site : (struct site){NULL, 0};
}

struct site site_find(struct last_walk *last, uint64_t size, uint64_t rate,
                      const struct site_user *user) {
  struct site_key k = key_of(size, rate, user);
  uint32_t generation = stack_generation();
  uint64_t key = hash_key(stack_key(last_walk_hash(last), generation), &k);
  struct site_cache *cache = user->cache;
  unsigned i = key >> CACHED_SHIFT;
  if (__builtin_expect(cache->entry[i].key == key, 1))
    return cache->entry[i].site;
  struct stack stack = stack_of_walk(last);
  struct site site = find_or_make(&stack, generation, key, &k);
  if (site.at) {
    cache->entry[i].key = key;
    cache->entry[i].site = site;
  }
  return site;
}

struct site site_import(const struct recording_site *site, const struct stack *stack,
                        uint16_t tag) {
  struct site_key k = {.rate = site->rate,
                       .size_class = site->size_class,
                       .state = SITE_INHERITED,
                       .tag = tag,
                       .size = site->size};
  uint32_t generation = stack_generation();
  module_register_all(stack->frames, stack->depth);
  return find_or_make(stack, generation, hash_key(stack_key(stack->hash, generation), &k), &k);
}

/* The site in which a thread counts its frees of another thread's site. */
static uint32_t make_freed(const struct site *of, uint32_t shard) {
  uint64_t at = table_take(TABLE_SITES, 1);
  if (at >= INDEX_FAILED - 1)
    return INDEX_FAILED;
  struct recording_site *site = table_at(TABLE_SITES, at);
  site->stack = of->index;
  site->rate = of->at->rate;
  site->shard = shard;
  __atomic_store_n(&site->state, SITE_FREES, __ATOMIC_RELEASE);
  return (uint32_t)at + 1;
}

static struct recording_site *find_freed(const struct site *of, uint32_t shard) {
  uint64_t key = (((uint64_t)of->index << 32 | shard) + 1) * 0xd6e8feb86659fd93ull;
  bool mine;
  uint32_t *entry = index_find(&freed, key ^ key >> 32, &mine);
  if (!entry)
    return NULL;
  uint32_t value = mine ? INDEX_PENDING : index_wait(entry);
  if (value == INDEX_PENDING)
    index_publish(entry, value = make_freed(of, shard));
  return value == INDEX_FAILED ? NULL : site_at(value - 1).at;
}

/* From now on frees of objects of this site are counted in `to`, this thread's own. */
static void remember_freed(struct site_cache *cache, uint32_t index, struct recording_site *to) {
  unsigned i = index % SITE_CACHED;
  cache->freed[i].at = NULL; /* a signal handler's free must not meet half an entry */
  __atomic_signal_fence(__ATOMIC_SEQ_CST);
  cache->freed[i].index = index;
  __atomic_signal_fence(__ATOMIC_SEQ_CST);
  cache->freed[i].at = to;
}

/* Where a free by `user` of a block of a site that has an owner is counted. To find a site of
 * frees takes the index and perhaps the lock of the space. A signal handler's free may have
 * interrupted its own thread there, which it would then wait for without end; `busy` says so. */
static __attribute__((noinline)) struct recording_site *find_to_free(struct site site,
                                                                     const struct site_user *user) {
  struct recording_site *to = NULL;
  if (site_is_mine(site.at, user)) {
    to = site.at;
  } else if (!thread_tls.busy) {
    busy_begin();
    to = find_freed(&site, user->shard);
    busy_end();
  }
  if (!to)
    return site.at; /* better a count that may be lost than one that surely is */
  remember_freed(user->cache, site.index, to);
  return to;
}

void site_add(struct recording_site *site, struct weight weight, const struct site_user *user) {
  SHIM_ASSERT(!site->shard || site_is_mine(site, user));
  site_count_alloc(site, weight, user->self, user->live_shared, site->shard);
}

void site_remove(struct site site, struct weight weight, uint64_t lifetime,
                 const struct site_user *user) {
  bool owned = site.at->shard; /* not where a rate samples */
  struct recording_site *known = owned ? site_to_free_again(site.index, user->cache) : site.at,
                        *to = known ? known : find_to_free(site, user);
  SHIM_ASSERT(!owned || !known || site_is_mine(known, user));
  site_count_free(to, weight, lifetime, user->self, user->live_shared, to->shard);
  SHIM_ASSERT(!site_is_mine(to, user) || site_adds_up(to));
}
