#include "budget/schema.h"

#include <string.h>

#define TEXT(key_, type, member)                                                                   \
  { .key = (key_), .offset = offsetof(type, member) }
#define NEEDED(key_, type, member)                                                                 \
  { .key = (key_), .needed = true, .offset = offsetof(type, member) }
#define CHOICE(key_, type, member, words_)                                                         \
  { .key = (key_), .kind = SCHEMA_CHOICE, .offset = offsetof(type, member), .words = (words_) }
#define LIST(key_, type, member, count)                                                            \
  .key = (key_), .kind = SCHEMA_LIST, .offset = offsetof(type, member),                            \
  .count_offset = offsetof(type, count)
#define SCHEMA(type, fields_, least_)                                                              \
  {                                                                                                \
    .fields = (fields_), .n_fields = sizeof(fields_) / sizeof(*(fields_)), .size = sizeof(type),   \
    .least = (least_)                                                                              \
  }

static const struct schema_field pattern_fields[] = {
    TEXT("function", struct budget_pattern, function),
    TEXT("file", struct budget_pattern, file),
    TEXT("module", struct budget_pattern, module),
};
const struct schema budget_pattern_schema =
    SCHEMA(struct budget_pattern, pattern_fields, "function, file or module");

static const struct schema_field owner_fields[] = {
    NEEDED("name", struct budget_owner, name),
    {LIST("sites", struct budget_owner, sites, n_sites), .needed = true,
     .entry = &budget_pattern_schema},
};
const struct schema budget_owner_schema =
    SCHEMA(struct budget_owner, owner_fields, "name and sites");

static const char *const each_words[] = {[EACH_SUM] = "sum", [EACH_SITE] = "site", NULL};
static const char *const per_words[] = {[PER_RUN] = "run", [PER_OPERATION] = "operation", NULL};

static const struct schema_field limit_fields[] = {
    TEXT("name", struct budget_limit, name),
    NEEDED("metric", struct budget_limit, metric),
    TEXT("function", struct budget_limit, pattern.function),
    TEXT("file", struct budget_limit, pattern.file),
    TEXT("module", struct budget_limit, pattern.module),
    TEXT("owner", struct budget_limit, owner),
    CHOICE("each", struct budget_limit, each, each_words),
    CHOICE("per", struct budget_limit, per, per_words),
    TEXT("max", struct budget_limit, max),
    TEXT("growth", struct budget_limit, growth),
    TEXT("floor", struct budget_limit, floor),
};
_Static_assert(sizeof(limit_fields) / sizeof(*limit_fields) <= BUDGET_MOST_KEYS, "places");
const struct schema budget_limit_schema =
    SCHEMA(struct budget_limit, limit_fields, "metric, and max or growth");

static const struct schema_field budget_fields[] = {
    NEEDED("version", struct budget, version),
    TEXT("confidence", struct budget, confidence_text),
    TEXT("operations", struct budget, operations),
    {LIST("owners", struct budget, owners, n_owners), .entry = &budget_owner_schema,
     .may_be_empty = true},
    {LIST("limits", struct budget, limits, n_limits), .needed = true,
     .entry = &budget_limit_schema},
};
const struct schema budget_schema = SCHEMA(struct budget, budget_fields, "version and limits");

struct budget_place schema_place(const struct schema *schema, const struct budget_places *places,
                                 const char *key) {
  for (size_t i = 0; i < schema->n_fields; i++)
    if (!strcmp(schema->fields[i].key, key) && places->values[i].line)
      return places->values[i];
  return (struct budget_place){.line = places->line};
}
