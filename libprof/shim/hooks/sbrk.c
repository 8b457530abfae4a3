/* sbrk: memory that the program itself takes from the break area is its own, though it lies amid
 * the allocator's. The allocator's own calls are libc's inner ones and do not come here; those of
 * another allocator are known by their caller. */
#include "shim/life/leak_lists.h"
#include "shim/sys/next.h"

#include <dlfcn.h>
#include <stddef.h>

#define EXPORT __attribute__((visibility("default")))

EXPORT void *sbrk(intptr_t increment);

void *sbrk(intptr_t increment) {
  static void *(*next_sbrk)(intptr_t);
  if (!next_sbrk)
    next_sbrk = dlsym(RTLD_NEXT, "sbrk");
  void *old = next_sbrk(increment);
  if (next_same_object(__builtin_return_address(0), (void *)next.free))
    return old;
  if (increment > 0 && old != (void *)-1)
    leak_list_add(&leak_lists.sbrk_areas, &leak_lists.n_sbrk_areas, (uintptr_t)old,
                  (uint64_t)increment);
  else if (increment < 0 && old != (void *)-1) /* given back as it was taken: the usual way */
    leak_list_remove(leak_lists.sbrk_areas, leak_lists.n_sbrk_areas,
                     (uintptr_t)old + (uintptr_t)increment);
  return old;
}
