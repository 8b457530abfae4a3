/* memprof advise: advice (model/advice.h) as text and JSON. */
#pragma once

#include "model/advice.h"
#include "report/report.h"

#include <jansson.h>

/* The items of the advice about options->profile_name. */
struct error *report_advise(const struct advice *advice, const struct report_options *options,
                            FILE *out);

/* The array "items" of the JSON document. New reference; NULL without memory. */
json_t *advise_items_json(const struct advice *advice);

/* The item with the number `number`, from 1, and the stack of its site. */
struct error *report_advise_item(const struct profile *profile, const struct advice *advice,
                                 size_t number, const struct report_options *options, FILE *out);
