#include "cli/check/inputs.h"

#include "base/path.h"
#include "cli/input/input.h"
#include "model/dropped.h"
#include "model/prune.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

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
  *ret = (struct check_input){path, profile, NULL};
  return NULL;
}

static struct error *read_into(struct input_list *list, const char *path) {
  struct check_input input = {0};
  struct error *err = read_one(path, &input);
  if (err)
    return err;
  if (VECTOR_PUSH(list, input))
    return NULL;
  profile_destroy(input.profile);
  return &error_no_memory;
}

static int is_profile(const struct dirent *entry) {
  size_t n = strlen(entry->d_name);
  return n > 6 && !strcmp(entry->d_name + n - 6, ".pb.gz");
}

static struct error *read_entry(struct input_list *list, const char *folder, const char *name) {
  size_t n = strlen(folder);
  char *path;
  if (asprintf(&path, "%s%s%s", folder, n && folder[n - 1] == '/' ? "" : "/", name) < 0)
    return &error_no_memory;
  struct error *err = read_into(list, path);
  if (err)
    free(path);
  else
    list->data[list->count - 1].own_name = path;
  return err;
}

static struct error *read_folder(struct input_list *list, const char *folder) {
  struct dirent **entries;
  struct error *err = NULL;
  int n = scandir(folder, &entries, is_profile, alphasort);
  if (n < 0)
    return error_create(ERROR_BAD_INPUT, "%s: %s", folder, strerror(errno));
  if (!n)
    err = error_create(ERROR_BAD_INPUT, "%s: a folder without profiles (*.pb.gz)", folder);
  for (int i = 0; i < n; i++) {
    if (!err)
      err = read_entry(list, folder, entries[i]->d_name);
    free(entries[i]);
  }
  free(entries);
  return err;
}

static struct error *read_all(struct input_list *list, const char *const *paths, size_t n) {
  struct error *err = NULL;
  for (size_t i = 0; i < n && !err; i++) {
    struct stat status;
    bool is_folder = !stat(paths[i], &status) && S_ISDIR(status.st_mode);
    err = (is_folder ? read_folder : read_into)(list, paths[i]);
  }
  return err;
}

/* Against a base that holds less than its program did, any program grows. */
static struct error *refuse_incomplete(const struct input_list *bases) {
  for (size_t i = 0; i < bases->count; i++)
    if (profile_is_incomplete(bases->data[i].profile))
      return error_create(
          ERROR_CANNOT,
          "%s: not all allocations were recorded, so it is no base; record it again "
          "where there is more room",
          bases->data[i].name);
  return NULL;
}

struct error *check_inputs_read(struct check_inputs *inputs, const struct option_list *bases,
                                int n_news, char **news) {
  struct error *err = read_all(&inputs->bases, bases->data, bases->count);
  if (!err)
    err = refuse_incomplete(&inputs->bases);
  return err ? err : read_all(&inputs->news, (const char *const *)news, (size_t)n_news);
}

struct error *check_inputs_add(struct check_inputs *inputs, const char *name,
                               struct profile *profile) {
  struct check_input input = {name, profile, NULL};
  if (VECTOR_PUSH(&inputs->news, input))
    return profile_prune(profile);
  profile_destroy(profile);
  return &error_no_memory;
}

static void deinit_list(struct input_list *list) {
  for (size_t i = 0; i < list->count; i++) {
    profile_destroy(list->data[i].profile);
    free(list->data[i].own_name);
  }
  VECTOR_DEINIT(list);
}

void check_inputs_deinit(struct check_inputs *inputs) {
  deinit_list(&inputs->bases);
  deinit_list(&inputs->news);
}

/* The file name of the main binary; "" if it is not known. */
static const char *program_of(const struct check_input *input) {
  const char *path = input->profile->n_mappings ? input->profile->mappings[0].file : "";
  return path_base_name(path);
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
