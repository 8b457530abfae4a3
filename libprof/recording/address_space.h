/* A live process's memory by what it is used for, from /proc/PID/smaps. Private to the folder. */
#pragma once

#include "proc/maps.h"

enum region_kind {
  REGION_ANONYMOUS, /* private memory that holds no known block */
  REGION_FILE,      /* a file without code in it */
  REGION_SHARED,    /* shared memory that no file on a disk stands for */
  REGION_HEAP,
  REGION_STACK,
  REGION_MODULE,    /* a file with code in it, its data and its .bss */
  REGION_RECORDING, /* ours */
  REGION_KINDS
};

struct address_space {
  struct maps maps;       /* with the resident bytes of each mapping */
  enum region_kind *kind; /* of each mapping; owned */
};

/* Reads the mappings and tells their kinds by the kernel's own names and by their neighbours:
 * [heap], [stack], glibc's arenas (which begin at multiples of 64 MiB) and thread stacks (which
 * have a guard page below). ERROR_CANNOT where the process may not be looked into. */
struct error *address_space_read(pid_t pid, struct address_space *ret);
void address_space_deinit(struct address_space *space);
#define _cleanup_address_space_ __attribute__((cleanup(address_space_deinit)))

/* A recorded block is at `address`: the private memory that it lies in is heap. */
void address_space_note_block(struct address_space *space, uint64_t address);

/* The resident bytes of all mappings of a kind. */
uint64_t address_space_resident(const struct address_space *space, enum region_kind kind);

/* The allocator, by the libraries that are loaded: "jemalloc", "tcmalloc", "mimalloc", or
 * "glibc". */
const char *address_space_allocator(const struct address_space *space);
