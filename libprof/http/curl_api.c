#include "http/curl_api.h"

#include "http/late_library.h"

static struct curl_api api;

static const struct late_function functions[] = {
    {"curl_easy_init", offsetof(struct curl_api, init)},
    {"curl_easy_setopt", offsetof(struct curl_api, set)},
    {"curl_easy_perform", offsetof(struct curl_api, perform)},
    {"curl_easy_getinfo", offsetof(struct curl_api, get)},
    {"curl_easy_strerror", offsetof(struct curl_api, explain)},
    {"curl_easy_cleanup", offsetof(struct curl_api, cleanup)},
    {"curl_easy_escape", offsetof(struct curl_api, escape)},
    {"curl_free", offsetof(struct curl_api, free)},
    {"curl_slist_append", offsetof(struct curl_api, append)},
    {"curl_slist_free_all", offsetof(struct curl_api, free_list)},
};

struct error *curl_api_load(const struct curl_api **ret) {
  static const char *const files[] = {"libcurl-gnutls.so.4", "libcurl.so.4", NULL};
  *ret = &api;
  return api.init ? NULL
                  : late_library_load(files, "libcurl3-gnutls", functions,
                                      sizeof(functions) / sizeof(*functions), &api);
}
