#include "shim/life/leak_lists.h"

#include "shim/count/thread.h"
#include "shim/store/space.h"
#include "shim/sys/atomics.h"
#include "shim/sys/sys.h"

#include <link.h>
#include <stddef.h>
#include <sys/mman.h>

enum { LIST_ENTRIES = 1 << 20 }; /* pages of it are there once they are used */

struct leak_lists leak_lists = {.thread_state_size = sizeof(struct thread_state)};

extern const char __ehdr_start[] __attribute__((visibility("hidden")));

/* The shim's writable segment: a leak check must not follow its pointers. */
static void find_own_data(void) {
  const ElfW(Ehdr) *header = (const void *)__ehdr_start;
  const ElfW(Phdr) *segment = (const void *)(__ehdr_start + header->e_phoff);
  for (int i = 0; i < header->e_phnum; i++)
    if (segment[i].p_type == PT_LOAD && segment[i].p_flags & PF_W) {
      leak_lists.data = (uintptr_t)__ehdr_start + segment[i].p_vaddr;
      leak_lists.data_end = leak_lists.data + segment[i].p_memsz;
    }
}

void leak_lists_publish(void) {
  find_own_data();
  recording->leak_hints.lists = (uintptr_t)&leak_lists;
}

static struct leak_range *list_of(uint64_t *array) {
  uint64_t at = __atomic_load_n(array, __ATOMIC_ACQUIRE);
  if (at)
    return (struct leak_range *)at;
  long made = sys(SYS_mmap, 0, LIST_ENTRIES * sizeof(struct leak_range), PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (sys_failed(made))
    return NULL;
  if (word_swap(array, 0, (uint64_t)made))
    return (struct leak_range *)made;
  sys(SYS_munmap, made, LIST_ENTRIES * sizeof(struct leak_range));
  return (struct leak_range *)__atomic_load_n(array, __ATOMIC_ACQUIRE);
}

bool leak_list_add(uint64_t *array, uint64_t *n, uint64_t start, uint64_t size) {
  struct leak_range *list = list_of(array);
  if (!list)
    return false;
  uint64_t at = __atomic_fetch_add(n, 1, __ATOMIC_RELAXED);
  if (at >= LIST_ENTRIES)
    return false;
  list[at].size = size;
  __atomic_store_n(&list[at].start, start, __ATOMIC_RELEASE);
  return true;
}

bool leak_list_remove(uint64_t array, uint64_t n, uint64_t start) {
  struct leak_range *list = (struct leak_range *)array;
  for (uint64_t i = 0; list && i < n && i < LIST_ENTRIES; i++)
    if (word_swap(&list[i].start, start, 0))
      return true;
  return false;
}
