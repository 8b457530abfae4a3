#include "http/index_page.h"

#include "base/cleanup.h"
#include "recording/find.h"

#include <string.h>

static void append_html(struct strbuf *sb, const char *s, size_t n) {
  static const char special[] = "&<>\"'";
  for (size_t i = 0; i < n; i++)
    if (s[i] && strchr(special, s[i]))
      strbuf_appendf(sb, "&#%d;", s[i]);
    else
      strbuf_append_char(sb, s[i]);
}

static void append_url(struct strbuf *sb, const char *s) {
  for (; *s; s++)
    if (strchr("-_.~/", *s) || (*s >= '0' && *s <= '9') || ((*s | 32) >= 'a' && (*s | 32) <= 'z'))
      strbuf_append_char(sb, *s);
    else
      strbuf_appendf(sb, "%%%02X", (unsigned char)*s);
}

static void append_command(struct strbuf *sb, const struct http_source *source) {
  _cleanup_recording_ struct recording *recording = NULL;
  _cleanup_error_ struct error *err =
      recording_open_of(source->path, source->pid, RECORDING_COUNTERS, &recording);
  for (uint32_t at = 0; !err && at < recording->header.command_size;) {
    const char *argument = recording->header.command + at;
    size_t n = strnlen(argument, recording->header.command_size - at);
    strbuf_append(sb, " ");
    append_html(sb, argument, n);
    at += (uint32_t)n + 1;
  }
}

static void append_link(struct strbuf *sb, const char *page, const char *query, const char *more,
                        const char *text) {
  strbuf_appendf(sb, "<td><a href=\"%s?%s%s\">%s</a></td>", page, query, more, text);
}

static void append_row(struct strbuf *sb, const struct http_source *source, const char *token) {
  _cleanup_strbuf_ struct strbuf query = STRBUF_INIT;
  strbuf_append(sb, "<tr><td>");
  if (source->is_profile) {
    append_html(sb, source->path, strlen(source->path));
    strbuf_append(&query, "file=");
    append_url(&query, source->path);
  } else {
    strbuf_appendf(sb, "%d", source->pid);
    append_command(sb, source);
    strbuf_appendf(&query, "pid=%d", source->pid);
  }
  if (token)
    strbuf_appendf(&query, "&amp;token=%s", token);
  const char *q = strbuf_failed(&query) ? "" : query.data;
  strbuf_append(sb, "</td>");
  append_link(sb, "/", q, "", "page");
  append_link(sb, "heap", q, "", "heap");
  append_link(sb, "allocs", q, "", "allocs");
  append_link(sb, "heap", q, "&amp;debug=1", "as text");
  if (!source->is_profile)
    append_link(sb, "heap", q, "&amp;seconds=10", "in 10 seconds");
  strbuf_append(sb, "</tr>\n");
}

static const char head[] =
    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<title>/debug/pprof/</title>\n"
    "<style>body{font-family:sans-serif}td{padding:0 1em 0 0}</style>\n</head>\n<body>\n"
    "<h1>/debug/pprof/</h1>\n<table>\n";

static const char help[] =
    "</table>\n<ul>\n"
    "<li>page: the heap as a flame graph, tables and a summary; it can be refreshed.</li>\n"
    "<li>heap: memory that is live now, and was at the peak. With seconds=N: by how much it grew "
    "in N seconds.</li>\n"
    "<li>allocs: the same profile, shown by what was allocated since the start.</li>\n"
    "<li>symbol: names for addresses.</li>\n";

static const char tail[] =
    "</ul>\n"
    "<p>Look into one with <code>go tool pprof http://HOST:PORT/debug/pprof/heap</code>; without "
    "pid or file the first one is shown.</p>\n</body>\n</html>\n";

static void append_item(struct strbuf *sb, const char *page, const char *token, const char *text) {
  strbuf_appendf(sb, "<li><a href=\"%s%s%s\">%s</a>: %s</li>\n", page, token ? "?token=" : "",
                 token ? token : "", page, text);
}

void http_index_answer(const struct http_sources *sources, const char *token,
                       struct http_answer *answer) {
  _cleanup_http_source_list_ struct http_source_list list = {0};
  _cleanup_strbuf_ struct strbuf body = STRBUF_INIT;
  struct error *err = sources->list(sources->context, &list);
  if (err) {
    http_answer_error(answer, err);
    return;
  }
  strbuf_append(&body, head);
  for (size_t i = 0; i < list.count; i++)
    append_row(&body, &list.data[i], token);
  strbuf_append(&body, help);
  append_item(&body, "cmdline", token, "the command line, its arguments separated by NUL.");
  append_item(&body, "/metrics", token, "figures for Prometheus.");
  strbuf_append(&body, tail);
  http_answer_text(answer, "text/html; charset=utf-8", &body);
}
