#include "shim/history/watched.h"

/* Buckets of two cache lines; an address is in its bucket or nowhere. 256 KiB, of which only what
 * is used is touched. */
enum { BUCKETS = 1 << 11, PLACES = 8 };
static struct {
  uint64_t key[PLACES]; /* the address's complement: a leak check must not find it here; 0: free */
  uint32_t history[PLACES];
  uint32_t used; /* it ever was */
  uint32_t pad[7];
} bucket[BUCKETS];
#define RESERVED 1ull

static unsigned bucket_of(const void *p) {
  uint64_t h = ((uintptr_t)p >> 4) * 0x9e3779b97f4a7c15ull;
  return h >> (64 - 11);
}

bool watched_add(const void *p, uint32_t history) {
  unsigned b = bucket_of(p);
  bucket[b].used = 1;
  for (unsigned i = 0; i < PLACES; i++) {
    uint64_t expected = 0, *key = &bucket[b].key[i];
    if (*key || !__atomic_compare_exchange_n(key, &expected, RESERVED, false, __ATOMIC_ACQUIRE,
                                             __ATOMIC_RELAXED))
      continue;
    bucket[b].history[i] = history;
    __atomic_store_n(key, ~(uint64_t)(uintptr_t)p, __ATOMIC_RELEASE);
    return true;
  }
  return false;
}

bool watched_take(const void *p, uint32_t *history) {
  unsigned b = bucket_of(p);
  uint64_t wanted = ~(uint64_t)(uintptr_t)p;
  for (unsigned i = 0; i < PLACES; i++)
    if (__atomic_load_n(&bucket[b].key[i], __ATOMIC_ACQUIRE) == wanted) {
      *history = bucket[b].history[i];
      /* The one who gives the place of the history to another object may be faster. */
      return __atomic_compare_exchange_n(&bucket[b].key[i], &wanted, 0, false, __ATOMIC_RELEASE,
                                         __ATOMIC_RELAXED);
    }
  return false;
}

void watched_forget(void) {
  for (unsigned b = 0; b < BUCKETS; b++)
    if (bucket[b].used) { /* pages that were never touched stay so */
      bucket[b].used = 0;
      for (unsigned i = 0; i < PLACES; i++)
        bucket[b].key[i] = 0;
    }
}
