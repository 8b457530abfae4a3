#include "shim/life/inherit.h"

#include "shim/count/site.h"
#include "shim/life/object_list.h"
#include "shim/store/objects.h"
#include "shim/store/space.h"
#include "shim/store/tag.h"
#include "shim/sys/sandbox.h"

#include <stddef.h>

/* Prepared by a forking thread, for that fork alone: threads fork at the same time (glibc runs fork
 * handlers without a lock), and a signal handler may call _Fork in between. */
static __thread struct object_list prepared __attribute__((tls_model("initial-exec")));
/* In a child that has not begun its recording. Its own children inherit it as it is. */
static struct object_list inherited;
static struct space_view parent;

static void copy_object(void *context, uint64_t address, const struct recording_object *object) {
  object_list_add(context, &(struct listed_object){address, object->size, object->site});
}

void inherit_prepare(void) {
  object_list_discard(&prepared);
  if (recording && !sandboxed() && object_list_make(&prepared, objects_room()))
    objects_each(copy_object, &prepared);
}

void inherit_discard(void) {
  object_list_discard(&prepared);
}

void inherit_detach(void) {
  if (!recording)
    return;
  inherited = prepared;
  prepared = (struct object_list){0};
  space_unmap(&parent);
  space_detach(&parent);
}

/* The child's tag for a tag of the parent's. */
static uint16_t import_tag(uint16_t tag) {
  const struct recording_tag *chain[TAGS_DEEPEST];
  unsigned n = 0;
  uint16_t ours = 0;
  for (; tag && n < TAGS_DEEPEST; tag = chain[n++]->parent)
    if (!(chain[n] = space_view_at(&parent, TABLE_TAGS, tag - 1u)))
      break;
  while (n-- > 0)
    ours = tag_intern(ours, chain[n]->key, chain[n]->value);
  return ours;
}

/* The frames of a stack of the parent's, in one piece. */
static void copy_frames(const uint64_t *header, uint64_t frames[RECORDING_MAX_DEPTH]) {
  const uint64_t *word = header + 1;
  for (uint32_t i = 0; i < STACK_DEPTH(*header); i++) {
    if (*word & STACK_LINK_BIT)
      word = space_view_at(&parent, TABLE_STACKS, STACK_LINKED(*word));
    frames[i] = *word++;
  }
}

/* The child's site for a site of the parent's. */
static struct site import_site(uint32_t index) {
  const struct recording_site *site = space_view_at(&parent, TABLE_SITES, index);
  const uint64_t *header = site ? space_view_at(&parent, TABLE_STACKS, site->stack) : NULL;
  if (!header)
    return (struct site){NULL, 0};
  uint64_t frames[RECORDING_MAX_DEPTH];
  copy_frames(header, frames);
  struct stack stack = stack_of_frames(frames, STACK_DEPTH(*header), STACK_FLAGS(*header));
  return site_import(site, &stack, import_tag(site->tag));
}

/* No thread has counters yet. */
static const struct site_user planter = {.live_shared = true};

void inherit_fill(void) {
  uint32_t from = UINT32_MAX;
  struct site to = {NULL, 0};
  struct object_list_cursor cursor = {0};
  for (struct listed_object old; object_list_next(&inherited, &cursor, &old);) {
    if (old.site != from)
      to = import_site(from = old.site);
    struct recording_object object = {.size = old.size, .site = to.index};
    if (to.at && objects_add((void *)old.address, &object))
      site_add(to.at, sample_weight(object.size, to.at->rate), &planter);
  }
  object_list_discard(&inherited);
  space_unmap(&parent);
}
