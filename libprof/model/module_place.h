/* Where code without a name lies, in words that hold from run to run:
 * "build-id:0123abcd+0x1234", or of a file without a build-id "/usr/lib/libfoo.so+0x1234". The
 * number is the call's offset in the file. */
#pragma once

#include "base/strbuf.h"
#include "model/profile.h"

/* Appends that; nothing if the location lies in no file. */
void module_place_append(struct strbuf *sb, const struct profile *profile,
                         const struct profile_location *location);
