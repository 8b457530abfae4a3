/* The figures of a process at moments of its run, by stack.
 *
 * At most MOMENTS_MOST moments are kept, evenly spread however long the run is: once there are as
 * many, the interval doubles and all but the first moment of each interval go. A moment holds only
 * what has changed since the one before, and one that goes leaves its changes to the next. Where
 * that would be more than MOMENTS_MOST_CHANGES of them, there are fewer moments.
 *
 * A place is the number of a stack: while the program runs the index of its site in the recording,
 * in a profile the index of its sample (struct profile_sample, `place`). */
#pragma once

#include "base/error.h"
#include "base/vector.h"

#include <stdint.h>

enum {
  MOMENTS_MOST = 200,
  MOMENTS_MOST_CHANGES = 300000,
  MOMENTS_MOST_MARKS = 200, /* later ones are left out */
  MOMENTS_MOST_OTHERS = 8,  /* processes beside the one that they are of */
  MOMENTS_FIRST_MS = 10     /* the interval at first */
};

/* Bytes, since the moment before. A sampled process's are estimates that are not calibrated. */
struct moment_change {
  uint32_t place;
  int64_t allocated, live;
  int64_t born; /* of what lives at the end, those that were allocated since the moment before */
};
struct moment_changes {
  struct moment_change *data; /* by place, none twice */
  size_t count, capacity;
};

struct moment {
  uint64_t time;            /* ns since recording began */
  uint64_t rss;             /* bytes; 0: not known */
  uint64_t live, allocated; /* bytes, of the whole process; allocated since it began */
  uint32_t n_modules;       /* loaded so far, unloaded ones included */
  struct moment_changes changes;
};

/* Another process of the same run, without its stacks. */
struct moment_total {
  int64_t time, rss, live, allocated; /* as those of a moment; in the time of the former process */
};
struct moment_other {
  int64_t pid;
  char *name; /* untrusted; owned */
  VECTOR(struct moment_total) totals;
};

enum moment_mark_kind { MARK_SNAPSHOT, MARK_FORK, MARK_THREAD, MARK_LIBRARY, MARK_KINDS };
extern const char *const moment_mark_words[MARK_KINDS];

struct moment_mark {
  uint64_t time; /* as above */
  enum moment_mark_kind kind;
  char *text; /* untrusted; owned */
};

/* The bytes that a stack has at a moment. */
struct moment_figures {
  int64_t allocated, live;
};

struct moments {
  VECTOR(struct moment) all;
  VECTOR(struct moment_mark) marks;
  VECTOR(struct moment_other) others; /* at most MOMENTS_MOST_OTHERS */
  VECTOR(struct moment_figures) last; /* by place: at the last moment */
  uint64_t interval;                  /* ns */
  uint32_t newest_thread;             /* the number of the last thread that has a mark */
  size_t n_changes;
};

void moments_init(struct moments *moments);
void moments_deinit(struct moments *moments);
#define _cleanup_moments_ __attribute__((cleanup(moments_deinit)))

/* Whether a moment is to be taken at this time. */
bool moments_due(const struct moments *moments, uint64_t now);

/* Adds a moment later than the last, with its changes to what n places have now. */
struct error *moments_add(struct moments *moments, struct moment moment,
                          const struct moment_figures *now, size_t n);

/* Makes room for another moment: after each but the very last. */
struct error *moments_make_room(struct moments *moments);

/* Doubles the interval, also where there is room: for a process whose moments take long. */
struct error *moments_thin(struct moments *moments);

/* False when memory is exhausted. A mark too many is no error. */
bool moments_mark(struct moments *moments, uint64_t time, enum moment_mark_kind kind,
                  const char *text);

/* Adds another process; and a moment of the one that was added last, which is left out if it is
 * before the time 0. False when memory is exhausted. */
bool moments_add_other(struct moments *moments, int64_t pid, const char *name);
bool moments_add_total(struct moments *moments, struct moment_total total);

/* Renumbers all places: i becomes places[i]; those of UINT32_MAX go. `last` is empty afterwards. */
void moments_renumber(struct moments *moments, const uint32_t *places, size_t n);

/* Takes over births, which become changes of their moments: births[i] are those of moment i. */
struct error *moments_add_born(struct moments *moments, struct moment_changes *births);

/* Puts changes in the order of their places and adds up those of one place. */
void moment_changes_sort(struct moment_changes *changes);
