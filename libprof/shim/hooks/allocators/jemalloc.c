/* jemalloc's own interface. sallocx and nallocx give out nothing. */
#include "shim/hooks/allocators/door.h"

DOOR_ALLOCATES(DOOR_JEMALLOC, mallocx, (size_t size, int flags), (size, flags), size)
DOOR_FREES(DOOR_JEMALLOC, dallocx, (void *p, int flags), (p, flags), p)
DOOR_FREES(DOOR_JEMALLOC, sdallocx, (void *p, size_t size, int flags), (p, size, flags), p)
DOOR_MOVES(DOOR_JEMALLOC, rallocx, (void *p, size_t size, int flags), (p, size, flags), p, size,
           false)

/* Resizes in place to between size and size + extra, as far as there is room; returns the block's
 * room then. Below size it is what it was. A change is a free and an allocation, as realloc's is. */
static size_t hook_xallocx(void *p, size_t size, size_t extra, int flags);
DOOR(DOOR_JEMALLOC, xallocx)
static size_t hook_xallocx(void *p, size_t size, size_t extra, int flags) {
  struct recording_object old;
  bool recorded = realloc_take(p, DOOR_FRAME, &old);
  size_t room = DOOR_NEXT(xallocx)(p, size, extra, flags);
  size_t most = size > SIZE_MAX - extra ? SIZE_MAX : size + extra;
  bool fits = room >= size;
  realloc_settle(p, &(struct reallocated){fits ? p : NULL, size, fits, recorded}, &old);
  if (fits)
    door_given(p, room < most ? room : most, DOOR_FRAME);
  return room;
}
