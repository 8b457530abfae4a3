/* Lists that the shim keeps for a leak check, in the target's own memory: `leak_hints.lists` of the
 * recording has their address. The reader believes none of it. */
#pragma once

#include <stdint.h>

/* A block or an area that the program itself declared; a removed entry is zero. */
struct leak_range {
  uint64_t start, size;
};

struct leak_lists {
  uint64_t thread_state_size; /* bytes of what recording_thread.state points to */
  uint64_t data, data_end;    /* the shim's own variables */
  /* Arrays of struct leak_range: address and entries in use. */
  uint64_t ignored, n_ignored;       /* __lsan_ignore_object: start of the block */
  uint64_t roots, n_roots;           /* __lsan_register_root_region */
  uint64_t sbrk_areas, n_sbrk_areas; /* sbrk: areas of the break that are the program's own */
  uint64_t suppressions;             /* address of __lsan_default_suppressions' string, or 0 */
  uint64_t passed_by;   /* 1: libraries may call libc's malloc and free directly (RTLD_DEEPBIND) */
  uint64_t freed_word;  /* the second word of a block in glibc's cache of a thread; 0: not known */
  uint64_t checks_done; /* __lsan_do_leak_check ran, or checks are off: no check at the end */
};
