/* Where things stand in a YAML file: libcyaml loads values but keeps no lines. */
#pragma once

#include "base/error.h"

#include <stddef.h>
#include <yaml.h>

struct yaml_places {
  yaml_document_t document;
};

struct yaml_place {
  int line;          /* from 1 */
  size_t start, end; /* bytes of the text, of a value */
};

/* Parses the text; ERROR_BAD_INPUT names path, line and what was expected. */
struct error *yaml_places_init(struct yaml_places *places, const char *path, const char *text,
                               size_t length);
void yaml_places_deinit(struct yaml_places *places);

/* The value of `key` in entry `index` of the list at `list` of the document; of the document's own
 * `key` when list is NULL; the entry itself when key is NULL. Line 1 if there is no such thing. */
struct yaml_place yaml_places_find(struct yaml_places *places, const char *list, unsigned index,
                                   const char *key);

/* The line of the first key called `name` at or after `line`; `line` if there is none. */
int yaml_places_key(const struct yaml_places *places, const char *name, int line);
