/* memprof.h: what a program can say to memprof while memprof records it, and ask of it.
 *
 * Header only: nothing to link against. Without memprof every call does nothing, at the cost of a
 * load and a branch, so calls can stay in what is shipped. C and C++, with gcc or clang, for glibc.
 * See memprof(3) for all of this at length. */
#ifndef MEMPROF_H
#define MEMPROF_H

#if !defined(__PIC__) && !defined(__PIE__)
#include <dlfcn.h>
#endif
#include <errno.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Figures of the process's heap: calls and allocated bytes are exact; live and peak figures are
 * estimates unless sampling_distance is 1 and always was (memprof run --exact). */
struct memprof_stats {
  uint64_t allocs, frees;     /* calls since the start */
  uint64_t allocated_bytes;   /* since the start */
  uint64_t live_objects;      /* allocs - frees */
  uint64_t live_bytes;        /* now */
  uint64_t peak_bytes;        /* the most that live_bytes ever was */
  uint64_t sampling_distance; /* mean bytes between two recorded allocations, now; 1: all */
  uint64_t dropped;           /* events that could not be recorded */
};

/* The recorder's side of what follows. Not to be called: it is there under memprof only. */
#ifndef MEMPROF_WEAK
#define MEMPROF_WEAK __attribute__((weak))
#endif
MEMPROF_WEAK int memprof_v1_is_active(void);
MEMPROF_WEAK int memprof_v1_snapshot(const char *path);
MEMPROF_WEAK int memprof_v1_stats(struct memprof_stats *stats, size_t size);
MEMPROF_WEAK void memprof_v1_pause(void);
MEMPROF_WEAK void memprof_v1_resume(void);
MEMPROF_WEAK void memprof_v1_tag_push(const char *key, const char *value);
MEMPROF_WEAK void memprof_v1_tag_pop(void);
MEMPROF_WEAK void memprof_v1_report_alloc(const char *pool, const void *block, size_t size);
MEMPROF_WEAK void memprof_v1_report_free(const void *block);

#if defined(__PIC__) || defined(__PIE__)
#define MEMPROF_FIND_(name) name
#else
/* In code for a fixed address a linker takes an undefined weak symbol for 0, once and for all:
 * there the loader is asked, once for each function and source file. */
static inline void *memprof_find_(const char *name, void **found) {
  if (!*found) {
    void *symbol = dlsym((void *)0, name);
    *found = symbol ? symbol : (void *)found;
  }
  return *found == (void *)found ? (void *)0 : *found;
}
#define MEMPROF_FIND_(name)                                                                        \
  (__extension__({                                                                                 \
    static void *memprof_found_;                                                                   \
    (__typeof__(&name))memprof_find_(#name, &memprof_found_);                                      \
  }))
#endif

/* 1 while this process is being recorded, else 0; 0 also in a thread that began in a sandbox
 * (seccomp), because it is not recorded. */
static inline int memprof_is_active(void) {
  int (*f)(void) = MEMPROF_FIND_(memprof_v1_is_active);
  return f ? f() : 0;
}

/* Writes a profile of now to `path`, as `memprof snapshot -o` does: %p in it is the pid, %n the
 * program's name, %t the time, and with one of these a file that is there is not overwritten. NULL:
 * memprof.%n.%p.%t.pb.gz. The calling thread waits for it, well under a second as a rule; others go
 * on. 0, or an error's number: ENOSYS where nothing records, ENOENT where the command memprof is
 * not installed, EIO where it failed, and then said why on standard error. */
static inline int memprof_snapshot(const char *path) {
  int (*f)(const char *) = MEMPROF_FIND_(memprof_v1_snapshot);
  return f ? f(path) : ENOSYS;
}

/* 0, or ENOSYS where nothing records; then all figures are 0. */
static inline int memprof_get_stats(struct memprof_stats *stats) {
  int (*f)(struct memprof_stats *, size_t) = MEMPROF_FIND_(memprof_v1_stats);
  struct memprof_stats none = {0, 0, 0, 0, 0, 0, 0, 0};
  *stats = none;
  return f ? f(stats, sizeof(*stats)) : ENOSYS;
}

/* Allocations of all threads are counted, but not recorded, until resumed as often as paused.
 * The free of a block that was recorded before is recorded meanwhile, too. */
static inline void memprof_pause(void) {
  void (*f)(void) = MEMPROF_FIND_(memprof_v1_pause);
  if (f)
    f();
}
static inline void memprof_resume(void) {
  void (*f)(void) = MEMPROF_FIND_(memprof_v1_resume);
  if (f)
    f();
}

/* From here to the matching pop this thread's allocations have the label key=value in profiles.
 * Tags nest, 16 deep; of two with the same key the inner one counts. Both texts are copied, and cut
 * at 23 and 95 bytes. A process can have 16383 different combinations of tags: they are for kinds
 * of work, not for each request's number. */
static inline void memprof_tag_push(const char *key, const char *value) {
  void (*f)(const char *, const char *) = MEMPROF_FIND_(memprof_v1_tag_push);
  if (f)
    f(key, value);
}
static inline void memprof_tag_pop(void) {
  void (*f)(void) = MEMPROF_FIND_(memprof_v1_tag_pop);
  if (f)
    f();
}

/* For arenas and pools: a block that malloc did not give out, in `pool`, which becomes its label
 * "pool"; to be called after it was given out. It counts like one of malloc's. No two reported
 * blocks may have the same address at a time. */
static inline void memprof_report_alloc(const char *pool, const void *block, size_t size) {
  void (*f)(const char *, const void *, size_t) = MEMPROF_FIND_(memprof_v1_report_alloc);
  if (f)
    f(pool, block, size);
}
/* To be called before the block can be given out again. */
static inline void memprof_report_free(const void *block) {
  void (*f)(const void *) = MEMPROF_FIND_(memprof_v1_report_free);
  if (f)
    f(block);
}

#ifdef __cplusplus
}

namespace memprof {
/* A tag for a scope: memprof::tag t("request", "search"); */
class tag {
public:
  tag(const char *key, const char *value) { memprof_tag_push(key, value); }
  ~tag() { memprof_tag_pop(); }

private:
  tag(const tag &);
  tag &operator=(const tag &);
};
} // namespace memprof
#endif

#endif
