#include "model/busiest_thread.h"

#include <inttypes.h>
#include <stdio.h>

void busiest_thread_append(struct strbuf *sb, const struct busiest_thread *thread) {
  strbuf_appendf(sb,
                 "busiest_thread: number=%" PRIu64 " allocs=%" PRIu64 " bytes=%" PRIu64 " name=%s",
                 thread->number, thread->allocs, thread->bytes, thread->name);
}

static bool thread_parse(const char *comment, struct busiest_thread *ret) {
  int end = 0;
  bool known =
      sscanf(comment,
             "busiest_thread: number=%" SCNu64 " allocs=%" SCNu64 " bytes=%" SCNu64 " name=%n",
             &ret->number, &ret->allocs, &ret->bytes, &end) == 3 &&
      end > 0;
  if (known)
    ret->name = comment + end;
  return known;
}

bool profile_busiest_thread(const struct profile *profile, struct busiest_thread *ret) {
  struct busiest_thread thread;
  bool found = false;
  for (size_t i = 0; i < profile->n_comments; i++)
    if (thread_parse(profile->comments[i], &thread) && (!found || thread.allocs > ret->allocs)) {
      *ret = thread;
      found = true;
    }
  return found;
}
