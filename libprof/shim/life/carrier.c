#include "shim/life/carrier.h"

#include "shim/sys/sandbox.h"
#include "shim/sys/sys.h"
#include "shim/sys/text.h"

#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <stddef.h>

/* The shim's own header: what can carry it is of the same kind. */
extern const ElfW(Ehdr) __ehdr_start __attribute__((visibility("hidden")));

enum { HEAD = 512, PATH_LONGEST = 256, SCRIPTS_DEEPEST = 4, SEGMENTS_MOST = 32 };

static bool read_at(int fd, void *to, size_t size, uint64_t offset) {
  return sys(SYS_pread64, fd, to, size, offset) == (long)size;
}

static bool starts_with(const char *s, const char *start) {
  while (*start && *s == *start)
    s++, start++;
  return !*start;
}

/* The program's headers; false if it has more than any linker writes. */
struct headers {
  ElfW(Phdr) segment[SEGMENTS_MOST];
  unsigned n;
};

static bool read_headers(int fd, const ElfW(Ehdr) * elf, struct headers *ret) {
  ret->n = elf->e_phnum;
  return elf->e_phentsize == sizeof(ElfW(Phdr)) && ret->n <= SEGMENTS_MOST &&
         read_at(fd, ret->segment, ret->n * sizeof(ElfW(Phdr)), elf->e_phoff);
}

static const ElfW(Phdr) * find(const struct headers *headers, uint32_t type) {
  for (unsigned i = 0; i < headers->n; i++)
    if (headers->segment[i].p_type == type)
      return &headers->segment[i];
  return NULL;
}

/* Where in the file an address of the program lies; 0 for nowhere. */
static uint64_t offset_of(const struct headers *headers, uint64_t address) {
  for (unsigned i = 0; i < headers->n; i++) {
    const ElfW(Phdr) *segment = &headers->segment[i];
    if (segment->p_type == PT_LOAD && address - segment->p_vaddr < segment->p_filesz)
      return segment->p_offset + (address - segment->p_vaddr);
  }
  return 0;
}

/* A program without a loader, a static one, cannot be hurt by what is preloaded. */
static bool has_our_loader(int fd, const struct headers *headers) {
  char path[PATH_LONGEST];
  const ElfW(Phdr) *loader = find(headers, PT_INTERP);
  if (!loader || loader->p_filesz >= sizeof(path) ||
      !read_at(fd, path, loader->p_filesz, loader->p_offset))
    return true;
  path[loader->p_filesz] = '\0';
  return starts_with(text_base_name(path), "ld-linux");
}

static bool is_sanitizer(const char *library) {
  static const char *const names[] = {"libasan.so",       "libtsan.so",       "libhwasan.so",
                                      "libclang_rt.asan", "libclang_rt.tsan", "libclang_rt.hwasan"};
  for (unsigned i = 0; i < sizeof(names) / sizeof(*names); i++)
    if (starts_with(library, names[i]))
      return true;
  return false;
}

/* Calls `visit` for each entry of the dynamic section until it returns true. */
static bool find_entry(int fd, const ElfW(Phdr) * dynamic,
                       bool (*visit)(void *context, const ElfW(Dyn) * entry), void *context) {
  ElfW(Dyn) entry;
  for (uint64_t at = 0; at + sizeof(entry) <= dynamic->p_filesz; at += sizeof(entry)) {
    if (!read_at(fd, &entry, sizeof(entry), dynamic->p_offset + at) || entry.d_tag == DT_NULL)
      return false;
    if (visit(context, &entry))
      return true;
  }
  return false;
}

struct needed {
  int fd;
  uint64_t strings; /* in the file */
};

static bool is_strings(void *context, const ElfW(Dyn) * entry) {
  if (entry->d_tag == DT_STRTAB)
    *(uint64_t *)context = entry->d_un.d_ptr;
  return entry->d_tag == DT_STRTAB;
}

static bool needs_sanitizer(void *context, const ElfW(Dyn) * entry) {
  const struct needed *needed = context;
  char name[32] = "";
  if (entry->d_tag != DT_NEEDED)
    return false;
  sys(SYS_pread64, needed->fd, name, sizeof(name) - 1, needed->strings + entry->d_un.d_val);
  return is_sanitizer(name);
}

static bool wants_to_be_first(int fd, const struct headers *headers) {
  const ElfW(Phdr) *dynamic = find(headers, PT_DYNAMIC);
  uint64_t address = 0;
  if (!dynamic || !find_entry(fd, dynamic, is_strings, &address))
    return false;
  struct needed needed = {fd, offset_of(headers, address)};
  return needed.strings && find_entry(fd, dynamic, needs_sanitizer, &needed);
}

/* "#! /usr/bin/python3 -u": the interpreter; empty without one. */
static void interpreter_of(const char *head, char path[PATH_LONGEST]) {
  size_t n = 0;
  for (head += 2; *head == ' ' || *head == '\t'; head++)
    ;
  for (; *head > ' ' && n + 1 < PATH_LONGEST; head++)
    path[n++] = *head;
  path[n] = '\0';
}

static bool elf_is_good(int fd, const ElfW(Ehdr) * elf) {
  const ElfW(Ehdr) *own = &__ehdr_start;
  struct headers headers;
  if (elf->e_ident[EI_CLASS] != own->e_ident[EI_CLASS] || elf->e_machine != own->e_machine)
    return false;
  return !read_headers(fd, elf, &headers) ||
         (has_our_loader(fd, &headers) && !wants_to_be_first(fd, &headers));
}

bool carrier_is_good(int dir, const char *path) {
  char interpreter[PATH_LONGEST];
  if (sandboxed())
    return true;
  for (int depth = 0; depth < SCRIPTS_DEEPEST; depth++) {
    _Alignas(ElfW(Ehdr)) char head[HEAD + 1];
    int fd = *path ? (int)sys(SYS_openat, dir, path, O_RDONLY | O_NONBLOCK | O_CLOEXEC, 0) : dir;
    if (fd < 0)
      return true;
    long n = sys(SYS_pread64, fd, head, HEAD, 0);
    head[n < 0 ? 0 : n] = '\0';
    bool is_elf = n >= (long)sizeof(ElfW(Ehdr)) && starts_with(head, ELFMAG);
    bool good = !is_elf || elf_is_good(fd, (const void *)head);
    if (fd != dir)
      sys(SYS_close, fd);
    if (!starts_with(head, "#!"))
      return good;
    interpreter_of(head, interpreter);
    if (!*interpreter)
      return true;
    path = interpreter;
  }
  return true;
}
