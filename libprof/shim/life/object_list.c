#include "shim/life/object_list.h"

#include "shim/sys/sandbox.h"
#include "shim/sys/sys.h"

#include <sys/mman.h>

enum { SITE_BITS = 32, SIZE_BITS = 17, DISTANCE_BITS = 13, UNIT = 8 };
_Static_assert(SITE_BITS + SIZE_BITS + DISTANCE_BITS < 63, "the top bit is a base's");
#define IS_BASE (1ull << 63)
#define SIZE_FOLLOWS ((1ull << SIZE_BITS) - 1)
#define FURTHEST ((uint64_t)UNIT << DISTANCE_BITS)

enum { WORDS_MOST = 3 /* of an object */, MADE_LEAST = 4096 / 8, MADE_MOST = 48 * 1024 };

static size_t bytes_of(const struct object_list *list) {
  return list->room * sizeof(*list->words);
}

bool object_list_make(struct object_list *list, uint64_t objects) {
  *list = (struct object_list){.room = objects * WORDS_MOST};
  long address = sys(SYS_mmap, 0, bytes_of(list), PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (sys_failed(address)) {
    *list = (struct object_list){0};
    return false;
  }
  list->words = (uint64_t *)address;
  return true;
}

/* Makes pages for as many words again: page faults one by one were most of the time that a fork
 * took where millions of blocks live. Kernels before 5.14 refuse, and the pages are made by faults.
 */
static void make_pages(struct object_list *list) {
  uint64_t n = list->made < MADE_LEAST  ? MADE_LEAST
               : list->made < MADE_MOST ? list->made
                                        : MADE_MOST;
  list->made = list->room - list->count < n ? list->room : list->count + n;
  uintptr_t start = (uintptr_t)&list->words[list->count] & ~4095ul,
            end = ((uintptr_t)&list->words[list->made] + 4095) & ~4095ul;
  sys(SYS_madvise, start, end - start, MADV_POPULATE_WRITE);
}

static void put(struct object_list *list, uint64_t word) {
  if (list->count == list->made)
    make_pages(list);
  list->words[list->count++] = word;
}

void object_list_add(struct object_list *list, const struct listed_object *object) {
  if (list->room - list->count < WORDS_MOST)
    return;
  uint64_t distance = object->address - list->base;
  if (distance >= FURTHEST || distance % UNIT || !list->base) {
    put(list, IS_BASE | object->address);
    list->base = object->address;
    distance = 0;
  }
  bool is_large = object->size >= SIZE_FOLLOWS;
  uint64_t size = is_large ? SIZE_FOLLOWS : object->size;
  put(list, object->site | size << SITE_BITS | distance / UNIT << (SITE_BITS + SIZE_BITS));
  if (is_large)
    put(list, object->size);
}

void object_list_discard(struct object_list *list) {
  if (list->words && !sandboxed())
    sys(SYS_munmap, list->words, bytes_of(list));
  *list = (struct object_list){0};
}

bool object_list_next(const struct object_list *list, struct object_list_cursor *cursor,
                      struct listed_object *ret) {
  if (cursor->word == list->count)
    return false;
  uint64_t word = list->words[cursor->word++];
  if (word & IS_BASE) {
    cursor->base = word & ~IS_BASE;
    word = list->words[cursor->word++];
  }
  uint64_t size = word >> SITE_BITS & SIZE_FOLLOWS;
  ret->site = (uint32_t)word;
  ret->address = cursor->base + (word >> (SITE_BITS + SIZE_BITS)) * UNIT;
  ret->size = size == SIZE_FOLLOWS ? list->words[cursor->word++] : size;
  return true;
}
