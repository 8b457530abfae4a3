/* struct profile: the one shape that every report, diff, budget and exporter works on.
 *
 * It says what a pprof profile.proto says, in the same words, with indices in place of ids: a
 * mapping, function or location is named by its place in the profile's array. A recording and a
 * .pb.gz of any origin both become one of these.
 *
 * Ownership: everything a profile points to, strings included, lives in its arena and dies with it.
 * Strings are interned: equal strings of one profile are equal pointers, and none is NULL.
 * Invariants that readers must establish and everyone may rely on: indices are in range, every
 * sample has n_sample_types values, sample_types is not empty.
 *
 * Format facts: github.com/google/pprof/blob/main/proto/profile.proto. */
#pragma once

#include "base/arena.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PROFILE_NONE UINT32_MAX /* "no mapping" in struct profile_location */

/* The keys of the numeric labels that make a sampled figure's error bar computable by any reader:
 * the allocation size of the sample in bytes (Go's convention) and the mean sampling distance at
 * which it was taken, in bytes. Without a rate label default_rate counts. A rate of 1 or less: the
 * figures are exact. */
#define PROFILE_LABEL_BYTES "bytes"
#define PROFILE_LABEL_RATE "rate"
/* In a difference of two profiles of one process: how many of the sample's objects came meanwhile
 * and live, at most. inuse_objects is this less those that went. Without it, none went where the
 * figure is above 0, and none came where it is below. */
#define PROFILE_LABEL_CAME "came"
#define PROFILE_LABEL_THREAD "thread"       /* string: the thread's name */
#define PROFILE_LABEL_THREAD_ID "thread_id" /* number */
#define PROFILE_LABEL_TYPE "type"           /* string: "struct node", "struct node[]" for several */

struct profile_value_type {
  const char *type; /* "alloc_space" */
  const char *unit; /* "bytes", "count" */
};

struct profile_mapping {
  uint64_t start, limit, offset; /* addresses [start, limit) show the file from byte `offset` on */
  const char *file;              /* path, or "[vdso]" and the like */
  const char *build_id;          /* lower-case hex or "" */
  bool has_functions, has_filenames, has_line_numbers, has_inline_frames;
};

struct profile_function {
  const char *name;        /* for people: demangled */
  const char *system_name; /* as in the symbol table */
  const char *file;        /* source file or "" */
  int64_t start_line;
};

struct profile_line {
  uint32_t function; /* index */
  int64_t line;
};

struct profile_location {
  uint32_t mapping; /* index or PROFILE_NONE */
  uint32_t n_lines;
  uint64_t address; /* inside the call instruction for all frames but an interrupted one */
  struct profile_line *lines; /* innermost inlined function first, the real function last */
  bool is_folded;
};

struct profile_label {
  const char *key;
  const char *str;  /* "" when the label is numeric */
  int64_t num;      /* 0 when it is not */
  const char *unit; /* of num, or "" */
};

struct profile_sample {
  uint32_t n_locations, n_labels;
  uint32_t *locations; /* indices, leaf (the allocating call) first */
  int64_t *values;     /* n_sample_types of them, in unsampled (scaled) form */
  const int64_t *raw;  /* the same before calibration (model/calibrate.h); NULL: values */
  struct profile_label *labels;
  uint32_t
      place; /* how many samples the profile had when it was added: it keeps this when others go */
};

struct profile {
  struct profile_value_type *sample_types;
  size_t n_sample_types;
  const char *default_sample_type; /* "" if unset */
  struct profile_value_type period_type;
  int64_t period;
  /* In bytes: the rate of samples without a rate label, for error bars. 0 or 1: they are exact. Not
   * in the file: the pprof reader sets it, from the period of a heap profile that has no rate
   * labels at all (Go's, tcmalloc's). */
  int64_t default_rate;
  int64_t time_nanos, duration_nanos; /* since the epoch, UTC */
  const char *drop_frames, *keep_frames;
  uint64_t file_size; /* in bytes, of the file that it was read from; 0: none. For base/work.h */

  const char **comments;
  size_t n_comments, comments_capacity;
  struct profile_mapping *mappings; /* [0] is the main binary where there is any */
  size_t n_mappings, mappings_capacity;
  struct profile_function *functions;
  size_t n_functions, functions_capacity;
  struct profile_location *locations;
  size_t n_locations, locations_capacity;
  struct profile_sample *samples;
  size_t n_samples, samples_capacity;

  /* How the values were calibrated; in the arena; NULL: not at all. */
  const struct profile_calibration *calibration;

  /* Private to model/profile.c. */
  struct arena arena;
  struct profile_strings *strings;
};

/* A new empty profile without sample types. */
struct error *profile_create(struct profile **ret);
void profile_destroy(struct profile *profile);

/* The interned copy of s (of `length` bytes at s, for the second); NULL when memory is exhausted.
 * A NULL s is ""; bytes after a NUL are dropped. */
const char *profile_string(struct profile *profile, const char *s);
const char *profile_string_n(struct profile *profile, const char *s, size_t length);

/* Appends, copying *item as it is: its strings must be interned in this profile already and the
 * arrays it points to must be from profile_array and its alone (filters change them in place). The
 * index goes to *ret (which may be NULL). A sample's `place` is set here. */
struct error *profile_add_mapping(struct profile *profile, const struct profile_mapping *item,
                                  uint32_t *ret);
struct error *profile_add_function(struct profile *profile, const struct profile_function *item,
                                   uint32_t *ret);
struct error *profile_add_location(struct profile *profile, const struct profile_location *item,
                                   uint32_t *ret);
struct error *profile_add_sample(struct profile *profile, const struct profile_sample *item);
struct error *profile_add_comment(struct profile *profile, const char *comment);

/* Replaces the sample types with copies of `types`. Only before the first sample. */
struct error *profile_set_sample_types(struct profile *profile,
                                       const struct profile_value_type *types, size_t n);

/* Adds sample types behind the others; every sample has 0 for them. */
struct error *profile_add_sample_types(struct profile *profile,
                                       const struct profile_value_type *types, size_t n);

/* A zeroed array that lives as long as the profile; NULL when memory is exhausted. */
void *profile_array(struct profile *profile, size_t n, size_t size);

/* The bytes that it takes in memory. */
uint64_t profile_memory(const struct profile *profile);

/* Takes over n bytes from malloc at p for what the profile will hold. */
void profile_give_memory(struct profile *profile, void *p, size_t n);

/* The index of the sample type called `name`; the profile's default for NULL (or its last type,
 * as pprof does, when no default is set or the default names no type); -1 if no type has that
 * name. */
int profile_sample_type(const struct profile *profile, const char *name);

/* The numeric label `key` of the sample; false when it has none. */
bool profile_sample_number(const struct profile_sample *sample, const char *key, int64_t *ret);

/* The text of the label `key` of the sample, or NULL. */
const char *profile_sample_text(const struct profile_sample *sample, const char *key);

static inline void cleanup_profile(struct profile **profile) {
  profile_destroy(*profile);
}
#define _cleanup_profile_ __attribute__((cleanup(cleanup_profile)))
