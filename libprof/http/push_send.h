/* One request to the server that profiles are pushed to. Private to http. */
#pragma once

#include "base/error.h"
#include "http/push.h"
#include "http/push_queue.h"

#include <stdbool.h>

struct push_sender;

/* Checks the URL. */
struct error *push_sender_create(const struct push_options *options, struct push_sender **ret);
void push_sender_destroy(struct push_sender *sender);

/* Requests, also the one under way, fail once it is later than this, ms of CLOCK_MONOTONIC. Any
 * thread. */
void push_sender_end(struct push_sender *sender, int64_t ms);

/* The server, without what is secret in its URL. */
const char *push_sender_server(const struct push_sender *sender);

enum push_result {
  PUSH_SENT,
  PUSH_REFUSED, /* it will never be taken: not to be tried again */
  PUSH_FAILED,  /* perhaps later: *retry_s says when the server wants that, or 0 */
};

/* `reason` is what went wrong, in one line. */
enum push_result push_sender_send(struct push_sender *sender, const struct push_item *item,
                                  int64_t *retry_s, char reason[256]);

/* Quoted for a URL's query; *ret is the caller's. */
struct error *push_sender_escape(struct push_sender *sender, const char *text, char **ret);
