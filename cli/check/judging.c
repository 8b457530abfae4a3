#include "cli/check/judging.h"

#include "base/cleanup.h"
#include "budget/findings.h"
#include "budget/judge.h"
#include "cli/line/exit_codes.h"
#include "cli/line/finding_outputs.h"
#include "model/wrong_free.h"

#include <string.h>

void judging_deinit(struct judging *judging) {
  for (size_t i = 0; i < judging->verdicts.count; i++)
    verdict_destroy(judging->verdicts.data[i]);
  for (size_t i = 0; i < judging->sites.count; i++)
    sites_destroy(judging->sites.data[i]);
  VECTOR_DEINIT(&judging->verdicts);
  VECTOR_DEINIT(&judging->sites);
  check_inputs_deinit(&judging->inputs);
  checked_program_deinit(&judging->program);
}

static struct error *judge_one(struct judging *judging, const struct budget *budget,
                               const struct check_input *new) {
  struct check_bases bases = {0};
  struct sites *sites;
  struct verdict *verdict;
  struct error *err = check_inputs_bases(&judging->inputs, new, &bases);
  if (!err)
    err = sites_create(bases.profiles, bases.names, bases.count, new->profile, new->name, &sites);
  check_bases_deinit(&bases);
  if (err)
    return err;
  if (!VECTOR_PUSH(&judging->sites, sites)) {
    sites_destroy(sites);
    return &error_no_memory;
  }
  _cleanup_free_ char *here = get_current_dir_name();
  err = budget_judge(budget, sites, here ? here : "", &verdict);
  if (err)
    return err;
  if (VECTOR_PUSH(&judging->verdicts, verdict))
    return NULL;
  verdict_destroy(verdict);
  return &error_no_memory;
}

/* The calls of free among a profile's samples: those that have a count. */
static struct error *set_calls(struct verdict_check *check, const struct profile *profile,
                               const char *here, struct arena *arena) {
  enum { SHOWN = 5, FRAMES = 64 };
  struct error *err = NULL;
  check->stacks = arena_calloc(arena, SHOWN, sizeof(*check->stacks));
  if (!check->stacks)
    return &error_no_memory;
  for (size_t i = 0; i < profile->n_samples && check->n_stacks < SHOWN && !err; i++) {
    struct verdict_stack *stack = &check->stacks[check->n_stacks];
    double calls = (double)profile->samples[i].values[0];
    if (calls <= 0)
      continue;
    /* Numbers that no site of the verdict has. */
    *stack = (struct verdict_stack){.site = UINT32_MAX - (uint32_t)check->n_stacks,
                                    .new = calls,
                                    .delta = calls,
                                    .state = DIFF_NEW};
    err = finding_frames(profile, &profile->samples[i], FRAMES, arena, &stack->stack);
    if (!err)
      stack->place = finding_place(&stack->stack, here);
    check->n_stacks++;
  }
  return err;
}

static struct error *add_wrong_frees(struct judging *judging) {
  const struct profile *profile = judging->program.wrong_frees;
  _cleanup_free_ char *here = get_current_dir_name();
  if (!profile || !judging->verdicts.count)
    return NULL;
  struct verdict *verdict = judging->verdicts.data[0];
  struct verdict_check check = {.limit = "whole program",
                                .metric = BUDGET_WRONG_FREES,
                                .unit = "count",
                                .site = "",
                                .state = VERDICT_OVER,
                                .value = (double)wrong_free_calls(profile)};
  struct error *err = set_calls(&check, profile, here ? here : "", &verdict->arena);
  return err ? err : verdict_add_over(verdict, &check);
}

struct error *judging_run(struct judging *judging, const struct budget *budget) {
  struct error *err = NULL;
  for (size_t i = 0; i < judging->inputs.news.count && !err; i++)
    err = judge_one(judging, budget, &judging->inputs.news.data[i]);
  return err ? err : add_wrong_frees(judging);
}

/* Adds the error to the program's suite. Where nothing was judged there is no suite yet: it is
 * made. */
static struct error *add_unchecked(const struct judging *judging, struct arena *arena,
                                   struct findings *findings) {
  size_t n = findings->n_suites ? findings->n_suites : 1;
  struct finding_suite *suites = arena_calloc(arena, n, sizeof(*suites));
  if (!suites)
    return &error_no_memory;
  suites[0].name = judging->program.name;
  if (findings->n_suites)
    memcpy(suites, findings->suites, n * sizeof(*suites));
  suites[0].error = judging->program.unchecked;
  findings->suites = suites;
  findings->n_suites = n;
  return NULL;
}

struct error *judging_write_findings(const struct judging *judging, FILE *annotations) {
  const struct verdict *const *verdicts = (const struct verdict *const *)judging->verdicts.data;
  struct arena arena = ARENA_INIT;
  struct findings findings;
  struct error *err = verdicts_findings(verdicts, judging->verdicts.count, &arena, &findings);
  if (!err && judging->program.unchecked)
    err = add_unchecked(judging, &arena, &findings);
  if (!err)
    err = finding_outputs_write(&findings);
  if (!err)
    err = finding_outputs_github(&findings, annotations);
  arena_deinit(&arena);
  return err;
}

static bool is_incomplete(const struct judging *judging) {
  for (size_t i = 0; i < judging->verdicts.count; i++)
    if (*judging->verdicts.data[i]->incomplete)
      return true;
  return false;
}

int judging_status(const struct judging *judging) {
  for (size_t i = 0; i < judging->verdicts.count; i++)
    if (judging->verdicts.data[i]->n_over)
      return EXIT_CHECK_FAILED;
  if (judging->program.wrong_frees)
    return EXIT_CHECK_FAILED;
  return judging->program.unchecked || is_incomplete(judging) ? EXIT_COULD_NOT_CHECK : EXIT_OK;
}
