#include "model/dropped.h"

#include "model/unit.h"

#include <inttypes.h>
#include <stdio.h>

static bool parse(const char *comment, struct profile_dropped *ret) {
  *ret = (struct profile_dropped){0};
  int n = sscanf(comment,
                 "dropped: space=%" SCNu64 " reentrant=%" SCNu64 " limit=%" SCNu64
                 " allocs=%" SCNu64 " bytes=%" SCNu64,
                 &ret->space, &ret->reentrant, &ret->limit, &ret->allocs, &ret->bytes);
  ret->counted = n == 5;
  return n >= 3;
}

bool profile_dropped(const struct profile *profile, struct profile_dropped *ret) {
  struct profile_dropped sum = {.counted = true}, one;
  bool found = false;
  for (size_t i = 0; i < profile->n_comments; i++) {
    if (!parse(profile->comments[i], &one))
      continue;
    sum.space += one.space;
    sum.reentrant += one.reentrant;
    sum.limit += one.limit;
    sum.allocs += one.allocs;
    sum.bytes += one.bytes;
    sum.counted &= one.counted;
    found = true;
  }
  if (found)
    *ret = sum;
  return found;
}

bool profile_is_incomplete(const struct profile *profile) {
  struct profile_dropped dropped;
  return profile_dropped(profile, &dropped);
}

static void append_reasons(struct strbuf *sb, const struct profile_dropped *dropped) {
  const struct {
    uint64_t n;
    const char *reason;
  } reasons[] = {{dropped->space, "no room for the recording"},
                 {dropped->reentrant, "made in signal handlers"},
                 {dropped->limit, "a table of the recording was full"}};
  bool any = false;
  for (int i = 0; i < 3; i++) {
    /* A recording without room fails in its tables, too. */
    if (!reasons[i].n || (i == 2 && dropped->space))
      continue;
    strbuf_append(sb, any ? ", " : " (");
    strbuf_append(sb, reasons[i].reason);
    any = true;
  }
  strbuf_append(sb, any ? ")" : "");
}

void dropped_append(struct strbuf *sb, const struct profile_dropped *dropped) {
  uint64_t events = dropped->space + dropped->reentrant + dropped->limit;
  /* A thread for which there was no room is an event, and its allocations are in no sum. */
  bool counted = dropped->counted && dropped->allocs;
  uint64_t n = counted ? dropped->allocs : events;
  strbuf_appendf(sb, "%" PRIu64 " %s%s", n, counted ? "allocation" : "event", n == 1 ? "" : "s");
  if (counted) {
    strbuf_append(sb, " of ");
    unit_format(sb, (double)dropped->bytes, "bytes", NULL);
  }
  strbuf_append(sb, n == 1 ? " was not recorded" : " were not recorded");
  append_reasons(sb, dropped);
}
