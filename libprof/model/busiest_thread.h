/* The thread of a process that allocated most often, by exact counts: kept in a comment of a
 * profile with histories, "busiest_thread: number=N allocs=N bytes=N name=NAME". */
#pragma once

#include "base/strbuf.h"
#include "model/profile.h"

struct busiest_thread {
  uint64_t number;        /* as the label born_by of histories; 0: not known */
  uint64_t allocs, bytes; /* calls, and the bytes that they asked for */
  const char *name;       /* "" if not known; untrusted */
};

/* The comment of it. */
void busiest_thread_append(struct strbuf *sb, const struct busiest_thread *thread);

/* From the comment of the process whose busiest thread allocated most often; false without one. The
 * name points into the profile. */
bool profile_busiest_thread(const struct profile *profile, struct busiest_thread *ret);
