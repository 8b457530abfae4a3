#include "http/server.h"

#include "base/cleanup.h"
#include "base/thread.h"
#include "http/cmdline.h"
#include "http/deadline.h"
#include "http/host.h"
#include "http/index_page.h"
#include "http/metrics.h"
#include "http/mhd_api.h"
#include "http/page.h"
#include "http/token.h"
#include "http/worker.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>

enum {
  MAX_CONNECTIONS = 500,
  MAX_OF_PEER = 250,      /* connections of one address, where others than this machine may come */
  IDLE_SECONDS = 30,      /* a client that neither sends nor takes is dropped */
  REQUEST_SECONDS = 20,   /* a client whose request is not complete by then is dropped, too */
  MAX_BODY = 1 << 20,     /* of addresses to be named */
  STACK_SIZE = 512 << 10, /* of a connection's thread */
  LAST_MOMENTS = 60,      /* of 5 ms, for answers when the server ends */
};

static const struct mhd_api *mhd; /* loaded before there is a server */

struct http_server {
  struct MHD_Daemon *daemons[HTTP_MAX_SOCKETS]; /* one a socket */
  size_t n_daemons;
  struct http_worker *worker;
  struct http_deadlines *deadlines;
  const struct http_sources *sources;
  struct http_metrics *metrics;
  const char *token; /* NULL: anyone may ask */
  struct http_socket_file file;
  bool is_remote;
  unsigned exchanges; /* under way; atomic */
};

/* A request from its first line to the end of its answer. */
struct exchange {
  struct http_job job;
  const char *token; /* for links: it came by the query; else NULL */
  bool too_long, answered;
};

/* A token in a URL is neither to be sent on by browsers nor to be kept by caches. */
static void add_secrecy(struct MHD_Response *response) {
  mhd->add_header(response, "Referrer-Policy", "no-referrer");
  mhd->add_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
}

static void add_location(struct MHD_Response *response, const char *location, const char *token) {
  char text[HTTP_TOKEN_SIZE + 80];
  snprintf(text, sizeof(text), "%s%s%s", location, token ? "?token=" : "", token ? token : "");
  mhd->add_header(response, MHD_HTTP_HEADER_LOCATION, text);
}

static void add_headers(struct MHD_Response *response, const struct http_answer *answer,
                        const char *token) {
  char disposition[80];
  mhd->add_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, answer->type);
  mhd->add_header(response, "X-Content-Type-Options", "nosniff");
  if (answer->disposition) {
    snprintf(disposition, sizeof(disposition), "attachment; filename=\"%s\"", answer->disposition);
    mhd->add_header(response, MHD_HTTP_HEADER_CONTENT_DISPOSITION, disposition);
  }
  if (answer->status != 200)
    mhd->add_header(response, "X-Go-Pprof", "1");
  if (answer->status == 401)
    mhd->add_header(response, MHD_HTTP_HEADER_WWW_AUTHENTICATE, "Bearer");
  if (answer->location)
    add_location(response, answer->location, token);
  if (answer->allow)
    mhd->add_header(response, MHD_HTTP_HEADER_ALLOW, answer->allow);
}

static enum MHD_Result send_answer(const struct http_server *server,
                                   struct MHD_Connection *connection, struct exchange *exchange) {
  struct http_answer *answer = &exchange->job.answer;
  struct MHD_Response *response =
      mhd->create_response(answer->size, answer->body, MHD_RESPMEM_MUST_FREE);
  if (!response)
    return MHD_NO;
  answer->body = NULL;
  add_headers(response, answer, exchange->token);
  if (server->token)
    add_secrecy(response);
  enum MHD_Result result = mhd->queue(connection, answer->status, response);
  mhd->destroy_response(response);
  return result;
}

struct parameters {
  struct http_job *job;
  bool good;
};

static enum MHD_Result read_parameter(void *context, enum MHD_ValueKind kind, const char *key,
                                      const char *value) {
  struct parameters *parameters = context;
  (void)kind;
  struct http_job *job = parameters->job;
  parameters->good = http_request_parameter(&job->request, key, value, &job->answer);
  return parameters->good ? MHD_YES : MHD_NO;
}

static bool read_query(struct MHD_Connection *connection, struct http_job *job) {
  struct parameters parameters = {job, true};
  mhd->each_value(connection, MHD_GET_ARGUMENT_KIND, read_parameter, &parameters);
  return parameters.good && http_request_check(&job->request, &job->answer);
}

