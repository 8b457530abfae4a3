#include "symbol/binary.h"

#include "base/cleanup.h"

#include <elfutils/libdwelf.h>
#include <gelf.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGE 4096ULL

static void cleanup_elf(Elf **elf) {
  elf_end(*elf);
}
#define _cleanup_elf_ _cleanup_(cleanup_elf)

int binary_open_file(const char *path) {
  struct stat st;
  if (stat(path, &st))
    return -1;
  if (!S_ISREG(st.st_mode)) {
    errno = S_ISDIR(st.st_mode) ? EISDIR : ENOTSUP;
    return -1;
  }
  int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (fd >= 0 && (fstat(fd, &st) || !S_ISREG(st.st_mode))) {
    close(fd);
    errno = ENOTSUP;
    return -1;
  }
  return fd;
}

void binary_read_build_id(Elf *elf, char hex[static BUILD_ID_HEX_MAX]) {
  const void *bytes = NULL;
  ssize_t n = dwelf_elf_gnu_build_id(elf, &bytes);
  hex[0] = '\0';
  if (n <= 0 || (size_t)n * 2 >= BUILD_ID_HEX_MAX)
    return;
  for (ssize_t i = 0; i < n; i++)
    snprintf(hex + 2 * i, 3, "%02x", ((const unsigned char *)bytes)[i]);
}

static bool read_segments(Elf *elf, struct binary *binary) {
  size_t n;
  if (elf_getphdrnum(elf, &n) || n == 0 || n > 4096)
    return false;
  struct binary_segment *segments = calloc(n, sizeof(*segments));
  if (!segments)
    return false;
  binary->segments = segments;
  for (size_t i = 0; i < n; i++) {
    GElf_Phdr phdr;
    if (gelf_getphdr(elf, (int)i, &phdr) && phdr.p_type == PT_LOAD)
      segments[binary->n_segments++] = (struct binary_segment){
          phdr.p_offset, phdr.p_filesz, phdr.p_vaddr, phdr.p_memsz, phdr.p_flags & PF_X};
  }
  return binary->n_segments > 0;
}

/* The code's bytes are not in a file made by objcopy --only-keep-debug. */
static bool holds_code(Elf *elf) {
  for (Elf_Scn *scn = elf_nextscn(elf, NULL); scn; scn = elf_nextscn(elf, scn)) {
    GElf_Shdr shdr;
    if (gelf_getshdr(scn, &shdr) && (shdr.sh_flags & SHF_EXECINSTR) && shdr.sh_type != SHT_NOBITS)
      return true;
  }
  size_t n;
  return elf_getshdrnum(elf, &n) == 0 && n == 0; /* section headers stripped, too */
}

static bool read_elf(Elf *elf, struct binary *binary) {
  GElf_Ehdr ehdr;
  if (elf_kind(elf) != ELF_K_ELF || !gelf_getehdr(elf, &ehdr))
    return false;
  if (ehdr.e_type != ET_EXEC && ehdr.e_type != ET_DYN)
    return false;
  binary->fixed_address = ehdr.e_type == ET_EXEC;
  binary->debug_only = !holds_code(elf);
  binary_read_build_id(elf, binary->build_id);
  return read_segments(elf, binary);
}

/* Takes over fd, also on failure. */
static enum binary_status use_file(const char *path, int fd, const char *build_id,
                                   struct binary *ret) {
  struct binary binary = {.fd = fd};
  enum binary_status status = BINARY_MISSING;
  elf_version(EV_CURRENT);
  _cleanup_elf_ Elf *elf = fd >= 0 ? elf_begin(fd, ELF_C_READ_MMAP, NULL) : NULL;
  if (elf && read_elf(elf, &binary))
    status = !*build_id || !strcmp(build_id, binary.build_id) ? BINARY_FOUND : BINARY_DIFFERENT;
  if (status == BINARY_FOUND && !(binary.path = strdup(path)))
    status = BINARY_MISSING;
  if (status == BINARY_FOUND)
    *ret = binary;
  else
    binary_deinit(&binary);
  return status;
}

/* The build-id is known to be hex here, so it cannot lead out of the directory. */
static enum binary_status find_in_dirs(const char *build_id, const char *dirs, const char *suffix,
                                       struct binary *ret) {
  while (*dirs) {
    size_t n = strcspn(dirs, ":");
    _cleanup_free_ char *path = NULL;
    if (n && asprintf(&path, "%.*s/.build-id/%.2s/%s%s", (int)n, dirs, build_id, build_id + 2,
                      suffix) < 0)
      path = NULL;
    if (path && use_file(path, binary_open_file(path), build_id, ret) == BINARY_FOUND)
      return BINARY_FOUND;
    dirs += n + (dirs[n] == ':');
  }
  return BINARY_MISSING;
}

static size_t hex_bytes(const char *hex, unsigned char *ret) {
  size_t n = strlen(hex) / 2;
  for (size_t i = 0; i < n; i++) {
    unsigned byte;
    sscanf(hex + 2 * i, "%2x", &byte);
    ret[i] = (unsigned char)byte;
  }
  return n;
}

