/* The common parts of all JSON output: a head that says what it is, safe strings, one way to write
 * it.
 *
 * Keys keep the order in which they are set. The schemas are in docs/json.md. */
#pragma once

#include "base/error.h"
#include "model/profile.h"

#include <jansson.h>
#include <stdio.h>

/* From then on documents take a bounded amount of memory (WORK_JSON, base/work.h), beyond which
 * json_write says so. Once, before any use of jansson. */
void json_bound_memory(void);

/* A string of a profile as JSON; bytes that are not UTF-8 become U+FFFD. New reference. */
json_t *json_text(const char *s);

/* A size or count; jansson knows no unsigned integers, and addresses are strings ("0x401136"). */
json_t *json_address(uint64_t address);

/* {"format": "memprof.KIND", "version": 1}. New reference. */
json_t *json_document(const char *kind);

/* Writes the document with a newline, drops the reference. NULL is "no memory": the functions
 * above and json_object_set_new pass a failure on to here, as long as `failed` is kept: any nonzero
 * result of a jansson call, or'ed together. A failure to write is left to ferror(out). */
struct error *json_write(json_t *document, int failed, FILE *out);

/* The same, all on one line: for documents that follow one another. */
struct error *json_write_line(json_t *document, int failed, FILE *out);

/* A document whose last key is a list that may be long: its elements are made and written one at a
 * time. `document` holds the other keys, at least one; the references are dropped, and `failed` is
 * as above. */
struct error *json_list_begin(json_t *document, int failed, const char *key, FILE *out);
struct error *json_list_add(json_t *element, int failed, bool first, FILE *out);
void json_list_end(FILE *out);

/* Frees a text of json_dumps. NULL is fine. */
void json_free_text(char *text);
