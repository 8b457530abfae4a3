#include "shim/store/module.h"

#include "shim/store/elf_image.h"
#include "shim/store/space.h"
#include "shim/sys/lock.h"
#include "shim/sys/maps.h"
#include "shim/sys/probe.h"
#include "shim/sys/text.h"

#include <elf.h>
#include <link.h>

/* Recorded modules by address, so that a pc first seen in a known module costs a few compares. */
enum { KNOWN = 1024 };
static struct known {
  uintptr_t start, limit;
  const struct link_map *map;
  struct recording_module *module;
} known[KNOWN];
static unsigned n_known; /* grows only; entries are filled before it does */
static struct lock registering;

void module_reset(void) {
  n_known = 0;
  lock_reset(&registering);
}

static struct known *find_known(uintptr_t pc) {
  unsigned n = __atomic_load_n(&n_known, __ATOMIC_ACQUIRE);
  for (unsigned i = 0; i < n; i++)
    if (pc >= known[i].start && pc < known[i].limit)
      return &known[i];
  return NULL;
}

/* The file may be shorter than its header says. No note is longer than NOTES_MOST. */
enum { NOTES_MOST = 65536 };
static bool notes_are_readable(const struct elf_image *image, uintptr_t start, uint64_t size) {
  return size <= NOTES_MOST && elf_image_segment(image, start, size, PF_R) &&
         probe_readable(start, size);
}

static void copy_build_id(struct recording_module *module, const char *note, size_t size) {
  for (size_t at = 0; at + sizeof(ElfW(Nhdr)) <= size;) {
    const ElfW(Nhdr) *header = (const void *)(note + at);
    size_t name = at + sizeof(*header), desc = name + ((header->n_namesz + 3) & ~3u);
    at = desc + ((header->n_descsz + 3) & ~3u);
    if (header->n_type != NT_GNU_BUILD_ID || header->n_namesz != 4 || at > size)
      continue;
    module->build_id_size =
        header->n_descsz < sizeof(module->build_id) ? header->n_descsz : sizeof(module->build_id);
    for (unsigned i = 0; i < module->build_id_size; i++)
      module->build_id[i] = (uint8_t)note[desc + i];
  }
}

static bool read_segments(struct recording_module *module, const struct dl_find_object *object,
                          uintptr_t pc) {
  struct elf_image image;
  if (!elf_image_find(pc, object, &image))
    return false;
  for (unsigned i = 0; i < image.n_segments; i++) {
    const ElfW(Phdr) *segment = &image.segment[i];
    uintptr_t start = image.bias + segment->p_vaddr;
    if (segment->p_type == PT_LOAD && pc - start < segment->p_memsz) {
      module->start = start;
      module->limit = start + segment->p_memsz;
      module->offset = segment->p_offset;
    } else if (segment->p_type == PT_NOTE && notes_are_readable(&image, start, segment->p_filesz))
      copy_build_id(module, (const char *)start, segment->p_filesz);
  }
  return true;
}

/* The loader's name is empty for the program and may be relative to a folder that the program has
 * left. The kernel's name is the file's own. */
static void set_path(struct recording_module *module, const struct dl_find_object *object,
                     uintptr_t pc) {
  const char *name = object->dlfo_link_map->l_name;
  struct map map;
  if (name[0] == '/')
    text_copy(module->path, name, sizeof(module->path));
  else if (!name[0] && elf_image_has_interpreter())
    text_copy(module->path, recording->executable, sizeof(module->path));
  else if (!maps_find(pc, &map, module->path, sizeof(module->path)) || !module->path[0])
    text_copy(module->path, name, sizeof(module->path));
}

/* A module as it is now. Under the lock, which is why it need not lie on a small stack. */
static const struct recording_module *module_describe(uintptr_t pc,
                                                      const struct dl_find_object *object) {
  static struct recording_module module;
  module = (struct recording_module){.start = (uintptr_t)object->dlfo_map_start,
                                     .limit = (uintptr_t)object->dlfo_map_end};
  /* Without program headers the kernel knows where in the file the code is; nobody knows the
   * build-id. */
  struct map map;
  if (!read_segments(&module, object, pc) && maps_find(pc, &map, NULL, 0)) {
    module.start = map.low;
    module.limit = map.high;
    module.offset = map.offset;
  }
  set_path(&module, object, pc);
  return &module;
}

