/* libmicrohttpd, loaded when it is first needed (http/late_library.h): it brings GnuTLS along. */
#pragma once

#include "base/error.h"

#include <microhttpd.h>

struct mhd_api {
  __typeof__(MHD_lookup_connection_value) *lookup;
  __typeof__(MHD_http_unescape) *unescape;
  __typeof__(MHD_start_daemon) *start;
  __typeof__(MHD_quiesce_daemon) *quiesce;
  __typeof__(MHD_stop_daemon) *stop;
  __typeof__(MHD_add_response_header) *add_header;
  __typeof__(MHD_create_response_from_buffer) *create_response;
  __typeof__(MHD_queue_response) *queue;
  __typeof__(MHD_destroy_response) *destroy_response;
  __typeof__(MHD_get_connection_values) *each_value;
  __typeof__(MHD_get_connection_info) *connection_info;
};

/* ERROR_CANNOT where it is not installed. The same one for all. The first call comes from the main
 * thread, before there are others. */
struct error *mhd_api_load(const struct mhd_api **ret);
