/* Reports on one profile: their common options, and one function for each.
 *
 * Every report takes the same options and writes text for people or, with `json`, a document that
 * docs/json.md describes. A report that returns an error has written nothing, except for reports
 * whose size is not bounded (traces, convert). A failed write is left to ferror(out). */
#pragma once

#include "model/graph.h"
#include "model/nameless.h"
#include "model/profile.h"

#include <stdio.h>

struct report_options {
  const char *profile_name; /* as the user gave it, for the head */
  int type;                 /* index of a sample type */
  enum graph_granularity granularity;
  enum graph_order order;
  int64_t limit;                  /* most rows to show; 0: all */
  double node_fraction;           /* tree: nodes below this part of the total are left out */
  const char *regex;              /* peek, list: which functions */
  const char *const *source_path; /* list: folders to look for sources in; n_source_path of them */
  size_t n_source_path;
  const char *unit; /* NULL: a fitting one for each figure */
  int columns;      /* 0: lines may be as long as they are */
  bool colour, json;
  bool temporaries;         /* top: columns of the blocks that were freed */
  bool all_frames;          /* in text: fold no frames (model/stack_fold.h) */
  struct nameless nameless; /* of the sample type, before folding */
  const char *foot;         /* lines that text ends with, or NULL */
  const char *const *via;   /* from profile_fold, for reports that say it; or NULL */
};

typedef struct error *report_fn(const struct profile *profile, const struct report_options *options,
                                FILE *out);

report_fn report_top;    /* who allocates, a table */
report_fn report_tree;   /* by call path from the roots */
report_fn report_peek;   /* callers and callees of functions that match */
report_fn report_list;   /* source lines of functions that match */
report_fn report_traces; /* every sample with its stack */

/* The formats of `memprof convert`. */
report_fn report_folded;     /* flamegraph.pl's folded stacks, of one sample type */
report_fn report_speedscope; /* one speedscope profile a sample type */
report_fn report_dhat;       /* for valgrind's dh_view.html */
report_fn report_csv;        /* one row a sample, all sample types */
report_fn report_text;       /* everything in the file, readable */
