/* From the profiles that a user names to their page. */
#pragma once

#include "base/strbuf.h"
#include "cli/line/options.h"
#include "page/document.h"

extern const struct option_group page_options; /* --source-path, --confidential */

/* The document of the profile at paths[0] (NULL: the newest in the working folder), or with a
 * second path of the difference from the first to it; by the options of filters and figures. */
struct error *page_input_document(const char *const *paths, size_t n, struct strbuf *ret);

/* The page of it, as a file. */
struct error *page_input_html(const char *const *paths, size_t n, struct strbuf *ret);

/* The verdicts on the same run, as the documents of memprof leaks and check; NULL: not known. */
struct page_verdicts {
  const char *leaks, *check;
};

/* The profile of a process, and who that is. */
struct page_run_process {
  const char *path;
  struct page_process process;
};
enum { PAGE_RUN_MOST = 8 };

/* Writes that page to `output`; NULL or "-" is standard output. `verdicts` may be NULL. */
struct error *page_input_write(const char *const *paths, size_t n,
                               const struct page_verdicts *verdicts, const char *output);

/* The page of a run: of its first process, with those of the others to choose; n is at most
 * PAGE_RUN_MOST. The verdicts are about the first. */
struct error *page_input_write_run(const struct page_run_process *processes, size_t n,
                                   const struct page_verdicts *verdicts, const char *output);

/* The same of one profile, or of base and new, which are named and which this folds. */
struct error *page_input_write_profiles(const struct page_side *sides, size_t n,
                                        const struct page_verdicts *verdicts, const char *output);
