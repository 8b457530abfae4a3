/* /metrics: figures of all running processes in Prometheus's text format. */
#pragma once

#include "http/answer.h"
#include "http/source.h"

/* Earlier counters of each process, for rates. */
struct http_metrics;
struct http_metrics *http_metrics_create(void);
void http_metrics_destroy(struct http_metrics *metrics); /* NULL is fine */

/* Rates are over the time since an answer that is a
 * second old or older; without one, over the process's whole time. */
void http_metrics_answer(struct http_metrics *metrics, const struct http_sources *sources,
                         struct http_answer *answer);
