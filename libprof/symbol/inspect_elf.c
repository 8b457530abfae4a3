#include "symbol/inspect_elf.h"

#include "base/cleanup.h"
#include "base/path.h"
#include "symbol/binary.h"

#include <gelf.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#if defined(__x86_64__)
#define OUR_MACHINE EM_X86_64
#else
#error "OUR_MACHINE must be the e_machine of this processor, the only one that the shim records"
#endif

static void cleanup_elf(Elf **elf) {
  elf_end(*elf);
}
#define _cleanup_elf_ _cleanup_(cleanup_elf)

static const char *architecture_name(const GElf_Ehdr *ehdr) {
  bool wide = ehdr->e_ident[EI_CLASS] == ELFCLASS64;
  switch (ehdr->e_machine) {
  case EM_X86_64:
    return wide ? "x86-64" : "x32";
  case EM_386:
    return "i386";
  case EM_AARCH64:
    return "arm64";
  case EM_ARM:
    return "arm";
  case EM_RISCV:
    return wide ? "riscv64" : "riscv32";
  case EM_PPC64:
    return "ppc64";
  case EM_S390:
    return "s390x";
  default:
    return "unknown";
  }
}

static bool is_ours(const GElf_Ehdr *ehdr) {
  return ehdr->e_machine == OUR_MACHINE && ehdr->e_ident[EI_CLASS] == ELFCLASS64 &&
         ehdr->e_ident[EI_DATA] == ELFDATA2LSB;
}

/* How well the function says which calls are not seen: malloc under its own name does so best. */
static int function_clarity(const char *name) {
  size_t n = strlen(name);
  return !strcmp(name, "malloc") ? 3 : n > 6 && !strcmp(name + n - 6, "malloc") ? 2 : *name ? 1 : 0;
}

static void note_allocator(const struct linked_allocator *found, const char *function,
                           struct inspection *in) {
  if (found && function_clarity(function) > function_clarity(in->own_malloc))
    snprintf(in->own_malloc, sizeof(in->own_malloc), "%s", function);
  if (linked_allocator_is_better(found, in->linked))
    in->linked = found;
}

static void search_symbols(Elf *elf, Elf_Scn *scn, const GElf_Shdr *shdr, struct inspection *in) {
  Elf_Data *data = elf_getdata(scn, NULL);
  size_t n = data && shdr->sh_entsize ? shdr->sh_size / shdr->sh_entsize : 0;
  for (size_t i = 1; i < n && i < INT_MAX; i++) {
    GElf_Sym sym;
    if (!gelf_getsym(data, (int)i, &sym) || GELF_ST_TYPE(sym.st_info) != STT_FUNC)
      continue;
    const char *name = elf_strptr(elf, shdr->sh_link, sym.st_name);
    if (name && !in->runtime)
      in->runtime = runtime_of_function(name);
    if (name && sym.st_shndx != SHN_UNDEF)
      note_allocator(linked_allocator_of_function(name), name, in);
  }
}

static const char *allocator_of(const char *library) {
  static const char *const known[][2] = {{"libjemalloc.", "jemalloc"},  {"libtcmalloc", "tcmalloc"},
                                         {"libmimalloc", "mimalloc"},   {"libsnmalloc", "snmalloc"},
                                         {"libtbbmalloc", "tbbmalloc"}, {"libhoard", "hoard"},
                                         {"libscalloc", "scalloc"}};
  for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
    if (!strncmp(library, known[i][0], strlen(known[i][0])))
      return known[i][1];
  return NULL;
}

/* The shared runtimes; with a static one the program has a malloc of its own. */
static bool is_sanitizer(const char *library) {
  static const char *const names[] = {"libasan.so",       "libtsan.so",       "libhwasan.so",
                                      "libclang_rt.asan", "libclang_rt.tsan", "libclang_rt.hwasan"};
  for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
    if (!strncmp(library, names[i], strlen(names[i])))
      return true;
  return false;
}

