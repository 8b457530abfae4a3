/* How a profile says what was lost: sample types "definite_objects", "definite_space" and so on, a
 * pair a kind, in this order. The leak check writes them, reports and suppressions read them. */
#pragma once

#include "model/profile.h"

enum leak_kind {
  LEAK_DEFINITE,  /* nothing points to it */
  LEAK_INDIRECT,  /* only lost blocks point to it */
  LEAK_POSSIBLE,  /* only pointers to its inside */
  LEAK_REACHABLE, /* no leak: the program could still use it */
  LEAK_SUPPRESSED,
  N_LEAK_KINDS,
};

/* "definite", as in the names of sample types, options and JSON. */
extern const char *const leak_kind_names[N_LEAK_KINDS];

/* Numeric labels of a sample, in nanoseconds since the recording began: when its oldest and its
 * newest block was allocated. */
#define LEAK_LABEL_OLDEST "oldest"
#define LEAK_LABEL_NEWEST "newest"

/* Numeric labels that tell stacks apart, and for indirectly lost blocks the stack of what lost
 * them. */
#define LEAK_LABEL_SITE "site"
#define LEAK_LABEL_LOST_BY "lost_by"

/* A text label for each kind that was asked for: "why_reachable" and so on, the way to one of the
 * blocks. */
#define LEAK_LABEL_WHY "why_"

/* Likewise "contents_definite" and so on: the first LEAK_CONTENTS_MAX bytes of the largest block,
 * "ADDRESS:" and two hexadecimal digits a byte. */
#define LEAK_LABEL_CONTENTS "contents_"
enum { LEAK_CONTENTS_MAX = 64 };

/* The thread that allocated all blocks of a stack that are not reachable: its number, counting from
 * 1 in the order in which threads began to allocate, and its name if that is still known. Left out
 * in a process of one thread. */
#define LEAK_LABEL_THREAD "thread_number" /* beside PROFILE_LABEL_THREAD */

/* Places of a kind's two figures among a sample's values. */
static inline int leak_objects(enum leak_kind kind) {
  return 2 * (int)kind;
}
static inline int leak_bytes(enum leak_kind kind) {
  return 2 * (int)kind + 1;
}

/* The number of a label; false if the sample has none of that name. */
bool leak_label(const struct profile_sample *sample, const char *key, int64_t *ret);

/* The text of a label, or NULL. */
const char *leak_text_label(const struct profile_sample *sample, const char *key);

/* The text of the label that this prefix and kind name, or NULL. */
const char *leak_text(const struct profile_sample *sample, const char *prefix, enum leak_kind kind);

/* Whether this is the key of a label that leak_text reads: no tag of the program's. */
bool leak_is_text_label(const char *key);

/* Gives a new profile these sample types. */
struct error *leak_kinds_set(struct profile *profile);
