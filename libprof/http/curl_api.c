#include "http/curl_api.h"

#include <dlfcn.h>
#include <stddef.h>

static struct curl_api api;

static const struct {
  const char *name;
  size_t offset; /* in struct curl_api */
} functions[] = {
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

static void *open_library(void) {
  static const char *const names[] = {"libcurl-gnutls.so.4", "libcurl.so.4"};
  void *library = NULL;
  for (size_t i = 0; i < sizeof(names) / sizeof(*names) && !library; i++)
    library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
  return library;
}

struct error *curl_api_load(const struct curl_api **ret) {
  void *library = api.init ? NULL : open_library();
  if (!api.init && !library)
    return error_create(ERROR_CANNOT, "libcurl is not there; install libcurl3-gnutls");
  for (size_t i = 0; i < sizeof(functions) / sizeof(*functions) && library; i++) {
    void *function = dlsym(library, functions[i].name);
    if (!function)
      return error_create(ERROR_CANNOT, "this libcurl has no %s", functions[i].name);
    *(void **)((char *)&api + functions[i].offset) = function;
  }
  *ret = &api;
  return NULL;
}
