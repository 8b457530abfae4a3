/* loader WAY LIBRARY [OTHER]: opens a library in an unusual way and calls its allocate_both().
 * WAY: plain, dlmopen, memfd, erased (its headers are overwritten once it is loaded), deleted (its
 * file is removed then), replaced (OTHER is renamed over its file). */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

static void *open_in_memory(const char *path) {
  int from = open(path, O_RDONLY), to = memfd_create("layout", 0);
  struct stat st;
  char name[64];
  if (from < 0 || to < 0 || fstat(from, &st) || sendfile(to, from, NULL, (size_t)st.st_size) < 0)
    return NULL;
  snprintf(name, sizeof(name), "/proc/self/fd/%d", to);
  return dlopen(name, RTLD_NOW);
}

static void *open_by(const char *way, const char *path) {
  if (!strcmp(way, "memfd"))
    return open_in_memory(path);
  return !strcmp(way, "dlmopen") ? dlmopen(LM_ID_NEWLM, path, RTLD_NOW) : dlopen(path, RTLD_NOW);
}

static int erase_headers(void *library) {
  struct link_map *map;
  if (dlinfo(library, RTLD_DI_LINKMAP, &map) ||
      mprotect((void *)map->l_addr, 4096, PROT_READ | PROT_WRITE))
    return -1;
  memset((void *)map->l_addr, 0, 64);
  return 0;
}

int main(int argc, char **argv) {
  void *library = argc > 2 ? open_by(argv[1], argv[2]) : NULL;
  void (*function)(void);
  if (!library)
    return 2;
  if (!strcmp(argv[1], "erased") && erase_headers(library))
    return 3;
  if (!strcmp(argv[1], "deleted") && unlink(argv[2]))
    return 3;
  if (!strcmp(argv[1], "replaced") && rename(argv[3], argv[2]))
    return 3;
  *(void **)&function = dlsym(library, "allocate_both");
  if (!function)
    return 4;
  function();
  return 0;
}
