/* Groups samples by something other than their stacks: a frame of the group's name joins or takes
 * the place of each stack, so that every report of stacks is one of groups. pprof calls the former
 * -tagroot. */
#pragma once

#include "model/profile.h"

/* `by` is one of these words, or the key of a label. */
#define GROUP_BY_THREAD "thread" /* "worker (4711)": the labels thread and thread_id */
#define GROUP_BY_MODULE "module" /* the file that the leaf's code is in: "libz.so.1" */
#define GROUP_BY_TYPE "type"     /* what was allocated: "struct node[]" */
#define GROUP_BY_TAG "tag"       /* the program's own labels: "request=GET, user=7" */

enum group_place {
  GROUP_ROOT, /* the group is the root of each stack */
  GROUP_ALONE /* the group is all that a stack has */
};

/* Samples without a group are called "(no thread)" and so on. *any becomes false where no sample
 * has one. */
struct error *profile_group(struct profile *profile, const char *by, enum group_place place,
                            bool *any);
