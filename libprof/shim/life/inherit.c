#include "shim/life/inherit.h"

#include "shim/count/site.h"
#include "shim/store/objects.h"
#include "shim/store/space.h"
#include "shim/store/tag.h"
#include "shim/sys/sandbox.h"
#include "shim/sys/sys.h"

#include <stddef.h>
#include <sys/mman.h>

/* An object without the time and the thread, which say nothing in another process. */
struct inherited_object {
  uint64_t key, size;
  uint32_t site;
};

struct inherited_list {
  struct inherited_object *list;
  uint64_t count, room;
  uint64_t made; /* objects that there are pages for */
  size_t size;   /* of the mapping, in bytes */
};

/* Prepared by a forking thread, for that fork alone: threads fork at the same time (glibc runs fork
 * handlers without a lock), and a signal handler may call _Fork in between. */
static __thread struct inherited_list prepared __attribute__((tls_model("initial-exec")));
/* In a child that has not begun its recording. Its own children inherit it as it is. */
static struct inherited_list inherited;
static struct space_view parent;

enum { MADE_LEAST = 4096 / sizeof(struct inherited_object), MADE_MOST = 16384 };

/* Makes pages for as many objects again: page faults one by one were most of the time that a fork
 * took where millions of blocks live. Kernels before 5.14 refuse, and the pages are made by faults.
 */
static void make_pages(struct inherited_list *to) {
  uint64_t n = to->made < MADE_LEAST ? MADE_LEAST : to->made < MADE_MOST ? to->made : MADE_MOST;
  to->made = to->room - to->count < n ? to->room : to->count + n;
  uintptr_t start = (uintptr_t)&to->list[to->count] & ~4095ul,
            end = ((uintptr_t)&to->list[to->made] + 4095) & ~4095ul;
  sys(SYS_madvise, start, end - start, MADV_POPULATE_WRITE);
}

static void copy_object(void *context, uint64_t address, const struct recording_object *object) {
  struct inherited_list *to = context;
  if (to->count == to->room)
    return;
  if (to->count == to->made)
    make_pages(to);
  to->list[to->count++] = (struct inherited_object){address, object->size, object->site};
}

static void discard(struct inherited_list *gone) {
  if (gone->list && !sandboxed())
    sys(SYS_munmap, gone->list, gone->size);
  *gone = (struct inherited_list){0};
}

static void copy_objects(struct inherited_list *to) {
  uint64_t room = objects_room();
  /* Only the pages that hold objects are ever touched. */
  long address = sys(SYS_mmap, 0, room * sizeof(struct inherited_object), PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (sys_failed(address))
    return;
  to->list = (struct inherited_object *)address;
  to->size = room * sizeof(struct inherited_object);
  to->room = room;
  objects_each(copy_object, to);
}

void inherit_prepare(void) {
  discard(&prepared);
  if (recording && !sandboxed())
    copy_objects(&prepared);
}

void inherit_discard(void) {
  discard(&prepared);
}

void inherit_detach(void) {
  if (!recording)
    return;
  inherited = prepared;
  prepared = (struct inherited_list){0};
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
  for (uint64_t i = 0; i < inherited.count; i++) {
    const struct inherited_object *old = &inherited.list[i];
    if (old->site != from)
      to = import_site(from = old->site);
    struct recording_object object = {.size = old->size, .site = to.index};
    if (to.at && objects_add((void *)old->key, &object))
      site_add(to.at, sample_weight(object.size, to.at->rate), &planter);
  }
  discard(&inherited);
  space_unmap(&parent);
}
