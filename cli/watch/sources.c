#include "cli/watch/sources.h"

#include "cli/session/session.h"

#include <string.h>

struct watch_sources watch_sources_of(const struct watch *watch) {
  return (struct watch_sources){watch_folder(watch), watch_program(watch)};
}

struct error *watch_sources_list(void *context, struct http_source_list *ret) {
  const struct watch_sources *session = context;
  _cleanup_session_list_ struct session_list list = SESSION_LIST_INIT;
  struct error *err = session_read(session->folder, &list);
  for (int others = 0; others < 2; others++)
    for (size_t i = 0; i < list.count && !err; i++)
      if ((list.data[i].pid != session->program) == others && !session_has_later_image(&list, i))
        err = http_source_add(ret, list.data[i].pid, strdup(list.data[i].path), false);
  return err;
}
