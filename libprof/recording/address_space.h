/* A live process's memory as /proc/PID/smaps tells it. Private to record. */
#pragma once

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum region_kind {
  REGION_MAPPING, /* files, shared memory, and private memory that holds no known block */
  REGION_HEAP,
  REGION_STACK,
  REGION_MODULE,    /* a file with code in it, its data and its .bss */
  REGION_RECORDING, /* ours */
  REGION_KINDS
};

struct region {
  uint64_t start, end, resident; /* bytes */
  bool readable, writable, executable, shared, anonymous;
  enum region_kind kind;
  char *path; /* "" if anonymous; owned */
};

struct address_space {
  struct region *data; /* by address */
  size_t count, capacity;
};

/* Reads the regions and what the kernel's own names and the regions' neighbours tell of their
 * kinds: [heap], [stack], glibc's arenas (which begin at multiples of 64 MiB) and thread stacks
 * (which have a guard page below). ERROR_CANNOT where the process may not be looked into. */
struct error *address_space_read(pid_t pid, struct address_space *ret);
void address_space_deinit(struct address_space *space);
#define _cleanup_address_space_ __attribute__((cleanup(address_space_deinit)))

/* A recorded block is at `address`: the private memory it lies in is heap. */
void address_space_note_block(struct address_space *space, uint64_t address);

/* The resident bytes of all regions of a kind. */
uint64_t address_space_resident(const struct address_space *space, enum region_kind kind);

/* What allocates here, by the libraries that are loaded: "jemalloc", "tcmalloc", "mimalloc", or
 * "glibc". */
const char *address_space_allocator(const struct address_space *space);
