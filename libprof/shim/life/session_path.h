/* Where a recording lies: DIR/PID.GENERATION.mprec, the first generation that is free. */
#pragma once

#include "common/layout.h"

#include <stdbool.h>

/* Makes the recording's file (space_create) in `dir`, or for NULL in the user's own folder,
 * /dev/shm/memprof-UID or /tmp/memprof-UID, made with mode 0700 if need be. `path` holds
 * RECORDING_PATH_SIZE bytes and gets the file's path, or on failure the folder's. */
bool session_path_create(const char *dir, char *path, uint32_t *generation);

/* The path of this process's recording, for the exit hook; "" without a recording. */
extern char session_path[RECORDING_PATH_SIZE] __attribute__((visibility("hidden")));
