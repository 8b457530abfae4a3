/* Samples, which are nearly all of a profile. Private to pprof. */
#pragma once

#include "pprof/decoder.h"

/* Adds the sample whose message the field holds. */
void decode_sample(struct decoder *decoder, const struct field *field);
