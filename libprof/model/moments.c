#include "model/moments.h"

#include <string.h>

const char *const moment_mark_words[MARK_KINDS] = {"snapshot", "fork", "thread", "library"};

void moments_init(struct moments *m) {
  *m = (struct moments){.interval = MOMENTS_FIRST_MS * UINT64_C(1000000)};
}

void moments_deinit(struct moments *m) {
  for (size_t i = 0; i < m->all.count; i++)
    VECTOR_DEINIT(&m->all.data[i].changes);
  for (size_t i = 0; i < m->marks.count; i++)
    free(m->marks.data[i].text);
  for (size_t i = 0; i < m->others.count; i++) {
    free(m->others.data[i].name);
    VECTOR_DEINIT(&m->others.data[i].totals);
  }
  VECTOR_DEINIT(&m->others);
  VECTOR_DEINIT(&m->all);
  VECTOR_DEINIT(&m->marks);
  VECTOR_DEINIT(&m->last);
}

static bool same_interval(const struct moments *m, uint64_t a, uint64_t b) {
  return a / m->interval == b / m->interval;
}

bool moments_due(const struct moments *m, uint64_t now) {
  if (!m->all.count)
    return true;
  uint64_t last = m->all.data[m->all.count - 1].time;
  return now > last && !same_interval(m, last, now);
}

static void add_change(struct moment_change *to, const struct moment_change *from) {
  to->allocated += from->allocated;
  to->live += from->live;
  to->born += from->born;
}

static bool is_zero(const struct moment_change *c) {
  return !c->allocated && !c->live && !c->born;
}

/* Adds `from`, which is emptied, to `to`; what cancels out goes. */
static struct error *changes_join(struct moment_changes *to, struct moment_changes *from) {
  struct moment_changes both = {0};
  size_t i = 0, j = 0;
  if (!VECTOR_RESERVE(&both, to->count + from->count + 1) || !both.data)
    return &error_no_memory;
  while (i < to->count || j < from->count) {
    bool first = j == from->count || (i < to->count && to->data[i].place <= from->data[j].place);
    struct moment_change change = first ? to->data[i++] : from->data[j++];
    if (first && j < from->count && from->data[j].place == change.place)
      add_change(&change, &from->data[j++]);
    if (!is_zero(&change))
      both.data[both.count++] = change;
  }
  VECTOR_DEINIT(to);
  VECTOR_DEINIT(from);
  *to = both;
  return NULL;
}

/* The last moment goes: its changes are found again when the next is added. */
static void take_back(struct moments *m, struct moment_changes *changes) {
  for (size_t i = 0; i < changes->count; i++) {
    struct moment_figures *last = &m->last.data[changes->data[i].place];
    last->allocated -= changes->data[i].allocated;
    last->live -= changes->data[i].live;
  }
  VECTOR_DEINIT(changes);
}

struct error *moments_thin(struct moments *m) {
  size_t kept = 0;
  m->interval *= 2;
  m->n_changes = 0;
  for (size_t i = 0; i < m->all.count; i++) {
    struct moment *moment = &m->all.data[i];
    struct error *err = NULL;
    if (!kept || !same_interval(m, moment->time, m->all.data[kept - 1].time)) {
      struct moment stays = *moment;
      moment->changes = (struct moment_changes){0};
      m->n_changes += stays.changes.count;
      m->all.data[kept++] = stays;
    } else if (i + 1 == m->all.count)
      take_back(m, &moment->changes);
    else
      err = changes_join(&moment[1].changes, &moment->changes);
    if (err)
      return err;
  }
  m->all.count = kept;
  return NULL;
}

static bool figures_differ(struct moment_figures a, struct moment_figures b) {
  return a.allocated != b.allocated || a.live != b.live;
}

static bool changes_find(struct moments *m, const struct moment_figures *now, size_t n,
                         struct moment_changes *ret) {
  if (!VECTOR_RESERVE(&m->last, n))
    return false;
  for (; m->last.count < n; m->last.count++)
    m->last.data[m->last.count] = (struct moment_figures){0};
  for (size_t i = 0; i < n; i++) {
    struct moment_figures *last = &m->last.data[i];
    if (!figures_differ(*last, now[i]))
      continue;
    struct moment_change change = {(uint32_t)i, now[i].allocated - last->allocated,
                                   now[i].live - last->live, 0};
    if (!VECTOR_PUSH(ret, change))
      return false;
    *last = now[i];
  }
  return true;
}

static bool is_full(const struct moments *m) {
  return m->all.count >= MOMENTS_MOST - 1 ||
         (m->n_changes > MOMENTS_MOST_CHANGES && m->all.count > 2);
}

struct error *moments_add(struct moments *m, struct moment moment, const struct moment_figures *now,
                          size_t n) {
  moment.changes = (struct moment_changes){0};
  if (!changes_find(m, now, n, &moment.changes) || !VECTOR_PUSH(&m->all, moment)) {
    VECTOR_DEINIT(&moment.changes);
    return &error_no_memory;
  }
  m->n_changes += moment.changes.count;
  return NULL;
}

struct error *moments_make_room(struct moments *m) {
  struct error *err = NULL;
  while (!err && is_full(m))
    err = moments_thin(m);
  return err;
}

bool moments_mark(struct moments *m, uint64_t time, enum moment_mark_kind kind, const char *text) {
  if (m->marks.count >= MOMENTS_MOST_MARKS)
    return true;
  struct moment_mark mark = {time, kind, strdup(text)};
  if (mark.text && VECTOR_PUSH(&m->marks, mark))
    return true;
  free(mark.text);
  return false;
}

bool moments_add_other(struct moments *m, int64_t pid, const char *name) {
  struct moment_other other = {.pid = pid, .name = strdup(name)};
  if (other.name && VECTOR_PUSH(&m->others, other))
    return true;
  free(other.name);
  return false;
}

bool moments_add_total(struct moments *m, struct moment_total total) {
  struct moment_other *other = &m->others.data[m->others.count - 1];
  return total.time < 0 || VECTOR_PUSH(&other->totals, total);
}

static int compare_places(const void *a, const void *b) {
  uint32_t x = ((const struct moment_change *)a)->place;
  uint32_t y = ((const struct moment_change *)b)->place;
  return (x > y) - (x < y);
}

void moment_changes_sort(struct moment_changes *changes) {
  size_t n = 0;
  if (changes->count)
    qsort(changes->data, changes->count, sizeof(*changes->data), compare_places);
  for (size_t i = 0; i < changes->count; i++)
    if (n && changes->data[n - 1].place == changes->data[i].place)
      add_change(&changes->data[n - 1], &changes->data[i]);
    else
      changes->data[n++] = changes->data[i];
  changes->count = n;
}

void moments_renumber(struct moments *m, const uint32_t *places, size_t n) {
  for (size_t i = 0; i < m->all.count; i++) {
    struct moment_changes *changes = &m->all.data[i].changes;
    size_t kept = 0;
    for (size_t j = 0; j < changes->count; j++) {
      struct moment_change change = changes->data[j];
      if (change.place >= n || places[change.place] == UINT32_MAX)
        continue;
      change.place = places[change.place];
      changes->data[kept++] = change;
    }
    changes->count = kept;
    moment_changes_sort(changes);
  }
  VECTOR_DEINIT(&m->last);
}

struct error *moments_add_born(struct moments *m, struct moment_changes *births) {
  struct error *err = NULL;
  for (size_t i = 0; i < m->all.count && !err; i++)
    err = changes_join(&m->all.data[i].changes, &births[i]);
  return err;
}
