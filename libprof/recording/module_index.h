/* The module that an address belonged to in a load generation, found in logarithmic time. Private
 * to the folder.
 *
 * Modules are sorted by start, then by the generation that loaded them: a library that replaced
 * another at its address is the next in a group of equal starts. Modules of different starts
 * overlap only where libraries of different sizes took turns, so few groups are looked at. A file
 * that says otherwise is not followed beyond MODULE_INDEX_GROUPS of them. */
#pragma once

#include "recording/recording.h"

enum { MODULE_INDEX_GROUPS = 64 };

struct module_index {
  const struct recording *recording;
  uint32_t *order; /* published modules */
  uint64_t *reach; /* the largest limit in order[0 .. i] */
  size_t n;
};

struct error *module_index_init(struct module_index *index, const struct recording *recording);
void module_index_deinit(struct module_index *index);

/* The module at `address`, or UINT64_MAX. If no module was there in that generation, the answer is
 * one that was there before or after it: the stack may be of the very moment at which generations
 * changed. */
uint64_t module_index_find(const struct module_index *index, uint64_t address, uint32_t generation);
