/* The recorder's side of memprof.h: what programs call that know of memprof. */
#define MEMPROF_WEAK __attribute__((visibility("default")))
#include "shim/count/busy.h"
#include "shim/hooks/memprof.h"

#include "shim/count/pause.h"
#include "shim/life/command.h"
#include "shim/life/session.h"
#include "shim/record/record.h"
#include "shim/store/space.h"
#include "shim/store/tag.h"
#include "shim/sys/atomics.h"
#include "shim/sys/filter.h"
#include "shim/sys/sys.h"
#include "shim/sys/text.h"

int memprof_v1_is_active(void) {
  return session_ready() && recording;
}

int memprof_v1_snapshot(const char *path) {
  static const char by_default[] = "memprof.%n.%p.%t.pb.gz";
  char pid[24];
  if (!memprof_v1_is_active())
    return ENOSYS;
  pid[text_number(pid, (uint64_t)sys(SYS_getpid))] = '\0';
  char *arguments[] = {(char *)"memprof",
                       (char *)"snapshot",
                       (char *)"--quiet",
                       (char *)"-o",
                       (char *)(path ? path : by_default),
                       pid,
                       NULL};
  int saved_errno = errno, status = command_run(arguments);
  errno = saved_errno;
  return status == 0 ? 0 : status == COMMAND_MISSING ? ENOENT : EIO;
}

static void add_thread(struct memprof_stats *stats, uint64_t *live,
                       const struct recording_thread *t) {
  stats->allocs += ledger_allocs(&t->ledger);
  stats->frees += t->frees;
  stats->allocated_bytes += ledger_bytes(&t->ledger);
  *live += (uint64_t)t->live;
}

/* `size` is what the caller's header knows: a later one may know more. */
int memprof_v1_stats(struct memprof_stats *to, size_t size) {
  struct memprof_stats stats = {0};
  if (!memprof_v1_is_active())
    return ENOSYS;
  uint64_t live = __atomic_load_n(&recording->live_bytes, __ATOMIC_RELAXED);
  uint64_t n = __atomic_load_n(&recording->table[TABLE_THREADS].count, __ATOMIC_ACQUIRE);
  add_thread(&stats, &live, &recording->exited);
  for (uint64_t i = 0; i < n; i++)
    add_thread(&stats, &live, table_at(TABLE_THREADS, i));
  stats.live_objects = stats.allocs > stats.frees ? stats.allocs - stats.frees : 0;
  stats.live_bytes = (int64_t)live > 0 ? live >> BYTES_SHIFT : 0;
  stats.peak_bytes = recording->peak_bytes >> BYTES_SHIFT;
  if (stats.peak_bytes < stats.live_bytes) /* it is looked for when something is freed */
    stats.peak_bytes = stats.live_bytes;
  stats.sampling_distance = recording->rate;
  for (int i = 0; i < DROP_COUNT; i++)
    stats.dropped += recording->dropped[i];
  __builtin_memcpy(to, &stats, size < sizeof(stats) ? size : sizeof(stats));
  return 0;
}

void memprof_v1_pause(void) {
  record_pause();
}

void memprof_v1_resume(void) {
  record_resume();
}

static void set_tag(struct thread_state *state, uint16_t tag) {
  state->user.tag = tag;
}

/* The tag within this thread's innermost. A signal handler that interrupted the shim gets none. */
static uint16_t tag_within(struct thread_state *state, const char *key, const char *value) {
  if (thread_tls.busy)
    return state->user.tag;
  busy_begin();
  uint16_t tag = tag_intern(state->user.tag, key, value);
  busy_end();
  return tag;
}

void memprof_v1_tag_push(const char *key, const char *value) {
  if (!session_ready())
    return;
  struct thread_state *state = thread_tls.state;
  if (state->tag_depth++ >= TAGS_DEEPEST)
    return;
  state->tags[state->tag_depth - 1] = state->user.tag;
  set_tag(state, tag_within(state, key ? key : "tag", value ? value : ""));
}

void memprof_v1_tag_pop(void) {
  if (!session_ready() || !thread_tls.state->tag_depth)
    return;
  struct thread_state *state = thread_tls.state;
  if (--state->tag_depth < TAGS_DEEPEST)
    set_tag(state, state->tags[state->tag_depth]);
}

/* The key of a reported block: its first byte may be malloc's block's, too. Odd, so that it
 * is no block that free is called with, whatever granule it falls in. */
static void *key_of(const void *block) {
  return (void *)((uintptr_t)block << 1 | OBJECT_POOL | 1);
}

void memprof_v1_report_alloc(const char *pool, const void *block, size_t size) {
  if (!block || size > PTRDIFF_MAX || !session_ready() ||
      ledger_pay(&thread_tls.self->ledger, size))
    return;
  struct thread_state *state = thread_tls.state;
  uint16_t around = state->user.tag;
  set_tag(state, tag_within(state, TAG_POOL, pool ? pool : ""));
  record_anew(key_of(block), size, __builtin_frame_address(0));
  set_tag(state, around);
}

void memprof_v1_report_free(const void *block) {
  struct recording_object object;
  if (!block || !session_ready())
    return;
  if (filter_hit(key_of(block)) &&
      record_take(key_of(block), false, &object, __builtin_frame_address(0)))
    record_freed(&object);
  thread_tls.self->frees++;
}
