/* libFuzzer target: any lines are an HTTP request, apart from the library that reads it: the method,
 * the path, an Authorization header, then the parameters of the query. An answer is there exactly
 * if the request is refused, and what is let through lies within its bounds. */
#include "fuzz.h"

#include "http/request.h"
#include "http/token.h"

static const char secret[] = "secret-of-20-letters";

static void use_token(const char *authorization) {
  char token[HTTP_TOKEN_SIZE];
  const char *bearer = http_token_bearer(authorization);
  must(http_token_matches(secret, bearer) == (bearer && !strcmp(secret, bearer)));
  if (!refused(http_token_read(authorization, strlen(authorization), token)))
    must(strlen(token) >= HTTP_TOKEN_LEAST && strlen(token) <= HTTP_TOKEN_MOST);
}

static bool read_parameters(struct http_request *request, char *rest, struct http_answer *answer) {
  for (char *key; (key = strsep(&rest, "\n"));) {
    char *value = strchr(key, '=');
    if (value)
      *value++ = '\0';
    if (!http_request_parameter(request, key, value, answer))
      return false;
  }
  return http_request_check(request, answer);
}

static void must_be_within_bounds(const struct http_request *request) {
  must(request->pid >= 0 && request->seconds >= 0);
  must(!request->pid || !request->file);
  if (request->what == HTTP_HEAP || request->what == HTTP_ALLOCS)
    must(request->seconds <= HTTP_MAX_SECONDS && !(request->seconds && request->debug));
  must(request->what == HTTP_SYMBOL || !request->addresses.length);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
  struct http_request request;
  struct http_answer answer = {0};
  char *text = text_of(bytes, n), *rest = text;
  const char *method = strsep(&rest, "\n"), *path = strsep(&rest, "\n");
  const char *authorization = strsep(&rest, "\n");
  use_token(authorization ? authorization : "");
  bool fine = http_request_init(&request, method, path ? path : "", &answer) &&
              read_parameters(&request, rest, &answer);
  must(fine == !answer.status);
  if (fine)
    must_be_within_bounds(&request);
  http_answer_deinit(&answer);
  http_request_deinit(&request);
  free(text);
  return 0;
}
