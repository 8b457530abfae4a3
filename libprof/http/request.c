#include "http/request.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define PREFIX "/debug/pprof/"

void http_request_deinit(struct http_request *request) {
  free(request->file);
  strbuf_deinit(&request->addresses);
}

static const struct {
  const char *path;
  enum http_what what;
} paths[] = {
    {PREFIX, HTTP_INDEX},
    {PREFIX "heap", HTTP_HEAP},
    {PREFIX "allocs", HTTP_ALLOCS},
    {PREFIX "cmdline", HTTP_CMDLINE},
    {PREFIX "symbol", HTTP_SYMBOL},
    {"/metrics", HTTP_METRICS},
    {"/", HTTP_PAGE},
};
enum { N_PATHS = sizeof(paths) / sizeof(paths[0]) };

static bool redirect(struct http_answer *answer) {
  http_answer_fault(answer, 301, "<a href=\"" PREFIX "\">Moved Permanently</a>.\n");
  answer->type = "text/html; charset=utf-8";
  answer->location = PREFIX;
  return false;
}

/* POST is how pprof sends addresses to be named; nothing else is changed or sent by any client. */
static bool check_method(const struct http_request *request, const char *method,
                         struct http_answer *answer) {
  bool post = request->what == HTTP_SYMBOL;
  if (!strcmp(method, "GET") || !strcmp(method, "HEAD") || (post && !strcmp(method, "POST")))
    return true;
  http_answer_fault(answer, 405, "Method Not Allowed");
  answer->allow = post ? "GET, HEAD, POST" : "GET, HEAD";
  return false;
}

bool http_request_init(struct http_request *request, const char *method, const char *path,
                       struct http_answer *answer) {
  *request = (struct http_request){0};
  for (int i = 0; i < N_PATHS; i++)
    if (!strcmp(path, paths[i].path)) {
      request->what = paths[i].what;
      return check_method(request, method, answer);
    }
  if (!strcmp(path, "/debug/pprof"))
    return redirect(answer);
  http_answer_fault(answer, 404,
                    strncmp(path, PREFIX, strlen(PREFIX)) ? "404 page not found"
                                                          : "Unknown profile");
  return false;
}

static bool parse_number(const char *text, int64_t most, int64_t *ret) {
  char *end;
  errno = 0;
  long long n = strtoll(text, &end, 10);
  if (errno || end == text || *end || strspn(text, " +-") || n < 1 || n > most)
    return false;
  *ret = n;
  return true;
}

static bool refuse(struct http_answer *answer, const char *text) {
  http_answer_fault(answer, 400, text);
  return false;
}

static bool set_file(struct http_request *request, const char *value, struct http_answer *answer) {
  free(request->file);
  request->file = strdup(value);
  if (!request->file)
    http_answer_error(answer, &error_no_memory);
  return request->file;
}

bool http_request_parameter(struct http_request *request, const char *key, const char *value,
                            struct http_answer *answer) {
  int64_t n;
  if (request->what == HTTP_SYMBOL && !value) {
    strbuf_append(&request->addresses, "+");
    strbuf_append(&request->addresses, key);
  }
  if (!value || !*value)
    return true;
  if (!strcmp(key, "pid")) {
    if (!parse_number(value, INT_MAX, &n))
      return refuse(answer, "invalid value for \"pid\" - must be the number of a process");
    request->pid = (pid_t)n;
  } else if (!strcmp(key, "file"))
    return set_file(request, value, answer);
  else if (!strcmp(key, "seconds")) {
    if (!parse_number(value, INT64_MAX, &request->seconds))
      return refuse(answer, "invalid value for \"seconds\" - must be a positive integer");
    if (request->seconds > HTTP_MAX_SECONDS)
      return refuse(answer, "invalid value for \"seconds\" - must be at most 3600");
  } else if (!strcmp(key, "debug"))
    request->debug = atoi(value) != 0;
  return true;
}

bool http_request_check(const struct http_request *request, struct http_answer *answer) {
  bool profile =
      request->what == HTTP_HEAP || request->what == HTTP_ALLOCS || request->what == HTTP_PAGE;
  if (request->pid && request->file)
    return refuse(answer, "pid and file params are incompatible");
  if (profile && request->seconds && request->debug)
    return refuse(answer, "seconds and debug params are incompatible");
  if (profile && request->seconds && request->file)
    return refuse(answer, "\"seconds\" parameter is not supported for a profile's file");
  return true;
}
