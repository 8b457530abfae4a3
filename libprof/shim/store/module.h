/* The modules of the recording: each executable segment that a recorded frame lies in, with its
 * load generation. By that a frame of a library that was unloaded and one of a library that was
 * loaded at its place later each go to the right library. */
#pragma once

#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>

/* Records the object that holds pc unless that is done. Called when a pc is first unwound through.
 */
void module_register(uintptr_t pc, const struct dl_find_object *object);

/* The same for each frame of a stack that was walked by another process image: a forked child's
 * parent. */
void module_register_all(const uint64_t *frames, uint32_t n);

/* Marks the recorded modules that are gone; true if there was one. A new generation begins when
 * another module is found where one of them was. The caller's thread is `busy`: a signal handler
 * that allocates meanwhile must not come to wait for this thread's lock. */
bool module_mark_unloaded(void);

/* After fork, in the child: nothing is recorded yet. */
void module_reset(void);
