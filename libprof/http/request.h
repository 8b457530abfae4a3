/* A request, apart from the library that reads it: what it asks for, checked. */
#pragma once

#include "base/strbuf.h"
#include "http/answer.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum http_what {
  HTTP_INDEX,
  HTTP_HEAP,
  HTTP_ALLOCS,
  HTTP_CMDLINE,
  HTTP_SYMBOL,
  HTTP_METRICS,
  HTTP_PAGE,
};

struct http_request {
  enum http_what what;
  pid_t pid;               /* ?pid=, 0 if not given */
  char *file;              /* ?file=, NULL if not given; owned */
  int64_t seconds;         /* ?seconds=, 0 if not given */
  bool debug;              /* ?debug=1 */
  struct strbuf addresses; /* of HTTP_SYMBOL: as sent, joined by '+' */
};
void http_request_deinit(struct http_request *request);

/* Longest that a delta may take: an hour. */
#define HTTP_MAX_SECONDS 3600

/* Reads the path and the method. True if there is such a thing; else *answer says what is wrong. */
bool http_request_init(struct http_request *request, const char *method, const char *path,
                       struct http_answer *answer);

/* One parameter of the query, decoded; value NULL for a key without '='. False if it is no good,
 * and *answer says so. Parameters that are not known are ignored. */
bool http_request_parameter(struct http_request *request, const char *key, const char *value,
                            struct http_answer *answer);

/* All parameters were read: whether they go together. */
bool http_request_check(const struct http_request *request, struct http_answer *answer);
