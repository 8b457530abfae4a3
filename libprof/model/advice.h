/* Advice: the changes that would pay, found in a profile with histories of objects (libprof/advise).
 * Reports and formats print it and know nothing of the rules. docs/ADVISE.md derives them. */
#pragma once

#include "base/arena.h"
#include "model/lives.h"

enum advice_rule {
  ADVICE_REUSE,
  ADVICE_STACK,
  ADVICE_RESERVE,
  ADVICE_BATCH,
  ADVICE_ROUNDING,
  ADVICE_PACK,
  ADVICE_LARGE,
  ADVICE_GROWTH,
  ADVICE_THREADS,
  ADVICE_PEAK,
  ADVICE_SETTINGS,
  N_ADVICE_RULES,
};

struct advice_rule_info {
  const char *name;    /* "reuse" */
  const char *summary; /* "Reuse a buffer instead of allocating one each time" */
};
extern const struct advice_rule_info advice_rules[N_ADVICE_RULES];

/* The figure that a saving is of. */
enum advice_of { ADVICE_OF_ALLOC, ADVICE_OF_PEAK, ADVICE_OF_INUSE, ADVICE_OF_RESIDENT };
extern const char *const advice_of_words[]; /* "alloc" */

/* How fast what an item is about becomes more: the slope of a line, and half of its 95% interval. */
struct advice_growth {
  double per_second, plus_minus; /* bytes; of the rule threads, threads. Both 0: it does not */
};

struct advice_item {
  enum advice_rule rule;
  const char *function, *file;         /* the responsible frame; file "" if not known */
  int64_t line;                        /* 0 if not known */
  const char *type;                    /* what is allocated there; NULL if not known */
  const struct profile_sample *sample; /* one whose stack shows it */
  double bytes, plus_minus;            /* saved; half of the 95% interval */
  enum advice_of of;
  double calls; /* pairs of malloc and free saved */
  double share; /* of the memory or of the CPU time, the larger: what items are ranked by */
  struct advice_growth grows;
  /* The rule reserve alone sets them; else 0 and NULL. */
  double reserve;                        /* bytes to begin with */
  const struct profile_sample *grown_at; /* whose stack ends what is given up; or NULL */
  size_t n_places; /* lines of the function that were joined; the rest below is of the first */
  const struct life **lives; /* that it rests on; n_histories of them */
  size_t n_histories;
  char *text; /* one or two sentences: the evidence, then the change */
};

struct advice {
  struct advice_item *items; /* what saves most comes first */
  size_t n_items;
  lives_vector lives; /* all that the profile has */
  struct arena arena; /* of the texts and items */
};

void advice_deinit(struct advice *advice);
#define _cleanup_advice_ __attribute__((cleanup(advice_deinit)))
