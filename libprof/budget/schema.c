#include "budget/schema.h"

#include "budget/budget.h"

#include <string.h>

#define TEXT(name, type, member)                                                                   \
  CYAML_FIELD_STRING_PTR(name, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, type, member, 1,          \
                         CYAML_UNLIMITED)
#define NEEDED_TEXT(name, type, member)                                                            \
  CYAML_FIELD_STRING_PTR(name, CYAML_FLAG_POINTER, type, member, 1, CYAML_UNLIMITED)

static const cyaml_schema_field_t pattern_fields[] = {
    TEXT("function", struct budget_pattern, function),
    TEXT("file", struct budget_pattern, file),
    TEXT("module", struct budget_pattern, module),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t pattern_value = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct budget_pattern, pattern_fields)};

static const cyaml_schema_field_t owner_fields[] = {
    NEEDED_TEXT("name", struct budget_owner, name),
    CYAML_FIELD_SEQUENCE_COUNT("sites", CYAML_FLAG_POINTER, struct budget_owner, sites, n_sites,
                               &pattern_value, 1, CYAML_UNLIMITED),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t owner_value = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct budget_owner, owner_fields)};

static const cyaml_strval_t each_words[] = {{"sum", EACH_SUM}, {"site", EACH_SITE}};
static const cyaml_strval_t per_words[] = {{"run", PER_RUN}, {"operation", PER_OPERATION}};

static const cyaml_schema_field_t limit_fields[] = {
    NEEDED_TEXT("metric", struct budget_limit, metric),
    TEXT("name", struct budget_limit, name),
    TEXT("function", struct budget_limit, function),
    TEXT("file", struct budget_limit, file),
    TEXT("module", struct budget_limit, module),
    TEXT("owner", struct budget_limit, owner),
    CYAML_FIELD_ENUM("each", CYAML_FLAG_OPTIONAL | CYAML_FLAG_STRICT, struct budget_limit, each,
                     each_words, CYAML_ARRAY_LEN(each_words)),
    CYAML_FIELD_ENUM("per", CYAML_FLAG_OPTIONAL | CYAML_FLAG_STRICT, struct budget_limit, per,
                     per_words, CYAML_ARRAY_LEN(per_words)),
    TEXT("max", struct budget_limit, max),
    TEXT("growth", struct budget_limit, growth),
    TEXT("floor", struct budget_limit, floor),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t limit_value = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct budget_limit, limit_fields)};

static const cyaml_schema_field_t budget_fields[] = {
    CYAML_FIELD_INT("version", CYAML_FLAG_DEFAULT, struct budget, version),
    TEXT("confidence", struct budget, confidence_text),
    TEXT("operations", struct budget, operations),
    CYAML_FIELD_SEQUENCE_COUNT("owners", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct budget,
                               owners, n_owners, &owner_value, 0, CYAML_UNLIMITED),
    CYAML_FIELD_SEQUENCE_COUNT("limits", CYAML_FLAG_POINTER, struct budget, limits, n_limits,
                               &limit_value, 1, CYAML_UNLIMITED),
    CYAML_FIELD_END,
};

const cyaml_schema_value_t budget_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct budget, budget_fields)};

const char *budget_schema_keys(const char *list) {
  if (!list)
    return "version, confidence, operations, owners, limits";
  if (!strcmp(list, "limits"))
    return "name, metric, function, file, module, owner, each, per, max, growth, floor";
  return !strcmp(list, "owners") ? "name, sites" : "function, file, module";
}

const char *budget_schema_choices(const char *key) {
  return !strcmp(key, "each") ? "sum or site" : !strcmp(key, "per") ? "run or operation" : NULL;
}
