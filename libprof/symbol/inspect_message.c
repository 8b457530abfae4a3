#include "symbol/inspect_message.h"

#include "base/cleanup.h"

#include <string.h>

struct text {
  const char *reason, *remedy;
};

static const struct text texts[] = {
    [OBSTACLE_NONE] = {"", ""},
    [OBSTACLE_NOT_FOUND] = {"there is no such program", "check the name, or give the path to it"},
    [OBSTACLE_NOT_A_FILE] = {"it is not a file", "name a program"},
    [OBSTACLE_NOT_EXECUTABLE] = {"it may not be executed",
                                 "chmod +x it, or run it by its interpreter"},
    [OBSTACLE_NO_INTERPRETER] = {"it is a script whose interpreter cannot be run",
                                 "install the interpreter or correct the script's first line"},
    [OBSTACLE_UNREADABLE] = {"it cannot be read as a program (ELF) or a script",
                             "run memprof as a user who may read it"},
    [OBSTACLE_ARCHITECTURE] = {"it is built for another kind of machine",
                               "build it for this machine"},
    [OBSTACLE_STATIC] = {"it is statically linked, so nothing can be loaded into it",
                         "link it dynamically (without -static)"},
    [OBSTACLE_NO_LOADER] = {"its dynamic loader is not on this machine",
                            "install the C library that it was built for"},
    [OBSTACLE_NOT_GLIBC] = {"it uses a C library other than glibc", "build it against glibc"},
    [OBSTACLE_PRIVILEGED] = {"it runs with other privileges than yours (set-uid, set-gid or file "
                             "capabilities), so the loader ignores LD_PRELOAD",
                             "profile a copy without them (cp drops them), or run memprof as the "
                             "user that it becomes"},
    [OBSTACLE_OWN_MALLOC] =
        {"it has an allocator of its own linked in, which comes before any other",
         "link the allocator dynamically, or build without it"},
    [OBSTACLE_SANITIZER] =
        {"it is built with a sanitizer, whose library must come before any other",
         "build it without -fsanitize"},
};

const char *obstacle_reason(enum obstacle obstacle) {
  return texts[obstacle].reason;
}
const char *obstacle_remedy(enum obstacle obstacle) {
  return texts[obstacle].remedy;
}

const char *inspection_remedy(const struct inspection *in) {
  if (in->is_go && in->obstacle == OBSTACLE_STATIC)
    return "Go's heap has a profiler of its own, runtime/pprof; memprof sees the C side of "
           "programs "
           "built with cgo";
  if (in->linked && in->obstacle == OBSTACLE_OWN_MALLOC)
    return in->linked->remedy;
  return obstacle_remedy(in->obstacle);
}

/* The detail that only this program can give: " (i386)", " (malloc)". */
static char *detail(const struct inspection *in) {
  char *text = NULL;
  int n = 0;
  switch (in->obstacle) {
  case OBSTACLE_NO_INTERPRETER:
    n = asprintf(&text, " (%s: %s)", *in->program ? in->program : "none named",
                 in->err_no ? strerror(in->err_no) : "scripts without end");
    break;
  case OBSTACLE_ARCHITECTURE:
    n = asprintf(&text, " (%s)", in->architecture);
    break;
  case OBSTACLE_NO_LOADER:
  case OBSTACLE_NOT_GLIBC:
    n = asprintf(&text, " (%s)", in->loader);
    break;
  case OBSTACLE_OWN_MALLOC:
    n = asprintf(&text, " (%s: %s)", in->linked->name, in->own_malloc);
    break;
  case OBSTACLE_SANITIZER:
    n = asprintf(&text, " (%s)", in->sanitizer);
    break;
  default:
    n = in->err_no ? asprintf(&text, " (%s)", strerror(in->err_no)) : asprintf(&text, "%s", "");
  }
  return n < 0 ? NULL : text;
}

struct error *inspection_error(const struct inspection *in) {
  if (in->obstacle == OBSTACLE_NONE)
    return NULL;
  _cleanup_free_ char *more = detail(in);
  enum error_code code = in->obstacle <= OBSTACLE_NO_INTERPRETER ? ERROR_BAD_INPUT : ERROR_CANNOT;
  const char *through =
      strcmp(in->path, in->program) && in->obstacle != OBSTACLE_NO_INTERPRETER ? " runs " : "";
  return error_create(code, "cannot profile %s%s%s: %s%s; %s", in->path, through,
                      *through ? in->program : "", obstacle_reason(in->obstacle), more ? more : "",
                      inspection_remedy(in));
}
