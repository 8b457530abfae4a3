#include "shim/walk/cfi_tables.h"

#include "shim/store/elf_image.h"
#include "shim/sys/maps.h"
#include "shim/sys/probe.h"
#include "shim/walk/cfi_read.h"

#include <elf.h>
#include <stddef.h>

/* By header, each in the first free place from its own on. A place that is filled stays as it is
 * until all are forgotten; `forgotten` counts that. One thread at a time writes, and who finds
 * another writing does without. */
enum { REMEMBERED = 64, PROBES = 8 };
static struct cfi_tables remembered[REMEMBERED];
static uint32_t forgotten;
static int writing;

void cfi_tables_forget(void) {
  __atomic_fetch_add(&forgotten, 1, __ATOMIC_SEQ_CST);
  for (int i = 0; i < REMEMBERED; i++)
    __atomic_store_n(&remembered[i].header, NULL, __ATOMIC_RELEASE);
  __atomic_store_n(&writing, 0, __ATOMIC_RELEASE);
}

/* The place of this header, or the first that is free; NULL if there is neither. */
static struct cfi_tables *tables_of(const uint8_t *header) {
  uint64_t at = (uintptr_t)header * 0x9e3779b97f4a7c15ull >> 58;
  for (int i = 0; i < PROBES; i++) {
    struct cfi_tables *kept = &remembered[(at + (unsigned)i) % REMEMBERED];
    const uint8_t *there = __atomic_load_n(&kept->header, __ATOMIC_ACQUIRE);
    if (!there || there == header)
      return kept;
  }
  return NULL;
}
_Static_assert(REMEMBERED == 1 << (64 - 58), "tables_of");

static bool recall(const uint8_t *header, struct cfi_tables *ret) {
  uint32_t before = __atomic_load_n(&forgotten, __ATOMIC_ACQUIRE);
  const struct cfi_tables *kept = tables_of(header);
  if (!kept || __atomic_load_n(&kept->header, __ATOMIC_ACQUIRE) != header)
    return false;
  ret->header = header;
  ret->header_end = __atomic_load_n(&kept->header_end, __ATOMIC_RELAXED);
  ret->frames = __atomic_load_n(&kept->frames, __ATOMIC_RELAXED);
  ret->frames_end = __atomic_load_n(&kept->frames_end, __ATOMIC_RELAXED);
  __atomic_thread_fence(__ATOMIC_ACQUIRE);
  return __atomic_load_n(&forgotten, __ATOMIC_RELAXED) == before;
}

static void remember(const struct cfi_tables *tables) {
  if (__atomic_exchange_n(&writing, 1, __ATOMIC_ACQUIRE))
    return;
  struct cfi_tables *kept = tables_of(tables->header);
  if (kept && !__atomic_load_n(&kept->header, __ATOMIC_RELAXED)) {
    __atomic_store_n(&kept->header_end, tables->header_end, __ATOMIC_RELAXED);
    __atomic_store_n(&kept->frames, tables->frames, __ATOMIC_RELAXED);
    __atomic_store_n(&kept->frames_end, tables->frames_end, __ATOMIC_RELAXED);
    __atomic_store_n(&kept->header, tables->header, __ATOMIC_RELEASE);
  }
  __atomic_store_n(&writing, 0, __ATOMIC_RELEASE);
}

struct range {
  uintptr_t low, high;
};

/* The readable memory of the object around `at`: its segment, or without program headers what the
 * kernel maps there. */
static bool segment_around(const struct elf_image *image, uintptr_t at, struct range *ret) {
  const ElfW(Phdr) *segment = image ? elf_image_segment(image, at, 1, PF_R) : NULL;
  struct map map;
  if (segment) {
    ret->low = image->bias + segment->p_vaddr;
    ret->high = ret->low + segment->p_filesz;
    return true;
  }
  if (image || !maps_find(at, &map, NULL, 0) || !map.readable)
    return false;
  *ret = (struct range){map.low, map.high};
  return true;
}

/* The same, no further than the loader's range of this object, and only if the file is as long as
 * its header says: a page beyond a file's end cannot be read. */
static bool readable_around(const struct link_map *map, const struct elf_image *image, uintptr_t at,
                            struct range *ret) {
  struct dl_find_object found;
  if (_dl_find_object((void *)at, &found) != 0 || found.dlfo_link_map != map ||
      !segment_around(image, at, ret))
    return false;
  if (ret->low < (uintptr_t)found.dlfo_map_start)
    ret->low = (uintptr_t)found.dlfo_map_start;
  if (ret->high > (uintptr_t)found.dlfo_map_end)
    ret->high = (uintptr_t)found.dlfo_map_end;
  return at >= ret->low && at < ret->high && probe_readable(at, 1) &&
         probe_readable(ret->high - 1, 1);
}

static bool look_up(uintptr_t pc, const struct dl_find_object *object, struct cfi_tables *ret) {
  struct elf_image image, *known = elf_image_find(pc, object, &image) ? &image : NULL;
  struct range header, frames;
  uintptr_t at = (uintptr_t)object->dlfo_eh_frame;
  if (!readable_around(object->dlfo_link_map, known, at, &header))
    return false;
  *ret = (struct cfi_tables){.header = (const uint8_t *)at,
                             .header_end = (const uint8_t *)header.high};
  /* The header names .eh_frame. Where that cannot be, it most likely lies beside the header. */
  struct cursor c = {ret->header + 4, ret->header_end};
  uint8_t encoding = header.high - at > 4 ? ret->header[1] : PE_OMIT;
  uintptr_t named = encoding == PE_OMIT ? at : read_pointer(&c, encoding, at);
  if (!readable_around(object->dlfo_link_map, known, named, &frames))
    frames = header;
  ret->frames = (const uint8_t *)frames.low;
  ret->frames_end = (const uint8_t *)frames.high;
  return true;
}

bool cfi_tables_find(uintptr_t pc, const struct dl_find_object *object, struct cfi_tables *ret) {
  const uint8_t *header = object->dlfo_eh_frame;
  if (!header)
    return false;
  if (recall(header, ret))
    return true;
  if (!look_up(pc, object, ret))
    return false;
  remember(ret);
  return true;
}
