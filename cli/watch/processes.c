#include "cli/watch/processes.h"

#include "base/cleanup.h"
#include "cli/session/session.h"
#include "recording/heap_stats.h"
#include "recording/totals.h"
#include "recording/writer.h"

#include <string.h>
#include <sys/stat.h>

/* Two changes of a folder within a tick of the kernel's clock have one time. */
#define CLOCK_GRAIN_NS 20000000

void watched_list_init(struct watched_list *list, const char *folder) {
  *list = (struct watched_list){.folder = folder};
}

static void let_go(struct watched *process) {
  recording_destroy(process->open);
  process->open = NULL;
  heap_stats_deinit(&process->stats);
  process->read_in = 0;
}

static void watched_destroy(struct watched *process) {
  let_go(process);
  free((char *)process->path);
  free(process);
}

void watched_list_deinit(struct watched_list *list) {
  for (size_t i = 0; i < list->count; i++)
    watched_destroy(list->data[i]);
  VECTOR_DEINIT(list);
}

static int64_t nanoseconds(const struct timespec *t) {
  return t->tv_sec * 1000000000 + t->tv_nsec;
}

/* A session that ran thousands of programs has as many files: they are not listed again while none
 * is added. */
static bool folder_changed(struct watched_list *list) {
  struct stat st;
  struct timespec now;
  clock_gettime(CLOCK_REALTIME_COARSE, &now);
  if (stat(list->folder, &st) < 0)
    return true;
  bool same = nanoseconds(&st.st_mtim) == nanoseconds(&list->changed) &&
              nanoseconds(&list->read) > nanoseconds(&st.st_mtim) + CLOCK_GRAIN_NS;
  list->changed = st.st_mtim;
  list->read = now;
  return !same;
}

static int compare(const struct watched *process, const struct session_entry *entry) {
  return process->pid != entry->pid ? (process->pid > entry->pid) - (process->pid < entry->pid)
                                    : (process->generation > entry->generation) -
                                          (process->generation < entry->generation);
}

static struct watched *find_process(struct session_entry *entry) {
  struct watched *process = calloc(1, sizeof(*process));
  if (process) {
    *process =
        (struct watched){.pid = entry->pid, .generation = entry->generation, .path = entry->path};
    entry->path = NULL;
  }
  return process;
}

/* Both lists are sorted. */
static struct error *add_found(struct watched_list *list, struct session_list *found) {
  VECTOR(struct watched *) all = {0};
  size_t i = 0;
  struct error *err = VECTOR_RESERVE(&all, list->count + found->count) ? NULL : &error_no_memory;
  for (size_t k = 0; !err && k < found->count; k++) {
    struct session_entry *entry = &found->data[k];
    while (i < list->count && compare(list->data[i], entry) < 0)
      all.data[all.count++] = list->data[i++];
    if (i < list->count && compare(list->data[i], entry) == 0)
      continue;
    struct watched *process = find_process(entry);
    if (!process)
      err = &error_no_memory;
    else
      all.data[all.count++] = process;
  }
  while (all.data && i < list->count)
    all.data[all.count++] = list->data[i++];
  if (all.data) {
    free(list->data);
    list->data = all.data;
    list->count = all.count;
    list->capacity = all.capacity;
  }
  return err;
}

static struct error *read_folder(struct watched_list *list) {
  _cleanup_session_list_ struct session_list found = {0};
  if (!folder_changed(list))
    return NULL;
  struct error *err = session_read(list->folder, &found);
  if (!err && found.count)
    err = add_found(list, &found);
  return err;
}

static void check_alive(struct watched *process, const struct watched_events *events,
                        void *context) {
  if (process->state != WATCHED_LIVE || recording_has_writer(process->open))
    return;
  events->went(context, process);
  process->state = WATCHED_GONE;
  let_go(process);
}

/* A recording that is being begun cannot be read yet: it is looked at again. `before`: the image
 * that came before, if it is of the same process. */
static void check_begun(struct watched *process, struct watched *before,
                        const struct watched_events *events, void *context) {
  _cleanup_error_ struct error *err = recording_open_counters(process->path, &process->open);
  if (err)
    return;
  if (before)
    check_alive(before, events, context);
  process->state = WATCHED_LIVE;
  events->came(context, process);
}

struct error *watched_list_look(struct watched_list *list, bool who_went,
                                const struct watched_events *events, void *context) {
  struct error *err = read_folder(list);
  for (size_t i = 0; !err && i < list->count; i++) {
    struct watched *process = list->data[i];
    struct watched *before = i && list->data[i - 1]->pid == process->pid ? list->data[i - 1] : NULL;
    if (process->state == WATCHED_FOUND)
      check_begun(process, before, events, context);
    if (who_went)
      check_alive(process, events, context);
  }
  return err;
}

bool watched_size(const struct watched *process, uint64_t *live, uint64_t *peak) {
  return process->open && recording_size_now(process->open, live, peak);
}

const struct heap_stats *watched_stats(const struct watched_list *list, struct watched *process) {
  if (process->read_in == list->moment)
    return &process->stats;
  _cleanup_recording_ struct recording *recording = NULL;
  struct heap_stats now;
  _cleanup_error_ struct error *err = recording_open_sites(process->path, &recording);
  if (!err)
    err = heap_stats_init(&now, recording);
  if (err)
    return NULL;
  heap_stats_deinit(&process->stats);
  process->stats = now;
  process->read_in = list->moment;
  return &process->stats;
}
