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

void process_list_init(struct process_list *list, const char *folder) {
  *list = (struct process_list){.folder = folder};
}

static void process_let_go(struct process *process) {
  recording_destroy(process->open);
  process->open = NULL;
  heap_stats_deinit(&process->stats);
  process->read_in = 0;
}

static void process_destroy(struct process *process) {
  process_let_go(process);
  free((char *)process->path);
  free(process);
}

void process_list_deinit(struct process_list *list) {
  for (size_t i = 0; i < list->count; i++)
    process_destroy(list->data[i]);
  VECTOR_DEINIT(list);
}

static int64_t nanoseconds(const struct timespec *t) {
  return t->tv_sec * 1000000000 + t->tv_nsec;
}

/* A session that ran thousands of programs has as many files: they are listed again only after one
 * was added. */
static bool folder_changed(struct process_list *list) {
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

static int compare_process(const struct process *process, const struct session_entry *entry) {
  return process->pid != entry->pid ? (process->pid > entry->pid) - (process->pid < entry->pid)
                                    : (process->generation > entry->generation) -
                                          (process->generation < entry->generation);
}

static struct process *process_create(struct session_entry *entry) {
  struct process *process = calloc(1, sizeof(*process));
  if (process) {
    *process =
        (struct process){.pid = entry->pid, .generation = entry->generation, .path = entry->path};
    entry->path = NULL;
  }
  return process;
}

/* Both lists are sorted. */
static struct error *add_found(struct process_list *list, struct session_list *found) {
  VECTOR(struct process *) all = {0};
  size_t i = 0;
  struct error *err = VECTOR_RESERVE(&all, list->count + found->count) ? NULL : &error_no_memory;
  for (size_t k = 0; all.data && !err && k < found->count; k++) {
    struct session_entry *entry = &found->data[k];
    while (i < list->count && compare_process(list->data[i], entry) < 0)
      all.data[all.count++] = list->data[i++];
    if (i < list->count && compare_process(list->data[i], entry) == 0)
      continue;
    struct process *process = process_create(entry);
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

static struct error *read_folder(struct process_list *list) {
  _cleanup_session_list_ struct session_list found = SESSION_LIST_INIT;
  if (!folder_changed(list))
    return NULL;
  struct error *err = session_read(list->folder, &found);
  if (!err && found.count)
    err = add_found(list, &found);
  return err;
}

static void look_if_went(struct process *process, const struct process_events *events,
                         void *context) {
  if (process->state != PROCESS_LIVE || recording_has_writer(process->open))
    return;
  events->went(context, process);
  process->state = PROCESS_GONE;
  process_let_go(process);
}

/* A recording that is being begun cannot be read yet: the next look tries again. `before`: the
 * earlier image of the same process, or NULL. */
static void look_if_came(struct process *process, struct process *before,
                         const struct process_events *events, void *context) {
  _cleanup_error_ struct error *err = recording_open_counters(process->path, &process->open);
  if (err)
    return;
  if (before)
    look_if_went(before, events, context);
  process->state = PROCESS_LIVE;
  events->came(context, process);
}

struct error *process_list_look(struct process_list *list, bool who_went,
                                const struct process_events *events, void *context) {
  struct error *err = read_folder(list);
  for (size_t i = 0; !err && i < list->count; i++) {
    struct process *process = list->data[i];
    struct process *before = i && list->data[i - 1]->pid == process->pid ? list->data[i - 1] : NULL;
    if (process->state == PROCESS_FOUND)
      look_if_came(process, before, events, context);
    if (who_went)
      look_if_went(process, events, context);
  }
  return err;
}

void process_list_forget(struct process_list *list, struct process *process) {
  size_t i = 0;
  while (list->data[i] != process)
    i++;
  list->count--;
  memmove(&list->data[i], &list->data[i + 1], (list->count - i) * sizeof(*list->data));
  process_destroy(process);
}

bool process_size(const struct process *process, uint64_t *live, uint64_t *peak) {
  return process->open && recording_size_now(process->open, live, peak);
}

const struct heap_stats *process_stats(const struct process_list *list, struct process *process) {
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
