/* A sample's labels: allocation size, sampling rate, thread. */
#pragma once

#include "base/strbuf.h"
#include "model/profile.h"

#include <jansson.h>

/* Appends one line "        bytes: 64 B" a label, the key right-aligned to `column`. */
void labels_append(struct strbuf *sb, const struct profile_sample *sample, int column);

/* [{"key", "value", "unit"}]: the value is a string or an integer. New reference. */
json_t *labels_json(const struct profile_sample *sample);
