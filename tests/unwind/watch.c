/* Preloaded into real programs: on every UNWIND_EVERY-th allocation our walk is compared with
 * libunwind's.
 *
 * Counts go to the file UNWIND_TALLY, a struct tally that all processes map; descriptions of
 * mismatches are appended to the file UNWIND_REPORT. One thread compares at a time and nobody waits
 * to: a thread may hold the loader's lock here, which libunwind takes. */
#include "compare.h"
#include "oracle.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

static void *(*next_malloc)(size_t);
static void *(*next_calloc)(size_t, size_t);
static void *(*next_realloc)(void *, size_t);
static int (*next_dlclose)(void *);
static unsigned every, calls;
static int lock;
static bool ready;
static const char *report_path;

static void find_next(void) {
  next_realloc = (void *(*)(void *, size_t))dlsym(RTLD_NEXT, "realloc");
  next_calloc = (void *(*)(size_t, size_t))dlsym(RTLD_NEXT, "calloc");
  next_dlclose = (int (*)(void *))dlsym(RTLD_NEXT, "dlclose");
  next_malloc = (void *(*)(size_t))dlsym(RTLD_NEXT, "malloc");
}

static void write_report(const char *text, size_t n) {
  int fd = open(report_path, O_WRONLY | O_APPEND | O_CLOEXEC);
  if (fd >= 0 && write(fd, text, n) < 0)
    abort();
  close(fd);
}

__attribute__((constructor)) static void begin(void) {
  const char *path = getenv("UNWIND_TALLY"), *number = getenv("UNWIND_EVERY");
  int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
  report_path = getenv("UNWIND_REPORT");
  if (fd < 0 || !number || !report_path || !oracle_load())
    return;
  compare_tally = mmap(NULL, sizeof(*compare_tally), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  close(fd);
  compare_report = write_report;
  compare_reports_all = getenv("UNWIND_ALL") != NULL;
  every = (unsigned)atoi(number);
  ready = compare_tally != MAP_FAILED && every > 0;
}

/* `frame` is that of the interposed function: above it is the program. */
static void look(const uintptr_t *frame) {
  if (!ready || __atomic_add_fetch(&calls, 1, __ATOMIC_RELAXED) % every ||
      __atomic_exchange_n(&lock, 1, __ATOMIC_ACQUIRE))
    return;
  struct cfi_frame start = {frame[1], (uintptr_t)(frame + 2), frame[0]};
  compare_from(&start);
  __atomic_store_n(&lock, 0, __ATOMIC_RELEASE);
}

EXPORT void *malloc(size_t size) {
  if (!next_malloc)
    find_next();
  look(__builtin_frame_address(0));
  return next_malloc(size);
}

EXPORT void *calloc(size_t n, size_t size) {
  if (!next_malloc)
    find_next();
  look(__builtin_frame_address(0));
  return next_calloc(n, size);
}

EXPORT void *realloc(void *p, size_t size) {
  if (!next_malloc)
    find_next();
  look(__builtin_frame_address(0));
  return next_realloc(p, size);
}

/* As the shim does, before anything else can be loaded at the place. */
EXPORT int dlclose(void *handle) {
  int result = next_dlclose(handle);
  unwind_forget();
  return result;
}