static void search_dynamic(Elf *elf, Elf_Scn *scn, const GElf_Shdr *shdr, struct inspection *in) {
  Elf_Data *data = elf_getdata(scn, NULL);
  size_t n = data && shdr->sh_entsize ? shdr->sh_size / shdr->sh_entsize : 0;
  for (size_t i = 0; i < n && i < INT_MAX; i++) {
    GElf_Dyn dyn;
    if (!gelf_getdyn(data, (int)i, &dyn) || dyn.d_tag == DT_NULL)
      return;
    const char *name =
        dyn.d_tag == DT_NEEDED ? elf_strptr(elf, shdr->sh_link, dyn.d_un.d_val) : NULL;
    const char *allocator = name ? allocator_of(name) : NULL;
    if (allocator)
      in->allocator = allocator;
    if (name && !in->runtime)
      in->runtime = runtime_of_library(name);
    if (name && is_sanitizer(name))
      snprintf(in->sanitizer, sizeof(in->sanitizer), "%s", name);
  }
}

static const char *section_name(Elf *elf, const GElf_Shdr *shdr) {
  size_t names;
  const char *name = elf_getshdrstrndx(elf, &names) ? NULL : elf_strptr(elf, names, shdr->sh_name);
  return name ? name : "";
}

/* A stripped file's functions have no names; an allocator in it has its messages still. */
static void search_constants(Elf_Scn *scn, struct inspection *in) {
  Elf_Data *data = elf_rawdata(scn, NULL);
  if (data && data->d_buf)
    note_allocator(linked_allocator_of_text(data->d_buf, data->d_size), "", in);
}

static void read_sections(Elf *elf, struct inspection *in) {
  Elf_Scn *constants = NULL;
  for (Elf_Scn *scn = elf_nextscn(elf, NULL); scn; scn = elf_nextscn(elf, scn)) {
    GElf_Shdr shdr;
    if (!gelf_getshdr(scn, &shdr))
      continue;
    if (shdr.sh_type == SHT_SYMTAB)
      in->has_symtab = true;
    if (shdr.sh_type == SHT_SYMTAB || shdr.sh_type == SHT_DYNSYM)
      search_symbols(elf, scn, &shdr, in);
    if (shdr.sh_type == SHT_DYNAMIC)
      search_dynamic(elf, scn, &shdr, in);
    const char *name = section_name(elf, &shdr);
    if (!strcmp(name, ".go.buildinfo") || !strcmp(name, ".note.go.buildid"))
      in->is_go = true;
    if (!strcmp(name, ".rodata"))
      constants = scn;
  }
  if (constants && !in->has_symtab)
    search_constants(constants, in);
  if (in->is_go)
    in->runtime = runtime_of_go();
}

static void read_segments(Elf *elf, struct inspection *in) {
  size_t n, size;
  const char *image = elf_rawfile(elf, &size);
  if (elf_getphdrnum(elf, &n))
    return;
  for (size_t i = 0; i < n; i++) {
    GElf_Phdr phdr;
    if (!gelf_getphdr(elf, (int)i, &phdr))
      continue;
    if (phdr.p_type == PT_GNU_EH_FRAME)
      in->has_unwind_tables = true;
    if (phdr.p_type == PT_INTERP && image && phdr.p_offset < size &&
        phdr.p_filesz <= size - phdr.p_offset && phdr.p_filesz < sizeof(in->loader))
      memcpy(in->loader, image + phdr.p_offset, phdr.p_filesz);
  }
}

/* The loader drops LD_PRELOAD when the kernel says AT_SECURE: when running the file changes our
 * identity, or gives capabilities to someone other than root (security/commoncap.c). */
static void read_privileges(int fd, struct inspection *in) {
  struct stat st;
  struct statvfs fs;
  if (fstat(fd, &st) || (!fstatvfs(fd, &fs) && (fs.f_flag & ST_NOSUID)))
    return;
  in->setuid = (st.st_mode & S_ISUID) && st.st_uid != getuid();
  in->setgid = (st.st_mode & S_ISGID) && (st.st_mode & S_IXGRP) && st.st_gid != getgid();
  in->capabilities = getuid() != 0 && fgetxattr(fd, "security.capability", NULL, 0) > 0;
}

/* The dynamic loader run as a program: "ld-linux-x86-64.so.2 PROG" preloads into PROG. */
static bool is_loader(const char *path) {
  return !strncmp(path_base_name(path), "ld-linux", 8);
}

static enum obstacle find_obstacle(const struct inspection *in) {
  if (!*in->loader && !is_loader(in->program))
    return OBSTACLE_STATIC;
  if (*in->loader && !is_loader(in->loader))
    return OBSTACLE_NOT_GLIBC;
  if (*in->loader && access(in->loader, F_OK))
    return OBSTACLE_NO_LOADER;
  if (in->setuid || in->setgid || in->capabilities)
    return OBSTACLE_PRIVILEGED;
  if (*in->own_malloc) /* its messages alone prove too little */
    return OBSTACLE_OWN_MALLOC;
  return *in->sanitizer ? OBSTACLE_SANITIZER : OBSTACLE_NONE;
}