/* The request is complete. */
static void server_answer(struct http_server *server, struct MHD_Connection *connection,
                          struct exchange *exchange) {
  struct http_job *job = &exchange->job;
  if (exchange->too_long)
    http_answer_fault(&job->answer, 413, "too many addresses at a time");
  else if (!read_query(connection, job))
    return;
  else if (job->request.what == HTTP_INDEX)
    http_index_answer(server->sources, exchange->token, &job->answer);
  else if (job->request.what == HTTP_CMDLINE)
    http_cmdline_answer(server->sources, &job->request, &job->answer);
  else if (job->request.what == HTTP_PAGE && server->sources->page)
    http_page_answer_copy(server->sources->page, &job->answer);
  else if (job->request.what == HTTP_METRICS)
    http_metrics_answer(server->metrics, server->sources, &job->answer);
  else {
    job->socket = mhd->connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
    http_worker_answer(server->worker, job);
  }
}

/* Whether the Host is one of ours. No web page can make a browser connect to a Unix socket, and its
 * clients name any host. */
static bool is_meant_for_us(const struct http_server *server, struct MHD_Connection *connection,
                            struct http_answer *answer) {
  if (server->is_remote || *server->file.path ||
      http_host_is_local(mhd->lookup(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_HOST)))
    return true;
  http_answer_fault(answer, 403, "this server answers requests to localhost or an address only");
  return false;
}

/* Comes before the path is looked at, so that nobody else learns what there is. */
static bool has_token(const struct http_server *server, struct MHD_Connection *connection,
                      struct exchange *exchange) {
  if (!server->token)
    return true;
  if (http_token_matches(server->token, mhd->lookup(connection, MHD_GET_ARGUMENT_KIND, "token")))
    exchange->token = server->token;
  if (exchange->token || http_token_matches(server->token, http_token_bearer(mhd->lookup(
                                                               connection, MHD_HEADER_KIND,
                                                               MHD_HTTP_HEADER_AUTHORIZATION))))
    return true;
  http_answer_fault(&exchange->job.answer, 401,
                    "this server wants its token, as ?token=TOKEN or in the header "
                    "'Authorization: Bearer TOKEN'");
  return false;
}

static enum MHD_Result server_begin(struct http_server *server, struct MHD_Connection *connection,
                                    const char *path, const char *method, void **state) {
  struct exchange *exchange = calloc(1, sizeof(*exchange));
  if (!exchange)
    return MHD_NO;
  __atomic_add_fetch(&server->exchanges, 1, __ATOMIC_RELAXED);
  *state = exchange;
  if (is_meant_for_us(server, connection, &exchange->job.answer) &&
      has_token(server, connection, exchange) &&
      http_request_init(&exchange->job.request, method, path, &exchange->job.answer))
    return MHD_YES;
  exchange->answered = true;
  bool has_body = strcmp(method, "GET") && strcmp(method, "HEAD");
  /* An unwanted body is not waited for: the connection is closed. */
  return has_body ? send_answer(server, connection, exchange) : MHD_YES;
}

static void read_body(struct exchange *exchange, const char *data, size_t n) {
  struct strbuf *to = &exchange->job.request.addresses;
  exchange->too_long |= to->length + n > MAX_BODY;
  if (!exchange->too_long)
    strbuf_append_n(to, data, n);
}

