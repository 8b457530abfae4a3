#include "shim/life/inherit.h"

#include "shim/count/site.h"
#include "shim/life/late_copy.h"
#include "shim/life/object_list.h"
#include "shim/store/leaf_copies.h"
#include "shim/store/objects.h"
#include "shim/store/space.h"
#include "shim/store/tag.h"
#include "shim/sys/atomics.h"
#include "shim/sys/sandbox.h"

#include <stddef.h>

struct inheritance {
  struct object_list list;
  struct leaf_copies *leaves; /* or NULL: all is in the list */
};

/* Prepared by a forking thread, for that fork alone: threads fork at the same time (glibc runs fork
 * handlers without a lock), and a signal handler may call _Fork in between. */
static __thread struct inheritance prepared __attribute__((tls_model("initial-exec")));
/* In a child that has not begun its recording. Its own children inherit it as it is. */
static struct inheritance inherited;
static struct space_view parent;

static void copy_object(void *context, uint64_t address, const struct recording_object *object) {
  object_list_add(context, &(struct listed_object){address, object->size, object->site});
}

static void copy_list(void) {
  uint64_t room = prepared.leaves ? object_table_room() : objects_room();
  if (!object_list_make(&prepared.list, room))
    return;
  if (prepared.leaves)
    object_table_each(copy_object, &prepared.list);
  else
    objects_each(copy_object, &prepared.list);
}

void inherit_prepare(void) {
  inherit_discard();
  if (!recording)
    late_copy_pass_on(inherited.leaves);
  else if (!sandboxed()) {
    prepared.leaves = late_copy_begin();
    copy_list();
  }
}

void inherit_discard(void) {
  object_list_discard(&prepared.list);
  if (prepared.leaves)
    late_copy_forked();
  prepared.leaves = NULL;
}

void inherit_detach(void) {
  if (!recording)
    return;
  inherited = prepared;
  prepared = (struct inheritance){0};
  late_copy_arrive(inherited.leaves);
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

/* The site of the last object, which is often the next one's. */
struct planting {
  uint32_t from;
  struct site to;
};

static void plant(void *context, uint64_t address, const struct recording_object *old) {
  struct planting *planting = context;
  if (old->site != planting->from) {
    planting->from = old->site;
    planting->to = import_site(old->site);
  }
  struct site to = planting->to;
  struct recording_object object = {.size = old->size, .site = to.index};
  if (to.at && objects_add((void *)address, &object))
    site_add(to.at, sample_weight(object.size, to.at->rate), &planter);
}

static void fill_from_leaves(struct planting *planting) {
  if (late_copy_is_whole(inherited.leaves))
    leaf_copies_each(inherited.leaves, &parent, plant, planting);
  else
    counter_add(&recording->dropped[DROP_LIMIT], 1);
  late_copy_done(inherited.leaves);
}

void inherit_fill(void) {
  struct planting planting = {UINT32_MAX, {NULL, 0}};
  struct object_list_cursor cursor = {0};
  for (struct listed_object old; object_list_next(&inherited.list, &cursor, &old);)
    plant(&planting, old.address, &(struct recording_object){.size = old.size, .site = old.site});
  object_list_discard(&inherited.list);
  if (inherited.leaves)
    fill_from_leaves(&planting);
  inherited.leaves = NULL;
  space_unmap(&parent);
}
