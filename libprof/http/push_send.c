#include "http/push_send.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/strbuf.h"
#include "http/curl_api.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { CONNECT_S = 5, REQUEST_S = 30 };

struct push_sender {
  const struct curl_api *curl;
  CURL *handle;
  struct curl_slist *headers;
  char *base;     /* "http://user:password@host:4040/ingest" */
  char *server;   /* "host:4040" */
  char body[160]; /* the beginning of the server's answer, for its reason */
  size_t n_body;
  int64_t end_ms; /* atomic; 0: no end */
};

static struct error *bad_url(void) {
  return error_create(ERROR_BAD_INPUT,
                      "--push: expected a URL such as http://pyroscope.example:4040");
}

/* The URL is not repeated in messages: there may be a password in it. */
static struct error *set_url(struct push_sender *sender, const char *url) {
  const char *host = strstr(url, "://");
  if ((strncasecmp(url, "http://", 7) && strncasecmp(url, "https://", 8)) ||
      strpbrk(url, " ?#\t\n"))
    return bad_url();
  host += 3;
  size_t n = strcspn(host, "/"), length = strlen(url);
  for (const char *at; (at = memchr(host, '@', n));) {
    n -= (size_t)(at + 1 - host);
    host = at + 1;
  }
  if (!n)
    return bad_url();
  while (url[length - 1] == '/')
    length--;
  bool whole = length > 7 && !strncmp(url + length - 7, "/ingest", 7);
  if (asprintf(&sender->base, "%.*s%s", (int)length, url, whole ? "" : "/ingest") < 0 ||
      asprintf(&sender->server, "%.*s", (int)n, host) < 0)
    return &error_no_memory;
  return NULL;
}

static struct error *add_header(struct push_sender *sender, const char *header) {
  if (!strchr(header, ':') || strpbrk(header, "\r\n"))
    return error_create(ERROR_BAD_INPUT, "--push-header=%s: expected NAME: VALUE", header);
  struct curl_slist *list = sender->curl->append(sender->headers, header);
  if (!list)
    return &error_no_memory;
  sender->headers = list;
  return NULL;
}

static size_t take_body(char *data, size_t size, size_t n, void *context) {
  struct push_sender *sender = context;
  size_t room = sizeof(sender->body) - 1 - sender->n_body;
  size_t part = size * n < room ? size * n : room;
  memcpy(sender->body + sender->n_body, data, part);
  sender->n_body += part;
  return size * n;
}

/* libcurl asks at least once a second whether to go on. */
static int check_end(void *context, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d) {
  struct push_sender *sender = context;
  int64_t end = __atomic_load_n(&sender->end_ms, __ATOMIC_RELAXED);
  (void)a, (void)b, (void)c, (void)d;
  return end && monotonic_ms() > end;
}

void push_sender_end(struct push_sender *sender, int64_t ms) {
  __atomic_store_n(&sender->end_ms, ms, __ATOMIC_RELAXED);
}

static struct error *set_up(struct push_sender *sender) {
  const struct curl_api *curl = sender->curl;
  CURL *handle = sender->handle = curl->init();
  if (!handle)
    return &error_no_memory;
  curl->set(handle, CURLOPT_NOSIGNAL, 1l);
  curl->set(handle, CURLOPT_USERAGENT, "memprof/" MEMPROF_VERSION);
  curl->set(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  curl->set(handle, CURLOPT_NETRC, (long)CURL_NETRC_OPTIONAL);
  curl->set(handle, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_S);
  curl->set(handle, CURLOPT_TIMEOUT, (long)REQUEST_S);
  curl->set(handle, CURLOPT_POST, 1l);
  curl->set(handle, CURLOPT_HTTPHEADER, sender->headers);
  curl->set(handle, CURLOPT_WRITEFUNCTION, take_body);
  curl->set(handle, CURLOPT_WRITEDATA, sender);
  curl->set(handle, CURLOPT_NOPROGRESS, 0l);
  curl->set(handle, CURLOPT_XFERINFOFUNCTION, check_end);
  curl->set(handle, CURLOPT_XFERINFODATA, sender);
  return NULL;
}

struct error *push_sender_create(const struct push_options *options, struct push_sender **ret) {
  struct push_sender *sender = calloc(1, sizeof(*sender));
  if (!sender)
    return &error_no_memory;
  struct error *err = set_url(sender, options->url);
  if (!err)
    err = curl_api_load(&sender->curl);
  if (!err)
    err = add_header(sender, "Content-Type: application/octet-stream");
  for (size_t i = 0; i < options->n_headers && !err; i++)
    err = add_header(sender, options->headers[i]);
  if (!err)
    err = set_up(sender);
  if (err)
    push_sender_destroy(sender);
  else
    *ret = sender;
  return err;
}

void push_sender_destroy(struct push_sender *sender) {
  if (!sender)
    return;
  if (sender->handle)
    sender->curl->cleanup(sender->handle);
  if (sender->headers)
    sender->curl->free_list(sender->headers);
  free(sender->base);
  free(sender->server);
  free(sender);
}

const char *push_sender_server(const struct push_sender *sender) {
  return sender->server;
}

/* 408 and 429 ask for patience; of what else is 4xx the request is at fault. */
static enum push_result judge(long status) {
  if (status / 100 == 2)
    return PUSH_SENT;
  return status / 100 == 4 && status != 408 && status != 429 ? PUSH_REFUSED : PUSH_FAILED;
}

enum push_result push_sender_send(struct push_sender *sender, const struct push_item *item,
                                  int64_t *retry_s, char reason[256]) {
  const struct curl_api *curl = sender->curl;
  _cleanup_free_ char *url = NULL;
  long status = 0;
  curl_off_t retry = 0;
  *retry_s = 0;
  if (asprintf(&url, "%s?%s", sender->base, item->query) < 0) {
    snprintf(reason, 256, "out of memory");
    return PUSH_FAILED;
  }
  sender->n_body = 0;
  curl->set(sender->handle, CURLOPT_URL, url);
  curl->set(sender->handle, CURLOPT_POSTFIELDS, item->body);
  curl->set(sender->handle, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)item->size);
  CURLcode code = curl->perform(sender->handle);
  if (code != CURLE_OK) {
    snprintf(reason, 256, "%s", curl->explain(code));
    return PUSH_FAILED;
  }
  curl->get(sender->handle, CURLINFO_RESPONSE_CODE, &status);
  curl->get(sender->handle, CURLINFO_RETRY_AFTER, &retry);
  sender->body[sender->n_body] = '\0';
  snprintf(reason, 256, "it answered %ld %.*s", status, (int)strcspn(sender->body, "\r\n"),
           sender->body);
  *retry_s = retry;
  return judge(status);
}

struct error *push_sender_escape(struct push_sender *sender, const char *text, char **ret) {
  char *escaped = sender->curl->escape(sender->handle, text, 0);
  *ret = escaped ? strdup(escaped) : NULL;
  sender->curl->free(escaped);
  return *ret ? NULL : &error_no_memory;
}
