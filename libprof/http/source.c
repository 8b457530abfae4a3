#include "http/source.h"

#include "base/cleanup.h"

#include <string.h>

void http_source_list_deinit(struct http_source_list *list) {
  for (size_t i = 0; i < list->count; i++)
    free(list->data[i].path);
  VECTOR_DEINIT(list);
}

struct error *http_source_add(struct http_source_list *list, pid_t pid, char *path,
                              bool is_profile) {
  struct http_source source = {pid, path, is_profile};
  if (path && VECTOR_PUSH(list, source))
    return NULL;
  free(path);
  return &error_no_memory;
}

static bool is_wanted(const struct http_source *source, pid_t pid, const char *name) {
  if (name)
    return source->is_profile && !strcmp(source->path, name);
  return !pid || source->pid == pid;
}

struct error *http_source_find(const struct http_sources *sources, pid_t pid, const char *name,
                               struct http_source *ret) {
  _cleanup_http_source_list_ struct http_source_list list = {0};
  struct error *err = sources->list(sources->context, &list);
  if (err)
    return err;
  for (size_t i = 0; i < list.count; i++)
    if (is_wanted(&list.data[i], pid, name)) {
      *ret = list.data[i];
      list.data[i].path = NULL;
      return NULL;
    }
  if (name)
    return error_create(ERROR_BAD_INPUT,
                        "no such file is served here; /debug/pprof/ lists what is");
  if (pid)
    return error_create(ERROR_BAD_INPUT,
                        "process %d is not recorded here; /debug/pprof/ lists those that are", pid);
  return error_create(ERROR_BAD_INPUT, "no process is recorded here yet, or it has ended");
}
