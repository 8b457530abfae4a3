/* The form of a budget file: which keys are where, what their values are, and where they go in the
 * structs of budget.h. read.c follows it. */
#pragma once

#include "budget/budget.h"

enum schema_kind {
  SCHEMA_TEXT,   /* a scalar, into a const char * */
  SCHEMA_CHOICE, /* one of `words`, its index into an int */
  SCHEMA_LIST,   /* entries of form `entry`, into an array and its count */
};

struct schema_field {
  const char *key;
  enum schema_kind kind;
  bool needed;
  size_t offset;              /* of the member */
  const char *const *words;   /* CHOICE: NULL-ended */
  const struct schema *entry; /* LIST */
  size_t count_offset;        /* LIST: of the unsigned that counts */
  bool may_be_empty;          /* LIST */
};

/* A mapping: a struct that begins with its struct budget_places. */
struct schema {
  const struct schema_field *fields;
  size_t n_fields;   /* at most BUDGET_MOST_KEYS */
  size_t size;       /* of the struct */
  const char *least; /* "version and limits": what a message asks for */
};

extern const struct schema budget_schema, budget_owner_schema, budget_limit_schema,
    budget_pattern_schema;

/* Where the value of `key` stands, or where the mapping begins if it has no such key. */
struct budget_place schema_place(const struct schema *schema, const struct budget_places *places,
                                 const char *key);
