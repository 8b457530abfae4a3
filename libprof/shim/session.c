#include "shim/session.h"

#include "common/clock.h"
#include "common/settings.h"
#include "shim/atomics.h"
#include "shim/budget.h"
#include "shim/clock.h"
#include "shim/command.h"
#include "shim/filter.h"
#include "shim/leak_lists.h"
#include "shim/module.h"
#include "shim/next.h"
#include "shim/peak.h"
#include "shim/say.h"
#include "shim/seed.h"
#include "shim/session_path.h"
#include "shim/settings.h"
#include "shim/shadow.h"
#include "shim/site.h"
#include "shim/space.h"
#include "shim/sys.h"
#include "shim/tag.h"
#include "shim/text.h"
#include "shim/thread.h"
#include "shim/unwind.h"
#include "shim/wrong_free.h"

#include <fcntl.h>
#include <stddef.h>
#include <sys/mman.h>
#include <time.h>

#ifndef MADV_WIPEONFORK
#define MADV_WIPEONFORK 18
#endif

struct session_config session_config;
uint64_t session_seed;

enum state { UNSTARTED, STARTING, ON, OFF };
static int state;
static bool forked;

/* One page that the kernel zeroes in a child, whatever way it was forked: *session_same_process is
 * 1 only in the process that wrote it. Fork handlers see fork(), wrappers see _Fork and clone; this
 * sees the raw system call. */
static const uint64_t always_same = 1;
const uint64_t *session_same_process = &always_same;

static void watch_forks(void) {
  long page = sys(SYS_mmap, 0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (sys_failed(page) || sys(SYS_madvise, page, 4096, MADV_WIPEONFORK) != 0)
    return;
  *(uint64_t *)page = 1;
  session_same_process = (const uint64_t *)page;
}

static uint32_t read_file(const char *path, char *to, uint32_t size) {
  int fd = (int)sys(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
  uint32_t n = 0;
  for (long got; fd >= 0 && n < size && (got = sys(SYS_read, fd, to + n, size - n)) > 0;)
    n += (uint32_t)got;
  if (fd >= 0)
    sys(SYS_close, fd);
  return n;
}

static void describe_process(struct recording_header *h) {
  h->pid = (uint32_t)sys(SYS_getpid);
  h->parent_pid = (uint32_t)sys(SYS_getppid);
  h->start_realtime = clock_read(CLOCK_REALTIME);
  h->start_monotonic = clock_read(CLOCK_MONOTONIC);
  h->start_ticks = clock_ticks();
  clock_origin = clock_coarse();
  long n =
      sys(SYS_readlinkat, AT_FDCWD, "/proc/self/exe", h->executable, sizeof(h->executable) - 1);
  h->executable[n > 0 ? n : 0] = '\0';
  h->command_size = read_file("/proc/self/cmdline", h->command, sizeof(h->command));
}

static void configure(const struct settings *settings) {
  session_config.depth = settings->depth;
  session_config.rate = settings->rate ? settings->rate : 1;
  session_config.overhead_ppm = settings->overhead_ppm;
  session_config.flags =
      (settings->rate == 1 ? RECORDING_EXACT : 0) | (settings->rate ? 0 : RECORDING_BUDGET) |
      (settings->threads ? RECORDING_THREADS : 0) | (forked ? RECORDING_FORKED : 0);
  session_seed =
      settings->has_seed ? settings->seed : clock_ticks() ^ (uint64_t)sys(SYS_getpid) << 32;
}

static void fill_header(uint32_t generation) {
  struct recording_header *h = recording;
  h->generation = generation;
  h->flags = session_config.flags;
  h->pinned_rate = session_config.flags & RECORDING_BUDGET ? 0 : session_config.rate;
  h->overhead_ppm = session_config.overhead_ppm;
  h->depth = session_config.depth;
  h->rate = session_config.rate;
  h->load_generation = 1;
  h->peak_epoch = 1;
  h->table[TABLE_OBJECTS].count = 1;
  describe_process(h);
  uint64_t magic;
  __builtin_memcpy(&magic, RECORDING_MAGIC, sizeof(magic));
  __atomic_store_n((uint64_t *)h->magic, magic, __ATOMIC_RELEASE);
}

/* LATER: the environment is not there yet. */
enum begun { BEGUN, LATER, FAILED };

static enum begun begin(void) {
  struct settings settings;
  const char *bad;
  if (!settings_read(&settings, &bad))
    return LATER;
  if (bad)
    say("cannot read the setting ", bad, "; its default holds");
  if (forked && !settings.follow)
    return FAILED;
  configure(&settings);
  char path[RECORDING_PATH_SIZE];
  uint32_t generation;
  if (!session_path_create(settings.dir, path, &generation)) {
    say("cannot make a recording in ", settings.dir ? settings.dir : path,
        "; this process is not recorded");
    return FAILED;
  }
  fill_header(generation);
  leak_lists_publish();
  watch_forks();
  budget_reset();
  if (session_config.flags & RECORDING_EXACT) {
    filter_all();
    shadow_begin(next_is_libc() ? GRANULE_SHIFT_MOST : GRANULE_SHIFT_LEAST);
    wrong_free_watch(settings.free_stacks);
  }
  filter_pin(NULL);
  if (forked)
    seed_plant();
  return BEGUN;
}

static void start(void) {
  int expected = UNSTARTED;
  if (!__atomic_compare_exchange_n(&state, &expected, STARTING, false, __ATOMIC_ACQ_REL,
                                   __ATOMIC_RELAXED))
    return;
  thread_tls.busy = 1;
  enum begun begun = begin();
  thread_tls.busy = 0;
  __atomic_store_n(&state,
                   begun == BEGUN   ? ON
                   : begun == LATER ? UNSTARTED
                                    : OFF,
                   __ATOMIC_RELEASE);
}

static bool enter(void) {
  if (thread_tls.busy)
    return false;
  if (__atomic_load_n(&state, __ATOMIC_ACQUIRE) == UNSTARTED)
    start();
  int now = __atomic_load_n(&state, __ATOMIC_ACQUIRE);
  if (now == OFF)
    thread_off();
  if (now != ON)
    return false;
  thread_tls.busy = 1;
  bool entered = thread_enter();
  if (!entered) {
    counter_add(&recording->dropped[DROP_LIMIT], 1); /* and all that the thread allocates */
    thread_off();
  }
  thread_tls.busy = 0;
  return entered;
}

bool session_enter(void) {
  if (!*session_same_process)
    session_fork_child();
  return enter();
}

void session_fork_prepare(void) {
  seed_prepare();
}

void session_fork_parent(void) {
  seed_discard();
}

void session_fork_child(void) {
  session_same_process = &always_same;
  thread_reset();
  if (state == OFF)
    return;
  seed_detach();
  stack_reset();
  site_reset();
  tag_reset();
  command_reset();
  module_reset();
  unwind_forget();
  wrong_free_forget();
  peak_reset();
  shadow_reset();
  session_path[0] = '\0'; /* the parent's is not ours to convert */
  forked = true;
  state = UNSTARTED;
}
