/* The leaves of a recording (struct recording_leaf), by address. Private to the folder. */
#pragma once

#include "recording/object_walk.h"

/* Visits the blocks of all leaves in the order of their addresses. */
struct error *leaves_visit(struct object_walk *walk);
