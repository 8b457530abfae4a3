/* The wide leaves of a recording (struct recording_wide_leaf). Private to the folder. */
#pragma once

#include "recording/object_walk.h"

/* Visits the blocks of all wide leaves. recording_open has checked that all that are counted lie in
 * the file. */
struct error *wide_leaves_visit(struct object_walk *walk);
