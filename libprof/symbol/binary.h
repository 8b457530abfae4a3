/* Finding the ELF file that code was mapped from, and no other.
 *
 * A path in a profile is a hint, not a fact: the file may have been replaced since, or the profile
 * may come from another machine. Where the profile gives a build-id, only a file of that build-id
 * is used: the one at the path, else one from the build-id directories or debuginfod. Only regular
 * files are opened, never a device or a fifo that an untrusted profile may name.
 * Not thread-safe (libelf and libdw are not). */
#pragma once

#include "symbol/build_id.h"

#include <elfutils/libdwfl.h>

#include <stdbool.h>
#include <stdint.h>

struct binary_segment {
  uint64_t offset, file_size; /* bytes of the file */
  uint64_t address, memory_size;
  bool executable;
};

struct binary {
  char *path;                      /* of the file opened; owned. "[vdso]" for the image in memory */
  int fd;                          /* -1 for the vdso */
  char build_id[BUILD_ID_HEX_MAX]; /* of the file opened, or "" */
  bool debug_only;                 /* the code itself was not found, only its separate debug file */
  bool fixed_address;              /* ET_EXEC: run-time addresses are ELF addresses */
  struct binary_segment *segments; /* owned */
  size_t n_segments;
  void *image; /* the vdso, in our own memory; size of it */
  size_t image_size;
};

/* A place of code, in a profile's terms. */
struct code_place {
  uint64_t offset;         /* in the file: address - mapping's start + mapping's offset */
  uint64_t address;        /* at run time */
  uint64_t mapping_offset; /* the mapping's offset */
};

enum binary_status {
  BINARY_FOUND,
  BINARY_MISSING,   /* no such file, or not an ELF file of this word size */
  BINARY_DIFFERENT, /* a file is there, but its build-id is another one */
};

/* Looks for the file at `path` with build-id `build_id` (lower-case hex; "" accepts any).
 * debug_dirs is a colon-separated list of directories that hold .build-id. For BINARY_FOUND *ret is
 * to be freed with binary_deinit; else it is untouched. Running out of memory reads as
 * BINARY_MISSING. */
enum binary_status binary_find(const char *path, const char *build_id, const char *debug_dirs,
                               struct binary *ret);
void binary_deinit(struct binary *binary);

/* The ELF address of the code at `place`. False when the file has none there. */
bool binary_address(const struct binary *binary, const struct code_place *place, uint64_t *ret);

/* Opens a regular file for reading, without waiting and without side effects; -1 and errno. */
int binary_open_file(const char *path);

/* Writes the build-id of an ELF file as lower-case hex; "" if it has none. */
void binary_read_build_id(Elf *elf, char hex[static BUILD_ID_HEX_MAX]);
