/* Calls of free with what is no live block (model/wrong_free.h), as text and as JSON. */
#pragma once

#include "base/strbuf.h"
#include "model/profile.h"

#include <jansson.h>

/* Appends each with the stacks that are known; nothing for NULL. */
void wrong_frees_append(struct strbuf *sb, const struct profile *profile);

/* An array, empty for NULL. New reference. */
json_t *wrong_frees_json(const struct profile *profile);
