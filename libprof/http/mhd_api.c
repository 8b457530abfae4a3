#include "http/mhd_api.h"

#include "http/late_library.h"

static struct mhd_api api;

static const struct late_function functions[] = {
    {"MHD_lookup_connection_value", offsetof(struct mhd_api, lookup)},
    {"MHD_http_unescape", offsetof(struct mhd_api, unescape)},
    {"MHD_start_daemon", offsetof(struct mhd_api, start)},
    {"MHD_quiesce_daemon", offsetof(struct mhd_api, quiesce)},
    {"MHD_stop_daemon", offsetof(struct mhd_api, stop)},
    {"MHD_add_response_header", offsetof(struct mhd_api, add_header)},
    {"MHD_create_response_from_buffer", offsetof(struct mhd_api, create_response)},
    {"MHD_queue_response", offsetof(struct mhd_api, queue)},
    {"MHD_destroy_response", offsetof(struct mhd_api, destroy_response)},
    {"MHD_get_connection_values", offsetof(struct mhd_api, each_value)},
    {"MHD_get_connection_info", offsetof(struct mhd_api, connection_info)},
};

struct error *mhd_api_load(const struct mhd_api **ret) {
  static const char *const files[] = {"libmicrohttpd.so.12", NULL};
  *ret = &api;
  return api.start ? NULL
                   : late_library_load(files, "libmicrohttpd12", functions,
                                       sizeof(functions) / sizeof(*functions), &api);
}
