#include "cli/commands/doctor_items.h"

#include "base/cleanup.h"
#include "symbol/inspect_message.h"

#include <stdarg.h>
#include <string.h>

struct list {
  struct doctor_item *items;
  size_t n;
};

static void item_add(struct list *list, const char *name, enum doctor_status status,
                     const char *remedy, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
static void item_add(struct list *list, const char *name, enum doctor_status status,
                     const char *remedy, const char *format, ...) {
  va_list ap;
  va_start(ap, format);
  char *finding;
  if (vasprintf(&finding, format, ap) < 0)
    finding = NULL;
  va_end(ap);
  list->items[list->n++] = (struct doctor_item){name, status, finding, remedy};
}

/* Adds the item as bad, with the obstacle's reason, if the obstacle is one of first .. last. */
static bool blocked(struct list *list, const struct inspection *in, const char *name,
                    enum obstacle first, enum obstacle last) {
  if (in->obstacle < first || in->obstacle > last)
    return false;
  item_add(list, name, DOCTOR_BAD, inspection_remedy(in), "%s", obstacle_reason(in->obstacle));
  return true;
}

static bool add_file(struct list *list, const struct inspection *in) {
  if (blocked(list, in, "program", OBSTACLE_NOT_FOUND, OBSTACLE_UNREADABLE))
    return false;
  if (strcmp(in->path, in->program))
    item_add(list, "program", DOCTOR_OK, "", "%s, a script that %s runs", in->path, in->program);
  else
    item_add(list, "program", DOCTOR_OK, "", "%s", in->path);
  return true;
}

static bool add_architecture(struct list *list, const struct inspection *in) {
  if (blocked(list, in, "architecture", OBSTACLE_ARCHITECTURE, OBSTACLE_ARCHITECTURE))
    return false;
  item_add(list, "architecture", DOCTOR_OK, "", "%s", in->architecture);
  return true;
}

static void add_linking(struct list *list, const struct inspection *in) {
  if (!blocked(list, in, "linking", OBSTACLE_STATIC, OBSTACLE_NOT_GLIBC))
    item_add(list, "linking", DOCTOR_OK, "", "dynamic, loaded by %s",
             *in->loader ? in->loader : "itself");
}

static void add_privileges(struct list *list, const struct inspection *in) {
  if (in->setuid || in->setgid || in->capabilities)
    item_add(list, "privileges", DOCTOR_BAD, obstacle_remedy(OBSTACLE_PRIVILEGED), "%s",
             in->capabilities ? "it has file capabilities, so the loader ignores LD_PRELOAD"
                              : "it is set-uid or set-gid, so the loader ignores LD_PRELOAD");
  else
    item_add(list, "privileges", DOCTOR_OK, "", "runs as you");
}

static void add_allocator(struct list *list, const struct inspection *in) {
  if (in->obstacle == OBSTACLE_STATIC || in->obstacle == OBSTACLE_NOT_GLIBC)
    item_add(list, "allocator", DOCTOR_NOTE, "", "linked in, or its C library's");
  else if (*in->own_malloc)
    item_add(list, "allocator", DOCTOR_BAD, in->linked->remedy,
             "%s, linked in (%s), so its calls are not seen", in->linked->name, in->own_malloc);
  else if (*in->sanitizer)
    item_add(list, "allocator", DOCTOR_BAD, obstacle_remedy(OBSTACLE_SANITIZER),
             "that of a sanitizer (%s)", in->sanitizer);
  else if (in->linked)
    item_add(list, "allocator", DOCTOR_NOTE, in->linked->remedy,
             "%s; %s seems to be linked in, whose calls are not seen", in->allocator,
             in->linked->name);
  else
    item_add(list, "allocator", DOCTOR_OK, "", "%s", in->allocator);
}

static void add_runtime(struct list *list, const struct inspection *in) {
  if (in->runtime)
    item_add(list, "own heap", DOCTOR_NOTE, in->runtime->remedy, "%s: %s, which are not seen",
             in->runtime->name, in->runtime->heap);
}

static void add_debug_info(struct list *list, const struct inspection *in) {
  _cleanup_free_ char *file = NULL;
  switch (inspect_debug_info(in, NULL, &file)) {
  case DEBUG_INFO_INSIDE:
    item_add(list, "debug information", DOCTOR_OK, "", "in the program");
    break;
  case DEBUG_INFO_SEPARATE:
    item_add(list, "debug information", DOCTOR_OK, "", "in %s", file ? file : "another file");
    break;
  case DEBUG_INFO_MINI:
    item_add(list, "debug information", DOCTOR_NOTE, "build with -g or install its debug symbols",
             "function names only (.gnu_debugdata)");
    break;
  case DEBUG_INFO_NONE:
    item_add(list, "debug information", DOCTOR_NOTE,
             "build with -g, install its debug symbols or set DEBUGINFOD_URLS",
             "none, so there will be no files, lines and inlined frames");
    break;
  }
}

static void add_symbols(struct list *list, const struct inspection *in) {
  if (in->has_symtab)
    item_add(list, "symbols", DOCTOR_OK, "", "all functions");
  else
    item_add(list, "symbols", DOCTOR_NOTE, "do not strip it, or install its debug symbols",
             "stripped: only exported functions have names");
}

static void add_names(struct list *list, const struct inspection *in) {
  add_debug_info(list, in);
  add_symbols(list, in);
  if (*in->build_id)
    item_add(list, "build-id", DOCTOR_OK, "", "%s", in->build_id);
  else
    item_add(list, "build-id", DOCTOR_NOTE, "link with -Wl,--build-id",
             "none, so a profile cannot tell whether the file changed since");
  if (in->has_unwind_tables)
    item_add(list, "unwinding", DOCTOR_OK, "", ".eh_frame");
  else
    item_add(list, "unwinding", DOCTOR_NOTE, "build with -fasynchronous-unwind-tables",
             "no unwind tables, so stacks may be cut short");
}

struct error *doctor_items_list(const struct inspection *in,
                                struct doctor_item items[static DOCTOR_MAX_ITEMS], size_t *n) {
  struct list list = {.items = items};
  if (add_file(&list, in) && add_architecture(&list, in)) {
    add_linking(&list, in);
    add_privileges(&list, in);
    add_allocator(&list, in);
    add_runtime(&list, in);
    add_names(&list, in);
  }
  *n = list.n;
  for (size_t i = 0; i < list.n; i++)
    if (!items[i].finding)
      return &error_no_memory;
  return NULL;
}

void doctor_items_deinit(struct doctor_item *items, size_t n) {
  for (size_t i = 0; i < n; i++)
    free(items[i].finding);
}
