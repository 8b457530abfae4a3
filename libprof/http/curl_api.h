/* libcurl, loaded when it is first needed (http/late_library.h). */
#pragma once

#include "base/error.h"

#include <curl/curl.h>

struct curl_api {
  __typeof__(curl_easy_init) *init;
  __typeof__(curl_easy_setopt) *set;
  __typeof__(curl_easy_perform) *perform;
  __typeof__(curl_easy_getinfo) *get;
  __typeof__(curl_easy_strerror) *explain;
  __typeof__(curl_easy_cleanup) *cleanup;
  __typeof__(curl_easy_escape) *escape;
  __typeof__(curl_free) *free;
  __typeof__(curl_slist_append) *append;
  __typeof__(curl_slist_free_all) *free_list;
};

/* ERROR_CANNOT, with the package's name, where it is not installed. The same one for all; never
 * unloaded. The first call comes from the main thread, before there are others. */
struct error *curl_api_load(const struct curl_api **ret);
