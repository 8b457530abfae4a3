#include "shim/life/session.h"

#include "common/clock.h"
#include "common/settings.h"
#include "shim/count/busy.h"
#include "shim/count/config.h"
#include "shim/count/peak.h"
#include "shim/count/rate.h"
#include "shim/count/site.h"
#include "shim/count/thread.h"
#include "shim/frees/wrong_free.h"
#include "shim/history/history.h"
#include "shim/life/command.h"
#include "shim/life/inherit.h"
#include "shim/life/leak_lists.h"
#include "shim/life/session_path.h"
#include "shim/life/settings.h"
#include "shim/store/module.h"
#include "shim/store/space.h"
#include "shim/store/tag.h"
#include "shim/store/wide_shadow.h"
#include "shim/sys/atomics.h"
#include "shim/sys/clock.h"
#include "shim/sys/filter.h"
#include "shim/sys/next.h"
#include "shim/sys/sandbox.h"
#include "shim/sys/say.h"
#include "shim/sys/signals.h"
#include "shim/sys/sys.h"
#include "shim/sys/text.h"
#include "shim/walk/unwind.h"

#include <fcntl.h>
#include <stddef.h>
#include <sys/stat.h>
#include <time.h>

/* A process image has one recording. Three facts decide what a thread that comes here gets:
 *
 *   state                 the process's: where its recording is in its life
 *   *config_same_process  0 in a child, however it was forked: the kernel wipes its page
 *   thread_tls.state      the thread's: NULL until it has counters in the recording
 *
 *            session_start, by the first                session_enter_thread, by each
 *            thread that needs it                       thread's first allocation
 *   UNSTARTED ---------> STARTING ---------> ON ---------------------------> the thread records
 *       ^  ^                 |   |
 *       |  +-----------------+   +---------> OFF: no thread of this process records any more
 *       |     no environment yet     the file could not be made, or a child is not followed
 *       |
 *       +--- session_fork_child, from any state but OFF
 *
 * Nobody waits. A thread that finds STARTING goes unrecorded for that call, because it may be
 * the very thread that is making the recording, in a signal handler.
 *
 * A fork has four parts. The forking thread copies the live objects (session_fork_prepare) while
 * there is one process, or has those of many blocks copied later (late_copy.h). The parent drops the copy (session_fork_parent). The child forgets every
 * table, index and thread that is the parent's (session_fork_child) and is UNSTARTED again. Its
 * first allocation that takes the slow path begins a recording of its own and plants the copied
 * objects there (inherit_fill). A child of the bare system call ran no handler: it is found out by
 * the wiped page, in session_enter.
 *
 * The order in session_begin matters. The file comes first, because all others write to it. Its
 * magic comes last in fill_header, because readers take a file with a magic for a recording. The
 * filter and the shadow are set before state is ON, because the first block that is recorded needs
 * them. */
enum state { UNSTARTED, STARTING, ON, OFF };
static int state;
static bool forked;

