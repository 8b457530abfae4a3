/* A look at the pages of glibc's heap (model/heap_look.h): which of them live blocks need. */
#pragma once

#include "model/heap_look.h"
#include "recording/recording.h"

/* All but `held`, of a full recording whose process is alive. False where the process may not be
 * looked into or has another allocator than glibc's. */
bool recording_look_at_heap(const struct recording *recording, struct heap_look *ret);