/* libdw asks debuginfod for the executable, if DEBUGINFOD_URLS is set. */
static enum binary_status find_by_libdw(const char *build_id, struct binary *ret) {
  if (!getenv("DEBUGINFOD_URLS"))
    return BINARY_MISSING;
  static const Dwfl_Callbacks callbacks = {.find_elf = dwfl_build_id_find_elf,
                                           .find_debuginfo = dwfl_standard_find_debuginfo,
                                           .section_address = dwfl_offline_section_address};
  unsigned char id[BUILD_ID_HEX_MAX / 2];
  size_t n = hex_bytes(build_id, id);
  Dwfl *dwfl = dwfl_begin(&callbacks);
  enum binary_status status = BINARY_MISSING;
  Dwfl_Module *module = dwfl ? dwfl_report_module(dwfl, "program", 0x1000, 0x2000) : NULL;
  if (module && !dwfl_module_report_build_id(module, id, n, 0)) {
    dwfl_report_end(dwfl, NULL, NULL);
    _cleanup_free_ char *path = NULL;
    Elf *elf = NULL;
    void **userdata = NULL;
    dwfl_module_info(module, &userdata, NULL, NULL, NULL, NULL, NULL, NULL);
    int fd = dwfl_build_id_find_elf(module, userdata, "program", 0x1000, &path, &elf);
    if (fd >= 0)
      status = use_file(path ? path : "", fd, build_id, ret);
  }
  if (dwfl)
    dwfl_end(dwfl);
  return status;
}

static enum binary_status find_by_build_id(const char *build_id, const char *dirs,
                                           struct binary *ret) {
  if (!build_id_is_valid(build_id))
    return BINARY_MISSING;
  if (find_in_dirs(build_id, dirs, "", ret) == BINARY_FOUND ||
      find_by_libdw(build_id, ret) == BINARY_FOUND)
    return BINARY_FOUND;
  return find_in_dirs(build_id, dirs, ".debug", ret);
}

/* The vdso is in no file. Ours is the profiled program's if the build-id says so. */
static enum binary_status use_vdso(const char *build_id, struct binary *ret) {
  Elf64_Ehdr *image = (Elf64_Ehdr *)getauxval(AT_SYSINFO_EHDR); // NOLINT(performance-no-int-to-ptr)
  if (!image || !*build_id)
    return BINARY_MISSING;
  size_t size = image->e_shoff + (size_t)image->e_shnum * image->e_shentsize;
  struct binary binary = {.fd = -1, .image = image, .image_size = size};
  elf_version(EV_CURRENT);
  _cleanup_elf_ Elf *elf = elf_memory((char *)image, size);
  if (elf && read_elf(elf, &binary) && !strcmp(binary.build_id, build_id) &&
      (binary.path = strdup("[vdso]"))) {
    *ret = binary;
    return BINARY_FOUND;
  }
  binary_deinit(&binary);
  return BINARY_DIFFERENT;
}

static enum binary_status find_at_path(const char *path, const char *build_id, struct binary *ret) {
  enum binary_status status = use_file(path, binary_open_file(path), build_id, ret);
  size_t n = strlen(path);
  static const char deleted[] = " (deleted)"; /* as /proc/PID/maps marks a file that was removed */
  if (status == BINARY_FOUND || n < sizeof(deleted) ||
      strcmp(path + n - sizeof(deleted) + 1, deleted))
    return status;
  _cleanup_free_ char *name = strndup(path, n - sizeof(deleted) + 1);
  /* The file that is there now counts as another one unless the build-id proves otherwise. */
  if (name && *build_id)
    status = use_file(name, binary_open_file(name), build_id, ret);
  return status;
}

enum binary_status binary_find(const char *path, const char *build_id, const char *debug_dirs,
                               struct binary *ret) {
  if (!strcmp(path, "[vdso]"))
    return use_vdso(build_id, ret);
  /* A relative path would mean whatever happens to be in our own working directory. */
  enum binary_status status = path[0] == '/' ? find_at_path(path, build_id, ret) : BINARY_MISSING;
  if (status != BINARY_FOUND && find_by_build_id(build_id, debug_dirs, ret) == BINARY_FOUND)
    status = BINARY_FOUND;
  return status;
}

void binary_deinit(struct binary *binary) {
  free(binary->path);
  free(binary->segments);
  if (binary->fd >= 0)
    close(binary->fd);
}

static bool in_segment(const struct binary_segment *s, uint64_t offset, uint64_t slack) {
  uint64_t first = s->offset & ~slack, end = (s->offset + s->file_size + slack) & ~slack;
  return offset >= first && offset < end;
}

/* objcopy --only-keep-debug moves the contents, so the offsets in such a file mean nothing. Linkers
 * keep offset and address equal modulo the page, so a mapping that begins with the (only) code
 * segment begins at that segment's page. */
static bool debug_file_address(const struct binary *binary, const struct code_place *place,
                               uint64_t *ret) {
  const struct binary_segment *code = NULL;
  for (size_t i = 0; i < binary->n_segments; i++) {
    if (binary->segments[i].executable && code)
      return false;
    if (binary->segments[i].executable)
      code = &binary->segments[i];
  }
  if (!code)
    return false;
  uint64_t base = code->address & ~(PAGE - 1);
  if (base && !place->mapping_offset) /* the mapping begins with something else */
    return false;
  *ret = base + (place->offset - place->mapping_offset);
  return *ret < code->address + code->memory_size;
}

static const struct binary_segment *find_segment(const struct binary *binary, uint64_t offset) {
  /* Two segments can share a page of the file, and so a mapped byte: the one whose own byte it is
   * wins, and of several the code. */
  for (uint64_t slack = 0; slack < PAGE; slack += PAGE - 1)
    for (int want_code = 1; want_code >= 0; want_code--)
      for (size_t i = 0; i < binary->n_segments; i++)
        if (binary->segments[i].executable == want_code &&
            in_segment(&binary->segments[i], offset, slack))
          return &binary->segments[i];
  return NULL;
}

bool binary_address(const struct binary *binary, const struct code_place *place, uint64_t *ret) {
  if (binary->debug_only && !binary->fixed_address)
    return debug_file_address(binary, place, ret);
  const struct binary_segment *s = binary->debug_only ? NULL : find_segment(binary, place->offset);
  *ret = s ? place->offset - s->offset + s->address : place->address;
  return s || binary->fixed_address;
}
