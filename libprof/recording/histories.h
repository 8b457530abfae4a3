/* The recording's histories of objects as samples of a profile. Private to the folder. */
#pragma once

#include "recording/frames.h"

/* Adds two samples an ended history, one a living one, as model/history_labels.h says. Histories
 * that were being written when the recording was read are left out. */
struct error *add_histories(struct frame_map *map);
