/* The process that writes a recording, and whether it still does. */
#pragma once

#include "recording/recording.h"

/* The pid that the writer has here: another than the header's if it runs in another pid namespace.
 * The header's if no process answers to it any more. */
pid_t recording_writer(const struct recording_header *header);

/* Whether process recording->pid runs and still maps the recording. A pid alone would not do: the
 * kernel gives it to another process later. The file's inode is not given to another file while the
 * recording is open here. */
bool recording_has_writer(const struct recording *recording);
