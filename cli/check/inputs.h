/* The profiles of a check: what is judged, and which bases belong to each. */
#pragma once

#include "base/vector.h"
#include "cli/line/options.h"
#include "model/profile.h"

struct check_input {
  const char *name;        /* as it was given */
  struct profile *profile; /* owned */
  char *own_name;          /* the name, where it was made here; owned, or NULL */
};

struct input_list {
  struct check_input *data;
  size_t count, capacity;
};

struct check_inputs {
  struct input_list bases, news;
};

/* Reads and prunes the files. A folder stands for its *.pb.gz files, in the order of their names.
 */
struct error *check_inputs_read(struct check_inputs *inputs, const struct option_list *bases,
                                int n_news, char **news);

/* Adds a profile to judge, which is taken over and pruned; `name` must outlive the inputs. */
struct error *check_inputs_add(struct check_inputs *inputs, const char *name,
                               struct profile *profile);
void check_inputs_deinit(struct check_inputs *inputs);

struct check_bases {
  const struct profile **profiles;
  const char **names;
  size_t count;
};

/* The bases to compare `new` with: those of a program of the same file name, if there are any.
 * Otherwise all bases, if they are of one program, which was renamed. ERROR_BAD_INPUT if they are
 * of several programs. */
struct error *check_inputs_bases(const struct check_inputs *inputs, const struct check_input *new,
                                 struct check_bases *ret);
void check_bases_deinit(struct check_bases *bases);
