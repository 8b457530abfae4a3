/* A folder that a user names in a profile's place. */
#pragma once

#include "base/error.h"
#include "model/profile.h"

#include <stdbool.h>

bool is_folder(const char *path);

typedef struct error *read_profile_fn(const char *path, struct profile **ret);

/* The sum of the profiles (*.pb.gz) in the folder, as `merge` makes it: of the processes of one run,
 * say. `read` reads each. ERROR_BAD_INPUT where no profile is, or they do not go together. */
struct error *folder_read(const char *path, read_profile_fn *read, struct profile **ret);
