/* The budget file's form, for libcyaml, and for messages: which keys and words are known where. */
#pragma once

#include <cyaml/cyaml.h>

extern const cyaml_schema_value_t budget_schema;

/* "name, sites": the keys of what the list `list` holds ("limits", "owners", "sites"), of the
 * document for NULL. */
const char *budget_schema_keys(const char *list);
/* "sum or site": the words that a key with a choice takes. NULL for other keys. */
const char *budget_schema_choices(const char *key);