static bool same_file(const struct recording_module *a, const struct recording_module *b) {
  if (a->start != b->start || a->limit != b->limit || a->build_id_size != b->build_id_size)
    return false;
  for (uint32_t i = 0; i < a->build_id_size; i++)
    if (a->build_id[i] != b->build_id[i])
      return false;
  return text_equal(a->path, b->path);
}

static void module_publish(struct known *k, const struct link_map *map,
                           struct recording_module *module) {
  k->map = map;
  k->module = module;
  k->start = module->start;
  __atomic_store_n(&k->limit, module->limit, __ATOMIC_RELEASE);
}

/* A library that comes back to where it was is the same module: its old stacks still hold, and a
 * program that loads and unloads it all the time does not fill the recording. */
static bool module_revive(const struct recording_module *module, const struct link_map *map) {
  for (unsigned i = 0; i < n_known; i++) {
    if (known[i].limit || !known[i].module || !same_file(known[i].module, module))
      continue;
    __atomic_store_n(&known[i].module->unloaded, 0, __ATOMIC_RELEASE);
    module_publish(&known[i], map, known[i].module);
    return true;
  }
  return false;
}

/* The generation from which the module's addresses are its own: a new one where another was there.
 */
static uint32_t generation_of(const struct recording_module *module) {
  bool was_others = false;
  for (unsigned i = 0; i < n_known; i++) {
    const struct recording_module *old = known[i].module;
    if (known[i].limit || !old || old->start >= module->limit || module->start >= old->limit)
      continue;
    known[i].module = NULL;
    was_others = true;
  }
  return (uint32_t)__atomic_add_fetch(&recording->load_generation, was_others, __ATOMIC_RELAXED);
}

static void module_add(uintptr_t pc, const struct dl_find_object *object) {
  const struct recording_module *found = module_describe(pc, object);
  if (module_revive(found, object->dlfo_link_map))
    return;
  uint32_t generation = generation_of(found);
  unsigned at = 0;
  while (at < n_known && known[at].module)
    at++;
  uint64_t index = at < KNOWN ? table_take(TABLE_MODULES, 1) : TABLE_FULL;
  if (index == TABLE_FULL)
    return;
  struct recording_module *module = table_at(TABLE_MODULES, index);
  *module = *found;
  module->loaded = generation;
  module_publish(&known[at], object->dlfo_link_map, module);
  if (at == n_known)
    __atomic_store_n(&n_known, at + 1, __ATOMIC_RELEASE);
  __atomic_store_n(&module->state, 1, __ATOMIC_RELEASE);
}

void module_register(uintptr_t pc, const struct dl_find_object *object) {
  if (!recording || find_known(pc))
    return;
  struct lock_hold hold;
  if (!lock_take(&registering, &hold))
    return;
  if (!find_known(pc))
    module_add(pc, object);
  lock_give(&registering, &hold);
}

void module_register_all(const uint64_t *frames, uint32_t n) {
  struct dl_find_object object;
  for (uint32_t i = 0; i < n; i++) {
    uintptr_t pc = (frames[i] & ~FRAME_EXACT_PC) - 1;
    if (!find_known(pc) && _dl_find_object((void *)pc, &object) == 0)
      module_register(pc, &object);
  }
}

static bool module_is_gone(const struct known *k) {
  struct dl_find_object object;
  return _dl_find_object((void *)k->start, &object) != 0 || object.dlfo_link_map != k->map ||
         (uintptr_t)object.dlfo_map_start > k->start || (uintptr_t)object.dlfo_map_end < k->limit;
}

/* Under the lock: two threads that find the same module gone must not mark the one that took its
 * place. Should another take it, a new generation will begin. */
static bool module_mark_all(void) {
  bool any = false;
  for (unsigned i = 0; i < n_known; i++) {
    if (!known[i].limit || !module_is_gone(&known[i]))
      continue;
    __atomic_store_n(&known[i].module->unloaded, (uint32_t)recording->load_generation + 1,
                     __ATOMIC_RELEASE);
    __atomic_store_n(&known[i].limit, 0, __ATOMIC_RELEASE);
    any = true;
  }
  return any;
}

bool module_mark_unloaded(void) {
  struct lock_hold hold;
  if (!lock_take(&registering, &hold))
    return false;
  bool any = module_mark_all();
  lock_give(&registering, &hold);
  return any;
}
