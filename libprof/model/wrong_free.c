#include "model/wrong_free.h"

#include "model/leak_kinds.h"

#include <string.h>

const char *const wrong_free_kinds[] = {"",       "double",     "interior", "stack",
                                        "global", "mismatched", "foreign"};
_Static_assert(sizeof(wrong_free_kinds) / sizeof(*wrong_free_kinds) == N_WRONG_FREE_KINDS, "kinds");

const char *const wrong_free_allocators[] = {"malloc",      "new",           "new[]",
                                             "aligned new", "aligned new[]", ""};
const char *const wrong_free_deallocators[] = {"free",           "delete",           "delete[]",
                                               "aligned delete", "aligned delete[]", "realloc"};
_Static_assert(sizeof(wrong_free_allocators) / sizeof(*wrong_free_allocators) ==
                       N_WRONG_FREE_FAMILIES &&
                   sizeof(wrong_free_deallocators) / sizeof(*wrong_free_deallocators) ==
                       N_WRONG_FREE_FAMILIES,
               "families");

struct error *wrong_free_set_types(struct profile *profile) {
  struct profile_value_type type = {profile_string(profile, "wrong_frees"),
                                    profile_string(profile, "count")};
  if (!type.type || !type.unit)
    return &error_no_memory;
  profile->default_sample_type = type.type;
  return profile_set_sample_types(profile, &type, 1);
}

int64_t wrong_free_calls(const struct profile *profile) {
  int64_t calls = 0;
  for (size_t i = 0; profile && i < profile->n_samples; i++)
    calls += profile->samples[i].values[0];
  return calls;
}

/* As in common/layout.h. */
enum {
  BY_NAME_OF_ALLOCATION = 1,
  BY_NAME_OF_CALL = 2,
  BY_MODULE_OF_ALLOCATION = 4,
  BY_MODULE_OF_CALL = 8,
};

static bool is_operator(const char *name) {
  return strstr(name, "operator new") || strstr(name, "operator delete");
}

/* Whether neither the innermost function nor what is inlined in it is an operator. Only debug
 * information, by which there are lines, tells of what is inlined. */
static bool is_plain_function(const struct profile *profile, const struct profile_sample *sample) {
  const struct profile_location *location =
      sample->n_locations ? &profile->locations[sample->locations[0]] : NULL;
  bool plain = location && location->n_lines && location->lines[0].line > 0;
  for (uint32_t i = 0; plain && i < location->n_lines; i++)
    plain = !is_operator(profile->functions[location->lines[i].function].name);
  return plain;
}

/* Whether the module of the innermost frame is known to have no operator of its own. */
static bool is_in_plain_module(const struct profile *profile, const struct profile_sample *sample,
                               wrong_free_module_fn *has_no_operators) {
  uint32_t mapping =
      sample->n_locations ? profile->locations[sample->locations[0]].mapping : PROFILE_NONE;
  return mapping != PROFILE_NONE && has_no_operators(&profile->mappings[mapping]);
}

static int64_t number_label(const struct profile_sample *sample, const char *key) {
  int64_t value;
  return leak_label(sample, key, &value) ? value : 0;
}

static bool has_role(const struct profile_sample *sample, const char *role) {
  const char *text = leak_text_label(sample, WRONG_FREE_LABEL_ROLE);
  return text && !strcmp(text, role);
}

/* The samples of one call: itself, then its others. */
static size_t group_end(const struct profile *profile, size_t at) {
  int64_t number = number_label(&profile->samples[at], WRONG_FREE_LABEL);
  while (at < profile->n_samples && number_label(&profile->samples[at], WRONG_FREE_LABEL) == number)
    at++;
  return at;
}

/* The stack that the block was allocated with, or NULL. */
static const struct profile_sample *allocation_of(const struct profile *profile, size_t at,
                                                  size_t end) {
  for (size_t i = at + 1; i < end; i++)
    if (has_role(&profile->samples[i], WRONG_FREE_ALLOCATED))
      return &profile->samples[i];
  return NULL;
}

static bool is_sure(const struct profile *profile, size_t at, size_t end,
                    wrong_free_module_fn *has_no_operators) {
  const struct profile_sample *call = &profile->samples[at],
                              *allocation = allocation_of(profile, at, end);
  int64_t by = number_label(call, WRONG_FREE_LABEL_BY_NAME);
  if (by & (BY_NAME_OF_ALLOCATION | BY_MODULE_OF_ALLOCATION) && !allocation)
    return false;
  return (!(by & BY_NAME_OF_CALL) || is_plain_function(profile, call)) &&
         (!(by & BY_MODULE_OF_CALL) || is_in_plain_module(profile, call, has_no_operators)) &&
         (!(by & BY_NAME_OF_ALLOCATION) || is_plain_function(profile, allocation)) &&
         (!(by & BY_MODULE_OF_ALLOCATION) ||
          is_in_plain_module(profile, allocation, has_no_operators));
}

void wrong_free_keep_sure(struct profile **profile, wrong_free_module_fn *has_no_operators) {
  struct profile *p = *profile;
  size_t kept = 0;
  for (size_t at = 0, end; p && at < p->n_samples; at = end) {
    end = group_end(p, at);
    bool sure = is_sure(p, at, end, has_no_operators);
    for (size_t i = at; sure && i < end; i++)
      p->samples[kept++] = p->samples[i];
  }
  if (p)
    p->n_samples = kept;
  if (p && !kept) {
    profile_destroy(p);
    *profile = NULL;
  }
}
