#include "page/html.h"

#include "page/page_assets.h"
#include "pprof/gzip.h"

#include <stdlib.h>

static void append_base64(struct strbuf *sb, const unsigned char *bytes, size_t n) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  char *to = strbuf_room(sb, (n + 2) / 3 * 4);
  if (!to)
    return;
  for (size_t i = 0; i < n; i += 3) {
    unsigned word = (unsigned)bytes[i] << 16 | (i + 1 < n ? (unsigned)bytes[i + 1] << 8 : 0) |
                    (i + 2 < n ? bytes[i + 2] : 0);
    *to++ = digits[word >> 18];
    *to++ = digits[word >> 12 & 63];
    *to++ = i + 1 < n ? digits[word >> 6 & 63] : '=';
    *to++ = i + 2 < n ? digits[word & 63] : '=';
  }
  sb->length += (n + 2) / 3 * 4;
  strbuf_append(sb, "");
}

static struct error *append_document(const struct strbuf *document, struct strbuf *ret) {
  struct gzip_writer *writer = malloc(sizeof(*writer));
  if (!writer)
    return &error_no_memory;
  gzip_writer_init(writer);
  gzip_writer_append(writer, document->data, document->length);
  struct error *err = gzip_writer_finish(writer);
  if (!err)
    append_base64(ret, (const unsigned char *)writer->out.data, writer->out.length);
  gzip_writer_deinit(writer);
  free(writer);
  return err;
}

static void append_policy(struct strbuf *sb, enum page_kind kind) {
  strbuf_append(sb, "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                    "base-uri 'none'; form-action 'none'; img-src data:; script-src 'sha256-");
  strbuf_append(sb, page_script_hash);
  strbuf_append(sb, "'; style-src 'sha256-");
  strbuf_append(sb, page_style_hash);
  strbuf_append(sb, kind == PAGE_LIVE ? "'; connect-src 'self'\">\n" : "'\">\n");
}

static void append_asset(struct strbuf *sb, const struct page_asset *asset) {
  strbuf_append_n(sb, asset->text, asset->length);
}

/* "document", "document-1" and so on. */
static struct error *append_documents(const struct strbuf *documents, size_t n,
                                      struct strbuf *ret) {
  struct error *err = NULL;
  for (size_t i = 0; i < n && !err; i++) {
    strbuf_append(ret, "<script type=\"application/gzip\" id=\"document");
    if (i)
      strbuf_appendf(ret, "-%zu", i);
    strbuf_append(ret, "\">");
    err = append_document(&documents[i], ret);
    strbuf_append(ret, "</script>\n");
  }
  return err;
}

struct error *page_html(const struct strbuf *documents, size_t n, enum page_kind kind,
                        struct strbuf *ret) {
  strbuf_append(ret, "<!DOCTYPE html>\n<html lang=\"en\"");
  strbuf_append(ret, kind == PAGE_LIVE ? " data-live>\n" : ">\n");
  strbuf_append(ret, "<head>\n<meta charset=\"utf-8\">\n");
  append_policy(ret, kind);
  append_asset(ret, &page_head);
  strbuf_append(ret, "<style>");
  append_asset(ret, &page_style);
  strbuf_append(ret, "</style>\n</head>\n<body>\n");
  append_asset(ret, &page_body);
  struct error *err = append_documents(documents, n, ret);
  strbuf_append(ret, "<script>");
  append_asset(ret, &page_script);
  strbuf_append(ret, "</script>\n</body>\n</html>\n");
  return err || !strbuf_failed(ret) ? err : &error_no_memory;
}
