#include "symbol/unnamed.h"

#include "base/cleanup.h"
#include "symbol/binary.h"
#include "symbol/inspect_elf.h"
#include "symbol/symbolize.h"

#include <libelf.h>

#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Whether `path` is an ELF file, and the one of the profile. */
static bool is_the_file(const char *path, const char *build_id) {
  elf_version(EV_CURRENT);
  _cleanup_close_ int fd = binary_open_file(path);
  Elf *elf = fd >= 0 ? elf_begin(fd, ELF_C_READ_MMAP, NULL) : NULL;
  char found[BUILD_ID_HEX_MAX] = "";
  bool is_elf = elf && elf_kind(elf) == ELF_K_ELF;
  if (is_elf)
    binary_read_build_id(elf, found);
  elf_end(elf);
  return is_elf && (!*build_id || !strcmp(found, build_id));
}

static bool is_hex(const char *s) {
  size_t n = strspn(s, "0123456789abcdef");
  return n > 2 && !s[n];
}

static bool has_debug_file(const char *build_id) {
  _cleanup_free_ char *path = NULL;
  if (!is_hex(build_id) ||
      asprintf(&path, SYMBOL_DEBUG_DIRS "/.build-id/%.2s/%s.debug", build_id, build_id + 2) < 0)
    return false;
  return !access(path, R_OK);
}

void unnamed_find(const char *path, const char *build_id, struct unnamed *ret) {
  *ret = (struct unnamed){UNNAMED_NOTHING};
  if (*path != '/' || !is_the_file(path, build_id) || inspect_has_section(path, ".symtab"))
    return;
  ret->remedy = has_debug_file(build_id)                    ? UNNAMED_SYMBOLIZE
                : package_debug_command(path, ret->command) ? UNNAMED_PACKAGE
                                                            : UNNAMED_BUILD;
}

const char *unnamed_server(void) {
  static const char *const servers[][2] = {
      {"ubuntu", "https://debuginfod.ubuntu.com"},
      {"debian", "https://debuginfod.debian.net"},
      {"fedora", "https://debuginfod.fedoraproject.org"},
      {"centos", "https://debuginfod.centos.org"},
      {"arch", "https://debuginfod.archlinux.org"},
      {"suse", "https://debuginfod.opensuse.org"},
  };
  _cleanup_fclose_ FILE *file = fopen("/etc/os-release", "re");
  char line[256];
  while (file && fgets(line, sizeof(line), file))
    for (size_t i = 0; i < sizeof(servers) / sizeof(*servers); i++)
      if (!strncmp(line, "ID", 2) && strstr(line, servers[i][0]))
        return servers[i][1];
  return "https://debuginfod.elfutils.org";
}
