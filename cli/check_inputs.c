#include "cli/check_inputs.h"

#include "cli/input.h"
#include "model/filter.h"

#include <string.h>

static struct error *read_one(const char *path, struct check_input *ret) {
  struct profile *profile;
  struct error *err = input_read(path, &profile);
  if (err)
    return err;
  err = profile_prune(profile);
  if (err) {
    profile_destroy(profile);
    return error_prefix(err, "%s", path);
  }
  *ret = (struct check_input){path, profile};
  return NULL;
}

struct error *check_inputs_read(struct check_inputs *inputs, const struct option_list *bases,
                                int n_news, char **news) {
  if (!VECTOR_RESERVE(&inputs->bases, bases->count + 1) ||
      !VECTOR_RESERVE(&inputs->news, (size_t)n_news + 1))
    return &error_no_memory;
  for (size_t i = 0; i < bases->count; i++) {
    struct error *err = read_one(bases->data[i], &inputs->bases.data[i]);
    if (err)
      return err;
    inputs->bases.count++;
  }
  for (int i = 0; i < n_news; i++) {
    struct error *err = read_one(news[i], &inputs->news.data[i]);
    if (err)
      return err;
    inputs->news.count++;
  }
  return NULL;
}

struct error *check_inputs_add(struct check_inputs *inputs, const char *name,
                               struct profile *profile) {
  struct check_input input = {name, profile};
  if (VECTOR_PUSH(&inputs->news, input))
    return profile_prune(profile);
  profile_destroy(profile);
  return &error_no_memory;
}

void check_inputs_deinit(struct check_inputs *inputs) {
  for (size_t i = 0; i < inputs->bases.count; i++)
    profile_destroy(inputs->bases.data[i].profile);
  for (size_t i = 0; i < inputs->news.count; i++)
    profile_destroy(inputs->news.data[i].profile);
  VECTOR_DEINIT(&inputs->bases);
  VECTOR_DEINIT(&inputs->news);
}

/* The file name of the main binary; "" if it is not known. */
static const char *program_of(const struct check_input *input) {
  const char *path = input->profile->n_mappings ? input->profile->mappings[0].file : "";
  const char *slash = strrchr(path, '/');
  return slash ? slash + 1 : path;
}

static bool is_of(const struct check_input *input, const char *program) {
  return !strcmp(program_of(input), program);
}

static bool is_for(const struct check_inputs *inputs, const char *program) {
  for (size_t i = 0; i < inputs->bases.count; i++)
    if (is_of(&inputs->bases.data[i], program))
      return true;
  return false;
}

static struct error *not_for(const struct check_inputs *inputs, const struct check_input *new) {
  for (size_t i = 1; i < inputs->bases.count; i++)
    if (!is_of(&inputs->bases.data[i], program_of(&inputs->bases.data[0])))
      return error_create(ERROR_BAD_INPUT,
                          "%s: none of the bases is of its program, '%s'; they are of '%s', '%s' "
                          "and so on: give one --base for each program",
                          new->name, program_of(new), program_of(&inputs->bases.data[0]),
                          program_of(&inputs->bases.data[i]));
  return NULL;
}

struct error *check_inputs_bases(const struct check_inputs *inputs, const struct check_input *new,
                                 struct check_bases *ret) {
  bool named = is_for(inputs, program_of(new));
  struct error *err = named ? NULL : not_for(inputs, new);
  if (err)
    return err;
  struct check_bases bases = {calloc(inputs->bases.count + 1, sizeof(*bases.profiles)),
                              calloc(inputs->bases.count + 1, sizeof(*bases.names)), 0};
  if (!bases.profiles || !bases.names) {
    check_bases_deinit(&bases);
    return &error_no_memory;
  }
  for (size_t i = 0; i < inputs->bases.count; i++)
    if (!named || is_of(&inputs->bases.data[i], program_of(new))) {
      bases.profiles[bases.count] = inputs->bases.data[i].profile;
      bases.names[bases.count++] = inputs->bases.data[i].name;
    }
  *ret = bases;
  return NULL;
}

void check_bases_deinit(struct check_bases *bases) {
  free(bases->profiles);
  free(bases->names);
}
