#include "budget/moved.h"

#include "base/cleanup.h"

#include <math.h>
#include <string.h>

/* Pairs are tried one by one: of very many only the heaviest on both sides take part. */
enum { MOST_CANDIDATES = 1500 };

struct candidates {
  const struct moved_input *input;
  uint32_t *data;
  size_t count;
};

struct pair {
  uint32_t from, to;
  double common; /* part of the frames that both have */
  double change; /* of the weight, relative */
};

static bool is_candidate(const struct site_presence *presence, bool of_new) {
  return of_new ? presence->in_new && !presence->in_base : presence->in_base && !presence->in_new;
}

static int compare_weights(const void *x, const void *y, void *context) {
  const struct site_presence *presences = context;
  const struct site_presence *a = &presences[*(const uint32_t *)x],
                             *b = &presences[*(const uint32_t *)y];
  int64_t v = a->base + a->new, w = b->base + b->new;
  return (v < w) - (v > w);
}

static struct error *list(const struct moved_input *input, bool of_new, struct candidates *ret) {
  *ret = (struct candidates){input, malloc((input->n_stacks + 1) * sizeof(*ret->data)), 0};
  if (!ret->data)
    return &error_no_memory;
  for (uint32_t i = 0; i < input->n_stacks; i++)
    if (is_candidate(&input->presences[i], of_new))
      ret->data[ret->count++] = i;
  qsort_r(ret->data, ret->count, sizeof(*ret->data), compare_weights, (void *)input->presences);
  if (ret->count > MOST_CANDIDATES)
    ret->count = MOST_CANDIDATES;
  return NULL;
}

/* Whether the frames of [from, to) are of functions that only the new profile, or only the bases,
 * know. */
static bool are_unknown(const struct moved_input *input, const struct aligned_stack *stack,
                        uint32_t from, uint32_t to, bool of_new) {
  for (uint32_t i = from; i < to; i++)
    if (!is_candidate(&input->names[stack->names[i]], of_new))
      return false;
  return true;
}

static bool is_move(const struct moved_input *input, const struct aligned_stack *a,
                    const struct aligned_stack *b, double *common) {
  uint32_t least = a->n_names < b->n_names ? a->n_names : b->n_names, head = 0, tail = 0;
  uint32_t most = a->n_names < b->n_names ? b->n_names : a->n_names;
  while (tail < least && a->names[a->n_names - 1 - tail] == b->names[b->n_names - 1 - tail])
    tail++;
  while (head + tail < least && a->names[head] == b->names[head])
    head++;
  *common = (double)(head + tail) / (double)most;
  if (2 * (head + tail) < most)
    return false;
  return head + tail == least || (are_unknown(input, a, head, a->n_names - tail, false) &&
                                  are_unknown(input, b, head, b->n_names - tail, true));
}

/* The most alike first, then those whose weights are, then in the order of the stacks. */
static int compare_pairs(const void *x, const void *y) {
  const struct pair *a = x, *b = y;
  if (a->common != b->common)
    return a->common < b->common ? 1 : -1;
  if (a->change != b->change)
    return a->change > b->change ? 1 : -1;
  return a->from != b->from ? (a->from > b->from) - (a->from < b->from)
                            : (a->to > b->to) - (a->to < b->to);
}

struct pairs {
  struct pair *data;
  size_t count, capacity;
};

static struct error *try_pair(const struct moved_input *input, uint32_t from, uint32_t to,
                              struct pairs *pairs) {
  struct pair pair = {.from = from, .to = to};
  if (!is_move(input, &input->stacks[from], &input->stacks[to], &pair.common))
    return NULL;
  double base = (double)input->presences[from].base, new = (double)input->presences[to].new;
  pair.change = fabs(new - base) / (fabs(base) + fabs(new) + 1);
  return VECTOR_PUSH(pairs, pair) ? NULL : &error_no_memory;
}

static struct error *list_pairs(const struct moved_input *input, const struct candidates *gone,
                                const struct candidates *new, struct pairs *pairs) {
  struct error *err = NULL;
  for (size_t i = 0; i < gone->count && !err; i++)
    for (size_t k = 0; k < new->count && !err; k++)
      err = try_pair(input, gone->data[i], new->data[k], pairs);
  if (!err && pairs->count)
    qsort(pairs->data, pairs->count, sizeof(*pairs->data), compare_pairs);
  return err;
}

static struct error *choose(const struct moved_input *input, const struct pairs *pairs,
                            uint32_t **ret) {
  size_t size = (input->n_stacks + 1) * sizeof(**ret);
  _cleanup_free_ uint32_t *moved_to = malloc(size);
  _cleanup_free_ bool *taken = calloc(input->n_stacks + 1, sizeof(*taken));
  if (!moved_to || !taken)
    return &error_no_memory;
  memset(moved_to, 0xff, size);
  for (size_t i = 0; i < pairs->count; i++) {
    const struct pair *pair = &pairs->data[i];
    if (moved_to[pair->from] != UINT32_MAX || taken[pair->to])
      continue;
    moved_to[pair->from] = pair->to;
    taken[pair->to] = true;
  }
  *ret = no_cleanup_ptr(moved_to);
  return NULL;
}

struct error *moved_find(const struct moved_input *input, uint32_t **ret) {
  struct candidates gone = {0}, new = {0};
  struct pairs pairs = {0};
  struct error *err = list(input, false, &gone);
  if (!err)
    err = list(input, true, &new);
  if (!err)
    err = list_pairs(input, &gone, &new, &pairs);
  if (!err)
    err = choose(input, &pairs, ret);
  free(gone.data);
  free(new.data);
  VECTOR_DEINIT(&pairs);
  return err;
}
