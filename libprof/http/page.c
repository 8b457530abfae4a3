#include "http/page.h"

#include "model/calibrate.h"
#include "model/fold.h"
#include "model/prune.h"
#include "model/totals.h"
#include "page/document.h"
#include "page/html.h"

#define HTML "text/html; charset=utf-8"

/* Command lines are there: who may read the profile may read them. Files are not quoted: a server
 * reads none. */
static struct error *make_page(struct page_profiles *profiles, int shown, struct strbuf *ret) {
  _cleanup_strbuf_ struct strbuf document = STRBUF_INIT;
  struct page_options options = {.no_sources = true};
  struct error *err = page_profiles_find_types(profiles, shown);
  if (!err)
    err = page_document(profiles, &options, &document);
  return err ? err : page_html(&document, 1, PAGE_LIVE, ret);
}

struct error *http_page_answer(struct profile *profile, const char *name,
                               struct http_answer *answer) {
  _cleanup_strbuf_ struct strbuf page = STRBUF_INIT;
  const char *const *via = NULL;
  struct profile_totals totals;
  struct error *err = calibrate_profile(profile);
  /* As for memprof top: what another program wrote is pruned as pprof does it. */
  if (!err && !profile_totals(profile, &totals))
    err = profile_prune(profile);
  if (!err)
    err = profile_fold(profile, &via);
  if (err)
    return err;
  struct page_profiles profiles = {.sides = {{name, profile, via}}, .n_sides = 1};
  err = make_page(&profiles, profile_sample_type(profile, NULL), &page);
  if (!err)
    http_answer_text(answer, HTML, &page);
  return err;
}

void http_page_answer_copy(const struct strbuf *page, struct http_answer *answer) {
  _cleanup_strbuf_ struct strbuf copy = STRBUF_INIT;
  strbuf_append_n(&copy, page->data, page->length);
  http_answer_text(answer, HTML, &copy);
}
