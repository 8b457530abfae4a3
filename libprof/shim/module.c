#include "shim/module.h"

#include "shim/maps.h"
#include "shim/space.h"
#include "shim/stack_bounds.h"
#include "shim/sys.h"
#include "shim/text.h"
#include "shim/thread.h"
#include "shim/unwind.h"

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
static int lock;         /* its holder makes raw system calls only */

void module_reset(void) {
  n_known = 0;
  lock = 0;
}

static struct known *find_known(uintptr_t pc) {
  unsigned n = __atomic_load_n(&n_known, __ATOMIC_ACQUIRE);
  for (unsigned i = 0; i < n; i++)
    if (pc >= known[i].start && pc < known[i].limit)
      return &known[i];
  return NULL;
}

/* Program headers lie in the first page of an object whose first segment starts at file offset 0.
 */
static const ElfW(Ehdr) * elf_header(const struct dl_find_object *object) {
  const ElfW(Ehdr) *header = object->dlfo_map_start;
  for (int i = 0; i < SELFMAG; i++)
    if (header->e_ident[i] != (unsigned char)ELFMAG[i])
      return NULL;
  uintptr_t size = (uintptr_t)object->dlfo_map_end - (uintptr_t)object->dlfo_map_start;
  return header->e_phoff + header->e_phnum * sizeof(ElfW(Phdr)) <= size ? header : NULL;
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

static void read_segments(struct recording_module *module, const struct dl_find_object *object,
                          uintptr_t pc) {
  const ElfW(Ehdr) *header = elf_header(object);
  if (!header)
    return;
  /* The load address is where virtual address 0 would be: the first segment starts the map. */
  const ElfW(Phdr) *segment = (const void *)((const char *)header + header->e_phoff);
  uintptr_t lowest = UINTPTR_MAX;
  for (int i = 0; i < header->e_phnum; i++)
    if (segment[i].p_type == PT_LOAD && segment[i].p_vaddr < lowest)
      lowest = segment[i].p_vaddr;
  uintptr_t bias = (uintptr_t)object->dlfo_map_start - (lowest & ~4095ul);
  module->bias = bias;
  for (int i = 0; i < header->e_phnum; i++) {
    uintptr_t start = bias + segment[i].p_vaddr;
    if (segment[i].p_type == PT_LOAD && pc >= start && pc < start + segment[i].p_memsz) {
      module->start = start;
      module->limit = start + segment[i].p_memsz;
      module->offset = segment[i].p_offset;
    } else if (segment[i].p_type == PT_NOTE)
      copy_build_id(module, (const char *)start, segment[i].p_memsz);
  }
}

/* The loader's name may be relative to a folder that the program has left, and is empty for the
 * executable: the kernel's name is the file's own. */
static void set_path(struct recording_module *module, const struct dl_find_object *object,
                     uintptr_t pc) {
  const char *name = object->dlfo_link_map->l_name;
  uintptr_t low, high;
  if (name[0] == '/')
    text_copy(module->path, name, sizeof(module->path));
  else if (!name[0])
    text_copy(module->path, recording->executable, sizeof(module->path));
  else if (!maps_find(pc, &low, &high, module->path, sizeof(module->path)) || !module->path[0])
    text_copy(module->path, name, sizeof(module->path));
}

static void add(uintptr_t pc, const struct dl_find_object *object) {
  unsigned at = n_known;
  for (unsigned i = 0; i < n_known; i++)
    if (!known[i].limit)
      at = i; /* an unloaded one's place */
  if (at == KNOWN)
    return;
  uint64_t index = table_take(TABLE_MODULES, 1);
  if (index == TABLE_FULL)
    return;
  struct recording_module *module = table_at(TABLE_MODULES, index);
  module->start = (uintptr_t)object->dlfo_map_start;
  module->limit = (uintptr_t)object->dlfo_map_end;
  read_segments(module, object, pc);
  set_path(module, object, pc);
  module->loaded = (uint32_t)recording->load_generation;
  known[at].map = object->dlfo_link_map;
  known[at].module = module;
  known[at].start = module->start;
  __atomic_store_n(&known[at].limit, module->limit, __ATOMIC_RELEASE);
  if (at == n_known)
    __atomic_store_n(&n_known, at + 1, __ATOMIC_RELEASE);
  __atomic_store_n(&module->state, 1, __ATOMIC_RELEASE);
}

void module_register(uintptr_t pc, const struct dl_find_object *object) {
  if (!recording || find_known(pc))
    return;
  while (__atomic_exchange_n(&lock, 1, __ATOMIC_ACQUIRE))
    sys(SYS_sched_yield);
  if (!find_known(pc))
    add(pc, object);
  __atomic_store_n(&lock, 0, __ATOMIC_RELEASE);
}

void module_register_all(const uint64_t *frames, uint32_t n) {
  struct dl_find_object object;
  for (uint32_t i = 0; i < n; i++) {
    uintptr_t pc = (frames[i] & ~FRAME_EXACT_PC) - 1;
    if (!find_known(pc) && _dl_find_object((void *)pc, &object) == 0)
      module_register(pc, &object);
  }
}

static bool is_gone(const struct known *k) {
  struct dl_find_object object;
  return _dl_find_object((void *)k->start, &object) != 0 || object.dlfo_link_map != k->map ||
         (uintptr_t)object.dlfo_map_start > k->start || (uintptr_t)object.dlfo_map_end < k->limit;
}

/* Under the lock: two threads that find the same module gone must not mark the one that took its
 * place. */
static bool mark_unloaded(void) {
  uint64_t generation = 0;
  for (unsigned i = 0; i < n_known; i++) {
    if (!known[i].limit || !is_gone(&known[i]))
      continue;
    if (!generation)
      generation = __atomic_add_fetch(&recording->load_generation, 1, __ATOMIC_RELAXED);
    __atomic_store_n(&known[i].module->unloaded, (uint32_t)generation, __ATOMIC_RELEASE);
    __atomic_store_n(&known[i].limit, 0, __ATOMIC_RELEASE);
  }
  return generation;
}

void module_check_unloaded(void) {
  if (!recording)
    return;
  /* A signal handler that allocates meanwhile must not come to wait for this thread's lock. */
  uint32_t was_busy = thread_tls.busy;
  thread_tls.busy = 1;
  while (__atomic_exchange_n(&lock, 1, __ATOMIC_ACQUIRE))
    sys(SYS_sched_yield);
  bool any = mark_unloaded();
  __atomic_store_n(&lock, 0, __ATOMIC_RELEASE);
  if (any) {
    unwind_forget();
    stack_bounds_forget();
  }
  thread_tls.busy = was_busy;
}
