#include "cli/session/resident_looks.h"

#include "base/strbuf.h"
#include "base/vector.h"

#include <pthread.h>

struct kept_look {
  pid_t pid;
  unsigned generation;
  struct resident_look look;
};

static VECTOR(struct kept_look) kept;
static pthread_mutex_t kept_lock = PTHREAD_MUTEX_INITIALIZER;

static struct kept_look *look_find(pid_t pid, unsigned generation) {
  for (size_t i = 0; i < kept.count; i++)
    if (kept.data[i].pid == pid && kept.data[i].generation == generation)
      return &kept.data[i];
  return NULL;
}

void resident_looks_keep(pid_t pid, unsigned generation, const struct resident_look *look) {
  pthread_mutex_lock(&kept_lock);
  struct kept_look *known = look_find(pid, generation);
  if (known)
    known->look = *look;
  else
    (void)VECTOR_PUSH(&kept, ((struct kept_look){pid, generation, *look}));
  pthread_mutex_unlock(&kept_lock);
}

static bool look_take(pid_t pid, unsigned generation, struct resident_look *ret) {
  pthread_mutex_lock(&kept_lock);
  struct kept_look *known = look_find(pid, generation);
  if (known) {
    *ret = known->look;
    *known = kept.data[--kept.count];
  }
  pthread_mutex_unlock(&kept_lock);
  return known;
}

struct error *resident_look_comment(const struct recording *recording,
                                    const struct resident_look *look, struct profile *profile) {
  _cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
  resident_look_append(&sb, look, recording_program(recording));
  return strbuf_failed(&sb) ? &error_no_memory : profile_add_comment(profile, sb.data);
}

struct error *resident_looks_add(const struct recording *recording, struct profile *profile) {
  struct resident_look look;
  bool known = look_take(recording->pid, recording->header.generation, &look);
  return known ? resident_look_comment(recording, &look, profile) : NULL;
}