static uint32_t read_file(const char *path, char *to, uint32_t size) {
  int fd = (int)sys(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
  uint32_t n = 0;
  for (long got; fd >= 0 && n < size && (got = sys(SYS_read, fd, to + n, size - n)) > 0;)
    n += (uint32_t)got;
  if (fd >= 0)
    sys(SYS_close, fd);
  return n;
}

/* Readers outside of the namespace know the process by another number. */
static uint64_t pid_namespace(void) {
  struct stat st;
  long failed = sys(SYS_newfstatat, AT_FDCWD, "/proc/self/ns/pid", &st, 0);
  return failed ? 0 : st.st_ino;
}

static void describe_process(struct recording_header *h) {
  h->pid = (uint32_t)sys(SYS_getpid);
  h->pid_namespace = pid_namespace();
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

static void session_configure(const struct settings *settings) {
  config.depth = settings->depth;
  config.rate = settings->rate ? settings->rate : 1;
  config.overhead_ppm = settings->overhead_ppm;
  config.flags = (settings->rate == 1 ? RECORDING_EXACT : 0) |
                 (settings->rate ? 0 : RECORDING_BUDGET) |
                 (settings->threads ? RECORDING_THREADS : 0) |
                 (settings->histories ? RECORDING_HISTORIES : 0) | (forked ? RECORDING_FORKED : 0) |
                 next_other_doors;
  config.frees_noted =
      settings->rate == 1 && (settings->free_stacks || settings->histories) ? FREES_REMEMBERED : 0;
  config.seed =
      settings->has_seed ? settings->seed : clock_ticks() ^ (uint64_t)sys(SYS_getpid) << 32;
}

static void fill_header(uint32_t generation) {
  struct recording_header *h = recording;
  h->generation = generation;
  h->flags = config.flags;
  h->pinned_rate = config.flags & RECORDING_BUDGET ? 0 : config.rate;
  h->overhead_ppm = config.overhead_ppm;
  h->depth = config.depth;
  h->rate = config.rate;
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

static enum begun session_begin(void) {
  struct settings settings;
  const char *bad;
  if (!settings_read(&settings, &bad))
    return LATER;
  say_remember();
  say_to_folder(settings.supervisor ? settings.dir : NULL);
  if (bad)
    say("cannot read the setting ", bad, "; its default holds");
  if (forked && !settings.follow)
    return FAILED;
  session_configure(&settings);
  char path[RECORDING_PATH_SIZE];
  uint32_t generation;
  if (!session_path_create(settings.dir, path, &generation)) {
    say("cannot make a recording in ", settings.dir ? settings.dir : path,
        "; this process is not recorded");
    return FAILED;
  }
  fill_header(generation);
  leak_lists_publish();
  config_watch_forks();
  rate_reset();
  if (config.flags & RECORDING_EXACT) {
    filter_all();
    shadow_begin(next_is_libc() ? GRANULE_SHIFT_MOST : GRANULE_SHIFT_LEAST);
    wrong_free_watch(settings.free_stacks);
  }
  if (config.flags & RECORDING_HISTORIES)
    history_keep();
  filter_pin(NULL);
  if (forked)
    inherit_fill();
  return BEGUN;
}

static void session_start(void) {
  int expected = UNSTARTED;
  if (!__atomic_compare_exchange_n(&state, &expected, STARTING, false, __ATOMIC_ACQ_REL,
                                   __ATOMIC_RELAXED))
    return;
  busy_begin();
  enum begun begun = session_begin();
  busy_end();
  __atomic_store_n(&state,
                   begun == BEGUN   ? ON
                   : begun == LATER ? UNSTARTED
                                    : OFF,
                   __ATOMIC_RELEASE);
}

/* With all signals blocked: a handler that left would leave a recording that never begins, or a
 * thread's counters that nobody gets again. */
static bool session_enter_blocked(void) {
  if (__atomic_load_n(&state, __ATOMIC_ACQUIRE) == UNSTARTED)
    session_start();
  int now = __atomic_load_n(&state, __ATOMIC_ACQUIRE);
  if (now == OFF)
    thread_off();
  if (now != ON)
    return false;
  busy_begin();
  bool entered = thread_enter();
  if (!entered) {
    counter_add(&recording->dropped[DROP_LIMIT], 1); /* and all that the thread allocates */
    thread_off();
  }
  busy_end();
  return entered;
}

static bool session_enter_thread(void) {
  if (sandboxed()) { /* too late to begin anything */
    if (recording)
      counter_add(&recording->dropped[DROP_LIMIT], 1);
    thread_off();
    return false;
  }
  if (thread_tls.busy && busy_now(__builtin_frame_address(0)))
    return false;
  uint64_t before = signals_block();
  bool entered = session_enter_blocked();
  signals_restore(before);
  return entered;
}

bool session_enter(void) {
  if (!*config_same_process)
    session_fork_child();
  return session_enter_thread();
}

void session_fork_prepare(void) {
  inherit_prepare();
}

void session_fork_parent(void) {
  inherit_discard();
}

void session_fork_child(void) {
  config_forget_process();
  thread_reset();
  if (state == OFF)
    return;
  inherit_detach();
  stack_reset();
  site_reset();
  tag_reset();
  command_reset();
  module_reset();
  unwind_forget();
  wrong_free_forget();
  history_forget();
  peak_reset();
  shadow_reset();
  wide_shadow_reset();
  session_path[0] = '\0'; /* the parent's is not ours to convert */
  forked = true;
  state = UNSTARTED;
}
