/* Threads that nobody joined, by the blocks that pthread_create makes for each. Sites that start none may
 * have blocks that one thread allocates and another frees (crossed.h). */
#include "advise/crossed.h"
#include "advise/rules.h"
#include "advise/slope.h"
#include "model/error_bar.h"
#include "model/stack_look.h"

#include <math.h>
#include <string.h>

enum { FEWEST_THREADS = 16, STACK_CACHE = 40 << 20 };

/* glibc keeps a block for the thread's dynamic TLS until it is joined or, detached, has ended. */
static bool is_of_thread(const struct rule_view *view, const struct life *life) {
  struct site_frame frame;
  for (uint32_t k = 0; site_frame_at(view->all->profile, life->birth, k, &frame); k++)
    if (!strncmp(frame.function, "pthread_create", 14))
      return true;
  return false;
}

/* Those of the site's lives that are threads': a line that starts one may allocate more (std::thread's
 * state). To be freed with its vector. */
struct started {
  struct advise_site site;
  double live; /* threads */
};

static struct started threads_of(const struct rule_view *view) {
  struct started threads = {0};
  struct advise_site *site = &threads.site;
  for (size_t i = 0; i < view->site->lives.count; i++) {
    const struct life *life = view->site->lives.data[i];
    if (!is_of_thread(view, life) || !VECTOR_PUSH(&site->lives, life))
      continue;
    site->objects += life->objects;
    site->bytes += life->objects * life->size;
    threads.live += life_has_ended(life) ? 0 : life->objects;
    site->inuse += life_has_ended(life) ? 0 : life->objects * life->size;
  }
  double part = view->site->bytes > 0 ? site->bytes / view->site->bytes : 0;
  site->alloc_variance = part * view->site->alloc_variance;
  site->inuse_variance = part * view->site->inuse_variance;
  return threads;
}

/* Stacks that no running thread has, beyond those that glibc keeps to use them again. */
static bool has_stacks_of_ended(const struct stack_look *look) {
  double each = (double)look->reserved / (double)look->stacks;
  double ended = (double)look->stacks + 1 - (double)look->threads;
  return ended >= FEWEST_THREADS && ended * each - STACK_CACHE >= FEWEST_THREADS * each;
}

static void append_stacks(struct strbuf *text, const struct stack_look *look, double live) {
  double n = (double)look->stacks;
  rule_append_bytes(text, live * (double)look->touched / n);
  strbuf_append(text, " of memory in all, and ");
  rule_append_bytes(text, live * (double)look->reserved / n);
  strbuf_append(text, " of addresses, which are no memory. When memprof last looked ");
  rule_append_count(text, (double)look->threads);
  strbuf_append(text,
                look->threads == 1 ? " thread of the process ran" : " threads of the process ran");
  strbuf_append(text, ", and there were stacks of ");
  rule_append_count(text, n + 1);
}

/* The part of all unjoined threads that were started at this site. */
static double part_of_all(const struct rule_view *view, const struct started *threads) {
  double all = 0;
  for (size_t i = 0; i < view->all->lives.count; i++) {
    const struct life *life = &view->all->lives.data[i];
    all += life_has_ended(life) || !is_of_thread(view, life) ? 0 : life->objects;
  }
  return all > 0 ? fmin(threads->live / all, 1) : 0;
}

/* A pool of threads is started once; threads without an end become ever more. Histories know the site,
 * and the looks the number of stacks, which is exact also where few starts were recorded. */
static struct advice_growth growth_of(const struct rule_view *view, const struct started *threads,
                                      const struct stack_look *look) {
  double run = view->all->seconds * 1e9;
  double counted = look ? stack_look_growth(look, FEWEST_THREADS) : 0;
  struct slope slope = slope_of_objects(&threads->site, run);
  if (look && look->earlier_age_ns)
    return (struct advice_growth){counted * part_of_all(view, threads), 0};
  if (slope_is_steady(&threads->site, run) && slope_is_up(&slope))
    return (struct advice_growth){slope.per_second, slope.plus_minus};
  return (struct advice_growth){0};
}

static void append_slope(struct strbuf *text, const struct advice_growth *slope) {
  if (slope->per_second == 0)
    return;
  strbuf_appendf(text, ", %.*f", slope->per_second < 10 ? 1 : 0, slope->per_second);
  if (slope->plus_minus >= 0.05)
    strbuf_appendf(text, " +- %.*f", slope->plus_minus < 10 ? 1 : 0, slope->plus_minus);
  strbuf_append(text, " more a second");
}

/* Threads that are there still, and half of the interval. */
struct count {
  double n, plus_minus;
};

/* By the histories, which may be few; or where they become more by the stacks that were counted, and the
 * threads that came since at the same pace. */
static struct count count_of(const struct rule_view *view, const struct started *threads,
                             const struct stack_look *look, double per_second) {
  const struct advise_site *site = &threads->site;
  double part = site->inuse > 0 ? error_bar(site->inuse_variance) / site->inuse : 0;
  struct count estimated = {threads->live, threads->live * part};
  if (!look || !look->earlier_age_ns || per_second <= 0)
    return estimated;
  double since = per_second * fmax(view->all->seconds - (double)look->age_ns / 1e9, 0);
  struct count counted = {part_of_all(view, threads) * (double)look->stacks + since, since};
  return counted.plus_minus < estimated.plus_minus ? counted : estimated;
}

/* The memory is that of the blocks of thread-local storage, and what was touched of the stacks where
 * somebody looked. */
static void set_saving(struct advice_item *item, const struct advise_site *site,
                       const struct stack_look *look, const struct count *count) {
  item->bytes = site->inuse;
  item->of = ADVICE_OF_INUSE;
  item->share = 1; /* it grows until no thread can be made any more */
  if (!look)
    return;
  item->bytes += count->n * (double)look->touched / (double)look->stacks;
  item->of = ADVICE_OF_RESIDENT;
  item->plus_minus = item->bytes * count->plus_minus / count->n;
}

static void append_unjoined(struct strbuf *text, const struct advice_item *item, double live,
                            const struct stack_look *look) {
  rule_append_count(text, live);
  strbuf_append(text, " threads that were started here are there still");
  append_slope(text, &item->grows);
  strbuf_append(text, ": neither joined, nor detached and ended. Each keeps its stack");
  if (look) {
    strbuf_append(text, ", ");
    append_stacks(text, look, live);
  }
  strbuf_append(text, ". Join them, or give them an end and detach them");
}

static bool unjoined(const struct rule_view *view, const struct started *threads,
                     struct advice_item *item, struct strbuf *text) {
  struct stack_look seen;
  const struct stack_look *look =
      profile_stack_look(view->all->profile, &seen) && seen.stacks ? &seen : NULL;
  item->grows = growth_of(view, threads, look);
  struct count count = count_of(view, threads, look, item->grows.per_second);
  bool left = look && has_stacks_of_ended(look);
  if (count.n < FEWEST_THREADS || threads->live < threads->site.objects / 2 ||
      (item->grows.per_second <= 0 && !left))
    return false;
  set_saving(item, &threads->site, look, &count);
  append_unjoined(text, item, count.n, look);
  return true;
}

bool rule_threads(const struct rule_view *view, struct advice_item *item, struct strbuf *text) {
  struct started threads = threads_of(view);
  bool starts = threads.site.lives.count, found = starts && unjoined(view, &threads, item, text);
  VECTOR_DEINIT(&threads.site.lives);
  return starts ? found : crossed_blocks(view, item, text);
}
