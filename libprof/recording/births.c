/* Blocks are added up by place and moment in one list, which is sorted and joined whenever it has
 * grown to twice of what was left of it. It is then in the order of places, so each place's births
 * are shared out in one pass. */
#include "recording/births.h"

#include "recording/objects.h"

#include <math.h>

struct birth {
  uint32_t place, moment;
  double bytes;
};

enum { FIRST_ROOM = 65536 };

struct birth_list {
  VECTOR(struct birth) births;
  size_t join_at;
  const struct recording *recording;
  const struct moments *moments;
  const uint32_t *places;
};

static int compare_births(const void *a, const void *b) {
  const struct birth *x = a, *y = b;
  if (x->place != y->place)
    return x->place < y->place ? -1 : 1;
  return (x->moment > y->moment) - (x->moment < y->moment);
}

static void births_join(struct birth_list *list) {
  size_t n = 0;
  struct birth *data = list->births.data;
  if (list->births.count)
    qsort(data, list->births.count, sizeof(*data), compare_births);
  for (size_t i = 0; i < list->births.count; i++)
    if (n && !compare_births(&data[n - 1], &data[i]))
      data[n - 1].bytes += data[i].bytes;
    else
      data[n++] = data[i];
  list->births.count = n;
  list->join_at = n * 2 > FIRST_ROOM ? n * 2 : FIRST_ROOM;
}

/* The first moment at or after this time; the last one for a time after all. */
static uint32_t moment_of(const struct moments *m, uint64_t time) {
  size_t low = 0, high = m->all.count - 1;
  while (low < high) {
    size_t middle = (low + high) / 2;
    if (m->all.data[middle].time < time)
      low = middle + 1;
    else
      high = middle;
  }
  return (uint32_t)low;
}

static bool add_object(void *context, const struct live_object *object) {
  struct birth_list *list = context;
  uint32_t place = list->places[object->site];
  if (place == UINT32_MAX)
    return true;
  struct birth birth = {place, moment_of(list->moments, object->time),
                        live_object_weight(list->recording, object) * (double)object->size};
  if (list->births.count >= list->join_at)
    births_join(list);
  return VECTOR_PUSH(&list->births, birth);
}

/* Shares `live` out by the births of one place, n of them; whole numbers that add up to it. */
static bool share_out(const struct birth *births, size_t n, int64_t live,
                      struct moment_changes *ret) {
  double sum = 0, so_far = 0;
  int64_t given = 0;
  for (size_t i = 0; i < n; i++)
    sum += births[i].bytes;
  for (size_t i = 0; i < n; i++) {
    so_far += births[i].bytes;
    int64_t until = i + 1 == n ? live : (int64_t)round((double)live * (so_far / sum));
    struct moment_change change = {births[i].place, 0, 0, until - given};
    given = until;
    if (change.born && !VECTOR_PUSH(&ret[births[i].moment], change))
      return false;
  }
  return true;
}

/* A place that has live bytes and no block, as a damaged recording may have, got them at first. */
static bool births_list(const struct birth_list *list, const int64_t *live, size_t n_places,
                        struct moment_changes *ret) {
  size_t at = 0;
  for (uint32_t place = 0; place < n_places; place++) {
    size_t begin = at;
    while (at < list->births.count && list->births.data[at].place == place)
      at++;
    const struct birth nowhere = {.place = place, .bytes = 1};
    const struct birth *births = at > begin ? &list->births.data[begin] : &nowhere;
    if (live[place] && !share_out(births, at > begin ? at - begin : 1, live[place], ret))
      return false;
  }
  return true;
}

struct error *recording_births(const struct recording *recording, const struct moments *moments,
                               const uint32_t *places, const int64_t *live, size_t n_places,
                               struct moment_changes *births) {
  struct birth_list list = {
      .join_at = FIRST_ROOM, .recording = recording, .moments = moments, .places = places};
  uint64_t rejected;
  struct error *err = recording_objects(recording, add_object, &list, &rejected);
  if (!err) {
    births_join(&list);
    if (!births_list(&list, live, n_places, births))
      err = &error_no_memory;
  }
  VECTOR_DEINIT(&list.births);
  return err;
}
