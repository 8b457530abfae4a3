/* Findings: what a check has to say, in terms that every report format for machines can take.
 *
 * A suite is what was checked (a profile, a process), a finding is one question asked of it with
 * its answer. Budgets and leak checks make them; report/findings.h writes them as SARIF, JUnit XML
 * and so on. Nothing is owned: strings and arrays are their maker's. No string is NULL, none is
 * escaped. */
#pragma once

#include "model/profile.h"

struct finding_frame {
  const char *function;
  const char *file;   /* source file or "" */
  const char *module; /* path of the object file or "" */
  int64_t line;       /* 0 if not known */
};

struct finding_stack {
  const struct finding_frame *frames; /* leaf first */
  uint32_t n_frames;
  const char *note; /* what it contributes, "+1.2 MiB, grown"; or "" */
};

enum finding_level {
  FINDING_PASSED,
  FINDING_ADVICE,    /* a change that would pay; nothing has failed */
  FINDING_UNDECIDED, /* too little data to tell */
  FINDING_FAILED,
};

struct finding {
  const char *rule; /* "alloc_space": of a small fixed set */
  const char *name; /* of the question, unique in its suite */
  enum finding_level level;
  const char *message; /* one sentence */
  const struct finding_stack *stacks;
  size_t n_stacks;
  struct finding_frame place; /* what it points at; file "" if nothing */
};

struct finding_suite {
  const char *name; /* "new.pb.gz", "./prog (pid 17)" */
  const struct finding *findings;
  size_t n_findings;
  const char *error; /* it could not be checked: why; or "" */
};

struct finding_rule {
  const char *id, *summary; /* "alloc_space", "Bytes allocated" */
};

struct findings {
  const char *command; /* "check", "leaks" */
  const struct finding_rule *rules;
  size_t n_rules;
  const struct finding_suite *suites;
  size_t n_suites;
};

/* The frames of a sample, leaf first, at most `most`; memory from `arena`. */
struct error *finding_frames(const struct profile *profile, const struct profile_sample *sample,
                             uint32_t most, struct arena *arena, struct finding_stack *ret);

/* The frame to look at first, NULL without frames: the innermost frame of the first of these kinds
 * that the stack has:
 * 1. in a source file under the folder `root` ("/home/me/src");
 * 2. in a source file outside the system's headers and libraries;
 * 3. in a program or library of the reader's own, without debug information;
 * 4. any other.
 * Within a kind, a frame whose function allocates for its callers (model/allocator_names.h) comes
 * after the others. */
const struct finding_frame *finding_place(const struct finding_stack *stack, const char *root);

/* `file` relative to `root` if it lies under it, else as it is. */
const char *finding_relative(const char *file, const char *root);
