#include "shim/sys/next.h"

#include "shim/sys/arch.h"
#include "shim/sys/filter.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

/* While dlsym runs, malloc may be called by the loader itself. 64 KiB is far more than it ever
 * takes. */
static _Alignas(16) char early[65536];
static size_t early_used;
static int resolving;

uint32_t next_other_doors;

bool next_is_early(const void *p) {
  return (const char *)p >= early && (const char *)p < early + sizeof(early);
}

/* A block carries its size in the 16 bytes before it. */
size_t next_early_size(const void *p) {
  return ((const size_t *)p)[-2];
}

static void *early_aligned(size_t alignment, size_t size) {
  if (size > sizeof(early) || alignment > sizeof(early))
    return NULL;
  alignment = alignment < 16 ? 16 : alignment;
  size_t room = (size + 15) / 16 * 16 + alignment + 16;
  size_t at = __atomic_fetch_add(&early_used, room, __ATOMIC_RELAXED);
  if (at + room > sizeof(early))
    return NULL;
  uintptr_t p = ((uintptr_t)early + at + 16 + alignment - 1) & ~(uintptr_t)(alignment - 1);
  ((size_t *)p)[-2] = size;
  filter_pin((void *)p);
  return (void *)p;
}

/* The stubs. The first call looks up; calls that arrive meanwhile are served from `early`. */
static bool resolved(void) {
  if (__atomic_load_n(&resolving, __ATOMIC_RELAXED))
    return false;
  next_resolve();
  return true;
}

static void *stub_malloc(size_t size) {
  return resolved() ? next.malloc(size) : early_aligned(16, size);
}
static void stub_free(void *p) {
  if (p && resolved())
    next.free(p);
}
static void *stub_calloc(size_t n, size_t size) {
  size_t total;
  if (resolved())
    return next.calloc(n, size);
  return __builtin_mul_overflow(n, size, &total) ? NULL : early_aligned(16, total);
}
static void *stub_realloc(void *p, size_t size) {
  if (resolved())
    return next.realloc(p, size);
  return p ? NULL : early_aligned(16, size); /* a block to move would be the next allocator's */
}
static void *stub_memalign(size_t alignment, size_t size) {
  return resolved() ? next.memalign(alignment, size) : early_aligned(alignment, size);
}
static void *stub_aligned_alloc(size_t alignment, size_t size) {
  return resolved() ? next.aligned_alloc(alignment, size) : early_aligned(alignment, size);
}
static int stub_posix_memalign(void **ret, size_t alignment, size_t size) {
  if (resolved())
    return next.posix_memalign(ret, alignment, size);
  *ret = early_aligned(alignment, size);
  return *ret ? 0 : ENOMEM;
}
static void *stub_valloc(size_t size) {
  return resolved() ? next.valloc(size) : early_aligned(4096, size);
}
static void *stub_pvalloc(size_t size) {
  return resolved() ? next.pvalloc(size) : early_aligned(4096, size);
}
static size_t stub_usable_size(void *p) {
  return p && resolved() ? next.malloc_usable_size(p) : 0;
}
static void *stub_reallocarray(void *p, size_t n, size_t size) {
  size_t total;
  if (resolved())
    return next.reallocarray(p, n, size);
  return __builtin_mul_overflow(n, size, &total) ? NULL : stub_realloc(p, total);
}

struct next_allocator next = {
    .malloc = stub_malloc,
    .free = stub_free,
    .calloc = stub_calloc,
    .realloc = stub_realloc,
    .memalign = stub_memalign,
    .aligned_alloc = stub_aligned_alloc,
    .posix_memalign = stub_posix_memalign,
    .valloc = stub_valloc,
    .pvalloc = stub_pvalloc,
    .malloc_usable_size = stub_usable_size,
    .reallocarray = stub_reallocarray,
};

/* An allocator without reallocarray (mimalloc and jemalloc have none) must not get glibc's, which
 * would call realloc through the search order and so count twice: this one goes straight on. */
static void *own_reallocarray(void *p, size_t n, size_t size) {
  size_t total;
  if (__builtin_mul_overflow(n, size, &total)) {
    errno = ENOMEM;
    return NULL;
  }
  return next.realloc(p, total);
}

/* libc_malloc_debug.so.0 (MALLOC_CHECK_, mtrace) has these functions in libc's first version alone,
 * which is no default there: dlsym passes it over and finds libc's. A program's own calls name that
 * version. (dlvsym alone would pass over every allocator that has no versions.) */
static void *next_find(const char *name, const char *version) {
  void *found = dlsym(RTLD_NEXT, name), *versioned;
  if (found && !next_same_object(found, abort))
    return found;
  versioned = dlvsym(RTLD_NEXT, name, version);
  return versioned ? versioned : found;
}

void next_resolve(void) {
  if (__atomic_exchange_n(&resolving, 1, __ATOMIC_ACQUIRE))
    return;
  int saved = errno;
  struct next_allocator found = {
      .malloc = next_find("malloc", ARCH_LIBC_FIRST),
      .free = next_find("free", ARCH_LIBC_FIRST),
      .calloc = next_find("calloc", ARCH_LIBC_FIRST),
      .realloc = next_find("realloc", ARCH_LIBC_FIRST),
      .memalign = next_find("memalign", ARCH_LIBC_FIRST),
      .aligned_alloc = next_find("aligned_alloc", "GLIBC_2.16"),
      .posix_memalign = next_find("posix_memalign", ARCH_LIBC_FIRST),
      .valloc = next_find("valloc", ARCH_LIBC_FIRST),
      .pvalloc = next_find("pvalloc", ARCH_LIBC_FIRST),
      .malloc_usable_size = next_find("malloc_usable_size", ARCH_LIBC_FIRST),
      .reallocarray = own_reallocarray,
  };
  next = found;
  errno = saved;
  __atomic_store_n(&resolving, 0, __ATOMIC_RELEASE);
}

bool next_same_object(const void *a, const void *b) {
  struct dl_find_object x, y;
  return _dl_find_object((void *)a, &x) == 0 && _dl_find_object((void *)b, &y) == 0 &&
         x.dlfo_map_start == y.dlfo_map_start;
}

bool next_is_libc(void) {
  return !next_other_doors && next_same_object(next.free, abort);
}