static struct http_deadline *deadline_of(struct MHD_Connection *connection) {
  return mhd->connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

/* libmicrohttpd calls this when a connection has begun, and before its socket is closed. */
static void server_connection(void *context, struct MHD_Connection *connection, void **deadline,
                              enum MHD_ConnectionNotificationCode code) {
  struct http_server *server = context;
  if (code == MHD_CONNECTION_NOTIFY_STARTED)
    *deadline = http_deadline_begin(
        server->deadlines,
        mhd->connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd);
  else {
    http_deadline_end(server->deadlines, *deadline);
    *deadline = NULL;
  }
}

/* libmicrohttpd calls this for the headers, for each piece of a body, and for its end. */
static enum MHD_Result server_handle(void *context, struct MHD_Connection *connection,
                                     const char *path, const char *method, const char *version,
                                     const char *data, size_t *n_data, void **state) {
  struct http_server *server = context;
  struct exchange *exchange = *state;
  (void)version;
  if (!exchange)
    return server_begin(server, connection, path, method, state);
  if (*n_data) {
    read_body(exchange, data, *n_data);
    *n_data = 0;
    return MHD_YES;
  }
  http_deadline_met(server->deadlines, deadline_of(connection));
  if (!exchange->answered)
    server_answer(server, connection, exchange);
  exchange->answered = true;
  return send_answer(server, connection, exchange);
}

static void server_end(void *context, struct MHD_Connection *connection, void **state,
                       enum MHD_RequestTerminationCode why) {
  struct http_server *server = context;
  struct exchange *exchange = *state;
  (void)why;
  if (!exchange)
    return;
  http_deadline_renew(server->deadlines, deadline_of(connection), IDLE_SECONDS);
  __atomic_sub_fetch(&server->exchanges, 1, __ATOMIC_RELAXED);
  http_job_deinit(&exchange->job);
  free(exchange);
  *state = NULL;
}

/* A NUL that was escaped in the URL would end a string early, and make it another: it becomes a
 * character that is in no path and no name. */
static size_t unescape(void *context, struct MHD_Connection *connection, char *text) {
  (void)context, (void)connection;
  size_t n = mhd->unescape(text);
  for (size_t i = 0; i < n; i++)
    if (!text[i])
      text[i] = '\x7f';
  return n;
}

static void say_nothing(void *context, const char *format, va_list arguments) {
  (void)context, (void)format, (void)arguments;
}

/* Whether libmicrohttpd has closed the socket when it fails depends on how far it came: it is left
 * alone. */
static struct MHD_Daemon *start_daemon(struct http_server *server, int fd) {
  return mhd->start(
      MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL | MHD_USE_ITC |
          MHD_USE_ERROR_LOG,
      0, NULL, NULL, server_handle, server, MHD_OPTION_EXTERNAL_LOGGER, say_nothing, NULL,
      MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_NOTIFY_COMPLETED, server_end, server,
      MHD_OPTION_UNESCAPE_CALLBACK, unescape, NULL, MHD_OPTION_CONNECTION_LIMIT,
      (unsigned)MAX_CONNECTIONS, MHD_OPTION_PER_IP_CONNECTION_LIMIT,
      (unsigned)(server->is_remote ? MAX_OF_PEER : 0), MHD_OPTION_NOTIFY_CONNECTION,
      server_connection, server, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_SECONDS,
      MHD_OPTION_THREAD_STACK_SIZE, (size_t)STACK_SIZE, MHD_OPTION_END);
}

static struct error *server_start(struct http_server *server, struct http_listener *listener) {
  struct error *err = mhd_api_load(&mhd);
  if (!err && !(server->metrics = http_metrics_create()))
    err = &error_no_memory;
  if (!err)
    err = http_deadlines_create(REQUEST_SECONDS, &server->deadlines);
  if (!err)
    err = http_worker_create(server->sources, &server->worker);
  while (!err && listener->n) {
    struct MHD_Daemon *daemon = start_daemon(server, listener->fds[--listener->n]);
    if (daemon)
      server->daemons[server->n_daemons++] = daemon;
    else
      err = error_system(errno, "cannot start the HTTP server");
  }
  http_listener_close(listener);
  return err;
}

struct error *http_server_create(struct http_listener *listener, const struct http_sources *sources,
                                 const char *token, struct http_server **ret) {
  struct http_server *server = calloc(1, sizeof(*server));
  if (!server) {
    http_listener_close(listener);
    return &error_no_memory;
  }
  server->sources = sources;
  server->is_remote = listener->is_remote;
  server->token = token;
  server->file = listener->file;
  listener->file.inode = 0;
  sigset_t before = thread_block_signals();
  struct error *err = server_start(server, listener);
  thread_restore_signals(&before);
  if (err) {
    http_server_destroy(server);
    return err;
  }
  *ret = server;
  return NULL;
}

/* New connections are turned away; answers that are ready get a moment to go out. */
static void send_last(struct http_server *server) {
  const struct timespec moment = {0, 5000000};
  for (size_t i = 0; i < server->n_daemons; i++) {
    int fd = mhd->quiesce(server->daemons[i]);
    if (fd >= 0)
      close(fd);
  }
  for (int i = 0; i < LAST_MOMENTS && __atomic_load_n(&server->exchanges, __ATOMIC_RELAXED); i++)
    nanosleep(&moment, NULL);
}

void http_server_destroy(struct http_server *server) {
  if (!server)
    return;
  http_socket_file_remove(&server->file);
  if (server->worker)
    http_worker_stop(server->worker); /* so that no connection waits for it any more */
  if (server->n_daemons)
    send_last(server);
  for (size_t i = 0; i < server->n_daemons; i++)
    mhd->stop(server->daemons[i]);
  if (server->worker)
    http_worker_destroy(server->worker);
  http_deadlines_destroy(server->deadlines);
  http_metrics_destroy(server->metrics);
  free(server);
}
