/* The leaves of a recording: its live objects where everything is recorded. A part of
 * common/layout.h, which says how they are published and read, and has OBJECT_IGNORED. */
#pragma once

#include <stdint.h>

/* Small live objects where everything is recorded: a shadow of the heap. Address space is divided
 * into granules of 16 or 32 bytes (recording_header.granule_shift), and no two live blocks that
 * have a granule start within the same one. (Larger blocks, and those that could, are in the table
 * of sampled objects.) A leaf is LEAF_GRANULES neighbours; it is published by `start`. A granule is
 * published by `packed`. */
enum { LEAF_GRANULES = 64, GRANULE_SHIFT_LEAST = 4, GRANULE_SHIFT_MOST = 5 };
struct recording_granule {
  /* 0, or GRANULE_PACK of a block; of a freed block with GRANULE_FREED in place of GRANULE_LIVE */
  uint32_t packed;
  uint32_t site; /* its allocation's; of a freed block its last */
  uint32_t time; /* of its allocation, ns >> GRANULE_TIME_SHIFT, at least 1; 0: before the process
                    began (inherited). Freed: 1 + the index of the free's stack; 0: not kept */
};
struct recording_leaf {
  /* The address that its first granule stands for: a multiple of LEAF_GRANULES granules. */
  uint64_t start;
  struct recording_granule granule[LEAF_GRANULES];
};
/* The same for larger blocks, by granules of 256 bytes: two blocks of that size never start within
 * one. */
enum {
  WIDE_LEAF_GRANULES = 16,
  WIDE_GRANULE_SHIFT = 8,
  WIDE_LEAST = 1 << WIDE_GRANULE_SHIFT,
  WIDE_ALIGNMENT_SHIFT = 3,
};
struct recording_wide_granule {
  struct recording_granule granule; /* with the address in units of 8 bytes, and without a size */
  uint32_t size;
};
struct recording_wide_leaf {
  uint64_t start; /* a multiple of WIDE_LEAF_GRANULES granules */
  struct recording_wide_granule granule[WIDE_LEAF_GRANULES];
};
enum { GRANULE_TIME_SHIFT = 20, GRANULE_THREAD_MAX = (1 << 13) - 1, GRANULE_SIZE_MAX = 255 };
#define GRANULE_ADDRESS_MASK 31u
#define GRANULE_NONE 0u
#define GRANULE_LIVE 32u
#define GRANULE_FREED 64u
/* From the lowest bit: its address modulo 32 (5 bits), what it is (2), its size
 * (8), its family (3), and GRANULE_THREAD_BITS: the thread's number where that is below
 * GRANULE_THREAD_MAX (13), and OBJECT_IGNORED. */
#define GRANULE_PACK(address, size, thread_bits)                                                   \
  ((uint32_t)((address)&GRANULE_ADDRESS_MASK) | (uint32_t)(size) << 7 | GRANULE_LIVE |             \
   (thread_bits))
#define GRANULE_THREAD_BITS(thread)                                                                \
  ((((thread) & ~OBJECT_IGNORED) < GRANULE_THREAD_MAX ? (uint32_t)(thread) : GRANULE_THREAD_MAX)   \
       << 18 |                                                                                     \
   ((thread)&OBJECT_IGNORED))
/* Where its block starts, from the start of its granule. */
#define GRANULE_ADDRESS(packed, granule)                                                           \
  (((granule) & ~(uint64_t)GRANULE_ADDRESS_MASK) + ((packed)&GRANULE_ADDRESS_MASK))
#define WIDE_GRANULE_PACK(address, thread_bits)                                                    \
  GRANULE_PACK((address) >> WIDE_ALIGNMENT_SHIFT, 0, thread_bits)
#define WIDE_GRANULE_ADDRESS(packed, granule)                                                      \
  ((granule) + (uint64_t)((packed)&GRANULE_ADDRESS_MASK) * (1u << WIDE_ALIGNMENT_SHIFT))
#define GRANULE_SIZE(packed) ((packed) >> 7 & GRANULE_SIZE_MAX)
#define GRANULE_FAMILY_SHIFT 15
#define GRANULE_FAMILY_MASK (7u << GRANULE_FAMILY_SHIFT)
#define GRANULE_FAMILY(packed) ((packed) >> GRANULE_FAMILY_SHIFT & 7)
#define GRANULE_THREAD(packed) (((packed) >> 18 & GRANULE_THREAD_MAX) | ((packed)&OBJECT_IGNORED))
/* Whether it is of a block that starts at the address, and in this state. */
#define GRANULE_IS(packed, state, address)                                                         \
  ((((packed) ^ ((uint32_t)(uintptr_t)(address)&GRANULE_ADDRESS_MASK)) &                           \
    (GRANULE_ADDRESS_MASK | GRANULE_LIVE | GRANULE_FREED)) == (state))
