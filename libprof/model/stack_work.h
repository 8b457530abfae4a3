/* How much work a profile's stacks are to whoever walks over them (base/work.h). */
#pragma once

#include "base/error.h"
#include "model/profile.h"

/* ERROR_BAD_INPUT where the profile's file asks for more frames, or for more text of their names
 * and source files, than is allowed for a file of its size. Inlined frames count, so this is for
 * after their names were looked up, too. */
struct error *stack_work_check(const struct profile *profile);
