/* Names of the functions with which libc or a runtime starts a program or a thread. */
#pragma once

#include <stdbool.h>

/* Whether the name is one of them: below it there is nobody to be responsible for an allocation. */
bool start_name_is(const char *name);
