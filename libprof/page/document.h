/* The document that a page shows: docs/json.md, "memprof page". */
#pragma once

#include "base/strbuf.h"
#include "model/advice.h"
#include "model/moments.h"
#include "page/page_profiles.h"

/* A process of a run whose documents are in one page, in the order of these. */
struct page_process {
  int64_t pid;
  const char *name; /* the program's, untrusted */
};

struct page_options {
  const char *const *source_path; /* folders to quote sources from; n_source_path of them */
  size_t n_source_path;
  const struct advice *advice;    /* of the only profile; NULL: not known */
  const struct moments *moments;  /* the same */
  const char *leaks, *check;      /* the documents of memprof leaks and check; NULL: not known */
  const struct page_process *run; /* of the first document of several; n_run of them */
  size_t n_run;
  bool no_sources;   /* quote none, and read no file */
  bool confidential; /* neither sources nor command lines */
};

/* Appends the document of one profile, or of the difference of two. The profiles' samples
 * are the same afterwards; there are more functions and locations, which no sample has. */
struct error *page_document(struct page_profiles *profiles, const struct page_options *options,
                            struct strbuf *ret);
