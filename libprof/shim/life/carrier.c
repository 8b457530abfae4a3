#include "shim/life/carrier.h"

#include "shim/sys/sandbox.h"
#include "shim/sys/sys.h"
#include "shim/sys/text.h"

#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <stddef.h>
#include <sys/stat.h>

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

/* The base name of the program's loader; "" without one, NULL if that cannot be told. */
static const char *loader_of(int fd, const struct headers *headers, char path[PATH_LONGEST]) {
  const ElfW(Phdr) *loader = find(headers, PT_INTERP);
  if (!loader)
    return "";
  if (loader->p_filesz >= PATH_LONGEST || !read_at(fd, path, loader->p_filesz, loader->p_offset))
    return NULL;
  path[loader->p_filesz] = '\0';
  return text_base_name(path);
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

/* The loader itself has no loader, and brings the shim into what it is to run. */
static bool is_loader(const char *path) {
  return starts_with(text_base_name(path), "ld-linux");
}

static struct carrier_fault fault_of_elf(int fd, const ElfW(Ehdr) * elf, const char *path) {
  static const struct carrier_fault none = {NULL, false};
  const ElfW(Ehdr) *own = &__ehdr_start;
  struct headers headers;
  char buffer[PATH_LONGEST];
  if (elf->e_ident[EI_CLASS] != own->e_ident[EI_CLASS] || elf->e_machine != own->e_machine)
    return (struct carrier_fault){"is for another kind of machine", true};
  if (!read_headers(fd, elf, &headers))
    return none;
  const char *loader = loader_of(fd, &headers, buffer);
  if (loader && !*loader)
    return is_loader(path) ? none : (struct carrier_fault){"is statically linked", false};
  if (loader && !starts_with(loader, "ld-linux"))
    return (struct carrier_fault){"has another C library than glibc", true};
  if (wants_to_be_first(fd, &headers))
    return (struct carrier_fault){"is built with a sanitizer whose library must be first", true};
  return none;
}

/* The loader drops what the user preloads. */
static bool gains_rights(int fd) {
  struct stat st;
  return sys(SYS_fstat, fd, &st) == 0 &&
         ((st.st_mode & S_ISUID && st.st_uid != (uid_t)sys(SYS_geteuid)) ||
          (st.st_mode & S_ISGID && st.st_gid != (gid_t)sys(SYS_getegid)));
}

struct file_look {
  struct carrier_fault fault;
  char interpreter[PATH_LONGEST]; /* of a script: what to look at next; else "" */
};

static void look_at(int fd, const char *path, struct file_look *ret) {
  _Alignas(ElfW(Ehdr)) char head[HEAD + 1];
  long n = sys(SYS_pread64, fd, head, HEAD, 0);
  head[n < 0 ? 0 : n] = '\0';
  if (n >= (long)sizeof(ElfW(Ehdr)) && starts_with(head, ELFMAG))
    ret->fault = fault_of_elf(fd, (const void *)head, path);
  ret->interpreter[0] = '\0'; /* which may have been the path */
  if (starts_with(head, "#!"))
    interpreter_of(head, ret->interpreter);
  if (!ret->fault.why && !ret->interpreter[0] && gains_rights(fd))
    ret->fault =
        (struct carrier_fault){"is executed with other rights (set-uid or set-gid)", false};
}

struct carrier_fault carrier_fault_of(int dir, const char *path) {
  struct file_look look = {.fault = {NULL, false}};
  if (sandboxed())
    return look.fault;
  for (int depth = 0; depth < SCRIPTS_DEEPEST; depth++) {
    int fd = *path ? (int)sys(SYS_openat, dir, path, O_RDONLY | O_NONBLOCK | O_CLOEXEC, 0) : dir;
    if (fd < 0)
      return look.fault;
    look_at(fd, path, &look);
    if (fd != dir)
      sys(SYS_close, fd);
    if (!look.interpreter[0])
      return look.fault;
    path = look.interpreter;
  }
  return look.fault;
}
