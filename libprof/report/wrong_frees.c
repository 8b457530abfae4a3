#include "report/wrong_frees.h"

#include "model/leak_kinds.h"
#include "model/wrong_free.h"
#include "report/json.h"
#include "report/stack_text.h"
#include "report/text.h"

#include <inttypes.h>
#include <string.h>

static int64_t number(const struct profile_sample *sample, const char *key) {
  int64_t value;
  return leak_label(sample, key, &value) ? value : 0;
}

static const char *text(const struct profile_sample *sample, const char *key) {
  const char *value = leak_text_label(sample, key);
  return value ? value : "";
}

static bool has_role(const struct profile_sample *sample, const char *role) {
  return !strcmp(text(sample, WRONG_FREE_LABEL_ROLE), role);
}

/* The sample of this role that belongs to the call at `i`, among those that follow it. */
static const struct profile_sample *other(const struct profile *profile, size_t i,
                                          const char *role) {
  int64_t wanted = number(&profile->samples[i], WRONG_FREE_LABEL);
  for (size_t k = i + 1; k < profile->n_samples; k++)
    if (number(&profile->samples[k], WRONG_FREE_LABEL) == wanted &&
        has_role(&profile->samples[k], role))
      return &profile->samples[k];
  return NULL;
}

static void append_head(struct strbuf *sb, const struct profile_sample *call) {
  const char *kind = text(call, WRONG_FREE_LABEL_KIND);
  uint64_t address = (uint64_t)number(call, WRONG_FREE_LABEL_ADDRESS);
  int64_t offset = number(call, WRONG_FREE_LABEL_OFFSET),
          size = number(call, WRONG_FREE_LABEL_SIZE);
  if (!strcmp(kind, "double"))
    strbuf_appendf(sb, "Double free: 0x%" PRIx64 " was freed before", address);
  else if (!strcmp(kind, "mismatched"))
    strbuf_appendf(
        sb, "Mismatched free: 0x%" PRIx64 ", a block of %" PRId64 ", is from %s and freed by %s",
        address, size, text(call, WRONG_FREE_LABEL_ALLOCATED_AS),
        text(call, WRONG_FREE_LABEL_FREED_AS));
  else
    strbuf_appendf(sb, "Invalid free: 0x%" PRIx64 " ", address);
  if (!strcmp(kind, "interior"))
    strbuf_appendf(sb, "is %" PRId64 " bytes inside a block of %" PRId64, offset, size);
  else if (!strcmp(kind, "stack"))
    strbuf_appendf(sb, "is on the stack of thread %" PRId64, number(call, WRONG_FREE_LABEL_THREAD));
  else if (!strcmp(kind, "global"))
    strbuf_append(sb, "is data of the program or a library");
  else if (!strcmp(kind, "foreign"))
    strbuf_append(sb, "is where no block of malloc's can be");
  if (call->values[0] > 1)
    strbuf_appendf(sb, " (%" PRId64 " such calls)", call->values[0]);
  strbuf_append_char(sb, '\n');
}

static void append_other(struct strbuf *sb, const struct profile *profile, size_t i,
                         const char *role, const char *title, struct arena *arena) {
  const struct profile_sample *sample = other(profile, i, role);
  if (!sample)
    return;
  strbuf_append(sb, title);
  stack_append(sb, profile, sample, false, arena);
}

void wrong_frees_append(struct strbuf *sb, const struct profile *profile) {
  struct arena arena = ARENA_INIT;
  for (size_t i = 0; profile && i < profile->n_samples; i++) {
    if (!has_role(&profile->samples[i], WRONG_FREE_CALL))
      continue;
    append_head(sb, &profile->samples[i]);
    stack_append(sb, profile, &profile->samples[i], false, &arena);
    append_other(sb, profile, i, WRONG_FREE_FREED, "  first freed here:\n", &arena);
    append_other(sb, profile, i, WRONG_FREE_ALLOCATED, "  allocated here:\n", &arena);
    strbuf_append_char(sb, '\n');
  }
  arena_deinit(&arena);
}

static int set_other(json_t *object, const char *key, const struct profile *profile, size_t i,
                     const char *role) {
  const struct profile_sample *sample = other(profile, i, role);
  return sample ? json_object_set_new(object, key, stack_json(profile, sample)) : 0;
}

static int set_text(json_t *object, const char *key, const struct profile_sample *sample,
                    const char *label) {
  return json_object_set_new(object, key, json_text(text(sample, label)));
}

static int add_call(json_t *array, const struct profile *profile, size_t i) {
  const struct profile_sample *call = &profile->samples[i];
  json_t *object = json_object();
  int failed = json_object_set_new(object, "kind", json_text(text(call, WRONG_FREE_LABEL_KIND)));
  failed |= json_object_set_new(object, "calls", json_integer(call->values[0]));
  failed |= json_object_set_new(object, "address",
                                json_address((uint64_t)number(call, WRONG_FREE_LABEL_ADDRESS)));
  bool mismatched = !strcmp(text(call, WRONG_FREE_LABEL_KIND), "mismatched"),
       interior = !strcmp(text(call, WRONG_FREE_LABEL_KIND), "interior");
  if (interior)
    failed |=
        json_object_set_new(object, "offset", json_integer(number(call, WRONG_FREE_LABEL_OFFSET)));
  if (interior || mismatched)
    failed |=
        json_object_set_new(object, "size", json_integer(number(call, WRONG_FREE_LABEL_SIZE)));
  if (mismatched)
    failed |= set_text(object, "allocated_as", call, WRONG_FREE_LABEL_ALLOCATED_AS) |
              set_text(object, "freed_as", call, WRONG_FREE_LABEL_FREED_AS);
  failed |=
      json_object_set_new(object, "thread", json_integer(number(call, WRONG_FREE_LABEL_THREAD)));
  failed |= json_object_set_new(object, "stack", stack_json(profile, call));
  failed |= set_other(object, "allocated", profile, i, WRONG_FREE_ALLOCATED);
  failed |= set_other(object, "freed", profile, i, WRONG_FREE_FREED);
  return failed | json_array_append_new(array, object);
}

json_t *wrong_frees_json(const struct profile *profile) {
  json_t *array = json_array();
  int failed = 0;
  for (size_t i = 0; profile && i < profile->n_samples; i++)
    if (has_role(&profile->samples[i], WRONG_FREE_CALL))
      failed |= add_call(array, profile, i);
  if (!failed)
    return array;
  json_decref(array);
  return NULL;
}
