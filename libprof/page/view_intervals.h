/* How sure the figures of a view are. Private to the view. */
#pragma once

#include "page/view_tree.h"

/* Sets tree->intervals; deepest[i] is the last node on the way of item i. */
struct error *view_intervals_of(const struct page_profiles *profiles, struct view_tree *tree,
                                const uint32_t *deepest);
