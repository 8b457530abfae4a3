/* A page: one HTML file that needs no network, around a document (page/document.h).
 *
 * Its policy forbids all that the file does not hold itself: scripts and styles are allowed by
 * their hashes. The document is data, compressed and in base64, so nothing in a profile is ever
 * read as HTML. */
#pragma once

#include "base/error.h"
#include "base/strbuf.h"

enum page_kind {
  PAGE_FILE, /* to be kept or sent */
  PAGE_LIVE  /* from a server: it may ask that server again */
};

/* The page of `n` documents, at least one: the first is shown, the others where the user chooses
 * another process of its `run`. */
struct error *page_html(const struct strbuf *documents, size_t n, enum page_kind kind,
                        struct strbuf *ret);
