/* The rules, a file each. Private to the folder. */
#pragma once

#include "advise/phase.h"
#include "advise/sites.h"
#include "advise/traits.h"
#include "base/strbuf.h"
#include "model/advice.h"

/* A site that a rule looks at, with all that several rules ask of it. */
struct rule_view {
  const struct advise_sites *all;
  const struct advise_site *site;
  const char *type; /* the label of the site's sample, or NULL */
  struct traits traits;
  const struct peak_phase *phase;
};

/* Whether the rule has advice for the site. It sets the item's saving, calls and `of`, and appends
 * the text; advise.c sets the rest. A `plus_minus` that it sets is an error beside that of the site's
 * figure. */
typedef bool rule_fn(const struct rule_view *view, struct advice_item *item, struct strbuf *text);

rule_fn rule_stack;
rule_fn rule_reserve;
rule_fn rule_large;
rule_fn rule_reuse;
rule_fn rule_batch;
rule_fn rule_rounding;
rule_fn rule_pack;
rule_fn rule_growth;
rule_fn rule_threads;
rule_fn rule_peak;
rule_fn rule_dead_weight;

/* The costs that CPU time is estimated from, in seconds: a pair of malloc and free, a byte that is
 * copied, a page that the kernel makes. They are assumed; docs/ADVISE.md has what was measured. */
#define COST_PAIR 25e-9
#define COST_COPIED_BYTE 0.1e-9
#define COST_PAGE 250e-9
enum { RULE_PAGE = 4096 };

/* The part of the program's CPU time that so many seconds are. */
double rule_time_share(const struct rule_view *view, double seconds);

/* The part of the memory that so many bytes are; 0 for less than malloc keeps at the end of its heap
 * anyway (M_TRIM_THRESHOLD, M_TOP_PAD): saving them changes nothing. */
double rule_memory_share(const struct rule_view *view, double bytes);

/* The bytes that glibc's malloc takes for a block of `size`: a word before it, steps of 16, at least
 * 32 (malloc.c: request2size). */
double rule_block(double size);

/* "12.3 MiB", "1,234,567": for texts. */
void rule_append_bytes(struct strbuf *sb, double bytes);
void rule_append_count(struct strbuf *sb, double count);

/* "1.2 MiB +- 3.4 KiB more a second": of bytes. */
void rule_append_growth(struct strbuf *sb, const struct advice_growth *growth);

/* The end of a text on growth: whether the objects can still be reached, as a leak check found or as the
 * user may ask, and the change. */
void rule_append_reached(struct strbuf *sb, const struct advise_site *site);

/* Half of the 95% interval of the part `part` of the site's allocated bytes that n of its histories
 * make: the site's own error, and that of the part. */
double rule_plus_minus(const struct advise_site *site, double part);
