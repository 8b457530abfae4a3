/* A free that is more than counted (config.frees_noted). */
#pragma once

#include <stdint.h>

/* The block at p, which has a granule, is about to be freed by a call of free with this frame. The
 * granule's word for it: see recording_granule.time. */
uint32_t note_free(const void *p, const void *frame);
