#include "cli/session/resident_looks.h"

#include "base/strbuf.h"
#include "base/vector.h"

#include <pthread.h>

/* Looks of a process image; total, bytes and stacks are 0 where there was none. */
struct kept_looks {
  pid_t pid;
  unsigned generation;
  struct resident_look resident;
  struct heap_look heap;
  struct stack_look stacks;
};

static VECTOR(struct kept_looks) kept;
static pthread_mutex_t kept_lock = PTHREAD_MUTEX_INITIALIZER;

static struct kept_looks *looks_find(pid_t pid, unsigned generation) {
  for (size_t i = 0; i < kept.count; i++)
    if (kept.data[i].pid == pid && kept.data[i].generation == generation)
      return &kept.data[i];
  return NULL;
}

/* Made where they are missing; NULL without memory. */
static struct kept_looks *looks_of(pid_t pid, unsigned generation) {
  struct kept_looks *known = looks_find(pid, generation);
  if (!known && VECTOR_PUSH(&kept, ((struct kept_looks){.pid = pid, .generation = generation})))
    known = &kept.data[kept.count - 1];
  return known;
}

void resident_looks_keep(pid_t pid, unsigned generation, const struct resident_look *look) {
  pthread_mutex_lock(&kept_lock);
  struct kept_looks *looks = looks_of(pid, generation);
  if (looks)
    looks->resident = *look;
  pthread_mutex_unlock(&kept_lock);
}

void heap_looks_keep(pid_t pid, unsigned generation, const struct heap_look *look) {
  pthread_mutex_lock(&kept_lock);
  struct kept_looks *looks = looks_of(pid, generation);
  if (looks)
    looks->heap = *look;
  pthread_mutex_unlock(&kept_lock);
}

void stack_looks_keep(pid_t pid, unsigned generation, const struct stack_look *look) {
  pthread_mutex_lock(&kept_lock);
  struct kept_looks *looks = looks_of(pid, generation);
  if (looks)
    looks->stacks = *look;
  pthread_mutex_unlock(&kept_lock);
}

static struct kept_looks looks_take(pid_t pid, unsigned generation) {
  struct kept_looks ret = {0};
  pthread_mutex_lock(&kept_lock);
  struct kept_looks *known = looks_find(pid, generation);
  if (known) {
    ret = *known;
    *known = kept.data[--kept.count];
  }
  pthread_mutex_unlock(&kept_lock);
  return ret;
}

static struct error *heap_look_comment(const struct heap_look *look, struct profile *profile) {
  _cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
  heap_look_append(&sb, look);
  return strbuf_failed(&sb) ? &error_no_memory : profile_add_comment(profile, sb.data);
}

struct error *stack_look_comment(const struct stack_look *look, struct profile *profile) {
  _cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
  stack_look_append(&sb, look);
  return strbuf_failed(&sb) ? &error_no_memory : profile_add_comment(profile, sb.data);
}

struct error *resident_look_comment(const struct recording *recording,
                                    const struct resident_look *look, struct profile *profile) {
  _cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
  resident_look_append(&sb, look, recording_program(recording));
  return strbuf_failed(&sb) ? &error_no_memory : profile_add_comment(profile, sb.data);
}

struct error *resident_looks_add(const struct recording *recording, struct profile *profile) {
  struct kept_looks looks = looks_take(recording->pid, recording->header.generation);
  struct error *err = NULL;
  if (looks.resident.total)
    err = resident_look_comment(recording, &looks.resident, profile);
  if (!err && looks.heap.bytes)
    err = heap_look_comment(&looks.heap, profile);
  if (!err && looks.stacks.stacks)
    err = stack_look_comment(&looks.stacks, profile);
  return err;
}
