#include "advise/advise.h"

#include "advise/keep.h"
#include "advise/rule_settings.h"
#include "advise/rules.h"
#include "base/cleanup.h"
#include "model/error_bar.h"
#include "model/unit.h"

#include <math.h>
#include <string.h>

/* Where two of a kind fit a site the earlier says more, and alone counts. */
static const struct {
  enum advice_rule rule;
  rule_fn *applies;
  enum { OF_CALLS, OF_MEMORY, OF_TYPES, N_KINDS } kind;
} rules[] = {
    {ADVICE_THREADS, rule_threads, OF_CALLS},    {ADVICE_RESERVE, rule_reserve, OF_CALLS},
    {ADVICE_LARGE, rule_large, OF_CALLS},        {ADVICE_STACK, rule_stack, OF_CALLS},
    {ADVICE_REUSE, rule_reuse, OF_CALLS},        {ADVICE_BATCH, rule_batch, OF_CALLS},
    {ADVICE_PACK, rule_pack, OF_TYPES},          {ADVICE_GROWTH, rule_growth, OF_MEMORY},
    {ADVICE_PEAK, rule_peak, OF_MEMORY},         {ADVICE_PEAK, rule_dead_weight, OF_MEMORY},
    {ADVICE_ROUNDING, rule_rounding, OF_MEMORY},
};
enum { N_RULES = sizeof(rules) / sizeof(*rules) };

#define LEAST_SHARE 0.01
#define PART_OF_ALL 0.25
enum { LEAST_OF_ALL = 1 << 20 };

static double plus_minus(const struct advise_site *site, const struct advice_item *item) {
  if (item->of == ADVICE_OF_RESIDENT)
    return 0; /* the rule's own alone */
  if (item->of == ADVICE_OF_ALLOC)
    return rule_plus_minus(site, site->alloc > 0 ? fmin(item->bytes / site->alloc, 1) : 0);
  double whole = item->of == ADVICE_OF_PEAK ? site->peak : site->inuse;
  double variance = item->of == ADVICE_OF_PEAK ? site->peak_variance : site->inuse_variance;
  double error = error_bar(variance);
  if (item->rule == ADVICE_PEAK)
    error = fmax(error, site->peak - site->peak_low);
  return whole > 0 ? item->bytes / whole * error : 0;
}

/* A good part of all bytes that are allocated is worth a look, even where the calls are few. Threads
 * wait for each other by calls alone. */
static bool is_most_of_all(const struct advise_sites *sites, const struct advice_item *item) {
  return item->rule != ADVICE_THREADS && item->of == ADVICE_OF_ALLOC &&
         item->bytes >= PART_OF_ALL * sites->bytes && item->bytes >= LEAST_OF_ALL &&
         item->share >= LEAST_SHARE / 10;
}

/* A saving must be there for sure, and one of memory be a part of what the process has. */
static bool is_worth_it(const struct advise_sites *sites, const struct advice_item *item,
                        bool of_memory) {
  double sure = item->bytes - item->plus_minus, least = LEAST_SHARE * sites->memory;
  if (of_memory)
    return item->share >= LEAST_SHARE && sure >= least;
  return sure > 0 && (item->share >= LEAST_SHARE || is_most_of_all(sites, item));
}

static struct error *judge_site(const struct advise_sites *sites, const struct advise_site *site,
                                const struct peak_phase *phase, struct advice *advice) {
  struct rule_view view = {sites, site, profile_sample_text(site->sample, PROFILE_LABEL_TYPE),
                           traits_of(sites, site), phase};
  bool done[N_KINDS] = {false};
  for (size_t i = 0; i < N_RULES; i++) {
    _cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
    struct advice_item item = {.rule = rules[i].rule};
    bool packed = rules[i].rule == ADVICE_ROUNDING && done[OF_TYPES];
    if (done[rules[i].kind] || packed || !rules[i].applies(&view, &item, &text))
      continue;
    item.type = view.type;
    done[rules[i].kind] = true;
    done[OF_MEMORY] |= item.of == ADVICE_OF_INUSE; /* it is about the same memory */
    item.plus_minus = hypot(item.plus_minus, plus_minus(site, &item));
    struct error *err = is_worth_it(sites, &item, rules[i].kind != OF_CALLS)
                            ? advice_keep(advice, site, &item, &text)
                            : NULL;
    if (err)
      return err;
  }
  return NULL;
}

/* The rule about the whole program. */
static struct error *judge_program(const struct advise_sites *sites, struct advice *advice) {
  _cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
  struct advice_item item = {.rule = ADVICE_SETTINGS};
  const struct advise_site *site = rule_settings(sites, &item, &text);
  return site ? advice_keep(advice, site, &item, &text) : NULL;
}

struct error *advise(const struct profile *profile, const char *name, size_t most,
                     struct advice *ret) {
  _cleanup_advise_sites_ struct advise_sites sites = {0};
  *ret = (struct advice){0};
  if (!advise_sites_known(profile))
    return error_create(ERROR_BAD_INPUT,
                        "%s: no histories of objects in it; record them with: memprof run --advise",
                        name);
  struct error *err = advise_sites_create(profile, &sites);
  if (err)
    return err;
  /* An item a kind at most, and that of the whole program. */
  ret->items = arena_calloc(&ret->arena, N_KINDS * sites.sites.count + 1, sizeof(*ret->items));
  if (!ret->items)
    err = &error_no_memory;
  struct peak_phase phase = peak_phase_of(&sites);
  for (size_t i = 0; i < sites.sites.count && !err; i++)
    err = judge_site(&sites, &sites.sites.data[i], &phase, ret);
  if (!err)
    err = judge_program(&sites, ret);
  if (!err)
    err = advice_order(ret, most);
  if (err) {
    advice_deinit(ret);
    return err;
  }
  ret->lives = sites.lives;
  sites.lives = (lives_vector){0};
  return NULL;
}
