/* Whether a recording is still being written. */
#pragma once

#include "recording/recording.h"

/* Whether process recording->pid runs and still maps the recording. A pid alone would not do: the
 * kernel gives it to another process later. The file's inode is not given to another file while the
 * recording is open here. */
bool recording_has_writer(const struct recording *recording);