void inspect_elf(struct inspection *in) {
  elf_version(EV_CURRENT);
  _cleanup_close_ int fd = binary_open_file(in->program);
  _cleanup_elf_ Elf *elf = fd >= 0 ? elf_begin(fd, ELF_C_READ_MMAP, NULL) : NULL;
  GElf_Ehdr ehdr;
  in->err_no = fd < 0 ? errno : 0;
  in->obstacle = OBSTACLE_UNREADABLE;
  if (!elf || elf_kind(elf) != ELF_K_ELF || !gelf_getehdr(elf, &ehdr))
    return;
  in->architecture = architecture_name(&ehdr);
  in->obstacle = OBSTACLE_ARCHITECTURE;
  if (!is_ours(&ehdr))
    return;
  in->allocator = "glibc";
  binary_read_build_id(elf, in->build_id);
  in->runtime = runtime_of_file(path_base_name(in->program));
  read_segments(elf, in);
  read_sections(elf, in);
  read_privileges(fd, in);
  in->obstacle = find_obstacle(in);
}

const struct linked_allocator *
inspect_linked_allocator(const char *path, char function[static INSPECT_FUNCTION_MAX]) {
  elf_version(EV_CURRENT);
  _cleanup_close_ int fd = binary_open_file(path);
  _cleanup_elf_ Elf *elf = fd >= 0 ? elf_begin(fd, ELF_C_READ_MMAP, NULL) : NULL;
  struct inspection in = {0};
  GElf_Ehdr ehdr;
  if (elf && elf_kind(elf) == ELF_K_ELF && gelf_getehdr(elf, &ehdr) && is_ours(&ehdr)) {
    read_segments(elf, &in);
    read_sections(elf, &in);
  }
  if (in.linked && !*in.loader && linked_allocator_is_plain(in.linked))
    in = (struct inspection){0};
  strcpy(function, in.own_malloc);
  return in.linked;
}

bool inspect_has_section(const char *path, const char *name) {
  elf_version(EV_CURRENT);
  _cleanup_close_ int fd = binary_open_file(path);
  _cleanup_elf_ Elf *elf = fd >= 0 ? elf_begin(fd, ELF_C_READ_MMAP, NULL) : NULL;
  for (Elf_Scn *scn = elf ? elf_nextscn(elf, NULL) : NULL; scn; scn = elf_nextscn(elf, scn)) {
    GElf_Shdr shdr;
    if (gelf_getshdr(scn, &shdr) && !strcmp(section_name(elf, &shdr), name))
      return true;
  }
  return false;
}

static bool visit_functions(Elf *elf, Elf_Scn *scn, const GElf_Shdr *shdr,
                            inspect_function_fn *visit, void *context) {
  Elf_Data *data = elf_getdata(scn, NULL);
  size_t n = data && shdr->sh_entsize ? shdr->sh_size / shdr->sh_entsize : 0;
  for (size_t i = 1; i < n && i < INT_MAX; i++) {
    GElf_Sym sym;
    if (!gelf_getsym(data, (int)i, &sym) || sym.st_shndx == SHN_UNDEF ||
        GELF_ST_TYPE(sym.st_info) != STT_FUNC)
      continue;
    const char *name = elf_strptr(elf, shdr->sh_link, sym.st_name);
    if (name && visit(context, name))
      return true;
  }
  return false;
}

bool inspect_functions(const char *path, inspect_function_fn *visit, void *context) {
  elf_version(EV_CURRENT);
  _cleanup_close_ int fd = binary_open_file(path);
  _cleanup_elf_ Elf *elf = fd >= 0 ? elf_begin(fd, ELF_C_READ_MMAP, NULL) : NULL;
  for (Elf_Scn *scn = elf ? elf_nextscn(elf, NULL) : NULL; scn; scn = elf_nextscn(elf, scn)) {
    GElf_Shdr shdr;
    if (gelf_getshdr(scn, &shdr) && (shdr.sh_type == SHT_SYMTAB || shdr.sh_type == SHT_DYNSYM) &&
        visit_functions(elf, scn, &shdr, visit, context))
      return true;
  }
  return false;
}
