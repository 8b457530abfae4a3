#include "model/spread.h"

#include "model/gamma.h"

#include <math.h>

#define TAIL 0.025 /* on each side */
#define NEAR 0.6   /* the part of an end's own curve in its mixture */
enum { MOST_STEPS = 60 };

struct spread spread_of_objects(double objects, double size, double p, double each) {
  double beyond = (1 - p) / p * each;
  return (struct spread){
      .seen = objects * p * each,
      .variance = objects * beyond * each,
      .third = objects * beyond / p * each * each,
      .weight = objects > 0 ? beyond : 0,
      .grain = fmin(each, objects * beyond),
      /* A sample without any live object still says how large its objects are. */
      .objects = objects + 1,
      .bytes = (objects + 1) * size,
  };
}

struct spread spread_of_sample(const struct error_bars *bars, const struct profile_sample *sample) {
  if (bars->objects < 0 || !bars->unseen)
    return (struct spread){0};
  double size = fmax(error_bars_size(bars, sample), 0), p = error_bars_probability(bars, sample);
  double objects = fabs((double)sample->values[bars->objects]);
  /* The number of objects is a whole one in the profile, and bytes are more of them. */
  if (bars->type == bars->space && size > 0)
    objects = fabs((double)sample->values[bars->space]) / size;
  struct spread spread = spread_of_objects(objects, size, p, bars->type == bars->space ? size : 1);
  if (bars->type == bars->objects)
    spread.seen = round(spread.seen);
  spread.unseen = bars->unseen;
  spread.counts = bars->type == bars->objects;
  spread.looks = bars->looks;
  return spread;
}

void spread_add(struct spread *spread, const struct spread *other) {
  spread->unseen = fmax(spread->unseen, other->unseen);
  spread->counts |= other->counts;
  spread->looks = fmax(spread->looks, other->looks);
  spread->seen += other->seen;
  spread->variance += other->variance;
  spread->third += other->third;
  spread->weight = fmax(spread->weight, other->weight);
  spread->grain = fmax(spread->grain, other->grain);
  spread->objects += other->objects;
  spread->bytes += other->bytes;
}

/* The most that one more sample would stand for. */
static double weight_unseen(const struct spread *spread) {
  double size = spread->objects > 0 ? spread->bytes / spread->objects : 0;
  return fmax(spread->weight, spread->counts ? spread->unseen / (size + 1) : spread->unseen);
}

/* The gamma distribution of these cumulants. V^2 <= U T (Cauchy and Schwarz), so it starts at 0 or
 * later. */
static struct gamma gamma_of(double u, double v, double t) {
  if (!(v > 0 && t > 0))
    return (struct gamma){.start = u};
  return (struct gamma){v * v * v / t / t, t / v, fmax(u - v * v / t, 0)};
}

struct mixture {
  struct gamma low, high;
  double part; /* of `low` */
};

static double mixture_below(const struct mixture *mixture, double x) {
  return mixture->part * gamma_below(&mixture->low, x) +
         (1 - mixture->part) * gamma_below(&mixture->high, x);
}

/* Between which values the quantile lies, by bisection: no wider than a thousandth of `scale`, a
 * standard deviation. */
static struct interval mixture_quantile(const struct mixture *mixture, double q, double scale) {
  double a = 0, b = scale;
  if (mixture_below(mixture, 0) >= q)
    return (struct interval){0, 0};
  while (mixture_below(mixture, b) < q)
    b *= 2;
  for (int i = 0; i < MOST_STEPS && b - a > scale / 1000; i++) {
    double middle = (a + b) / 2;
    *(mixture_below(mixture, middle) < q ? &a : &b) = middle;
  }
  return (struct interval){a, b};
}

struct interval spread_interval(const struct spread *spread, double value) {
  double beyond = value - spread->seen, variance = spread->variance;
  double weight = weight_unseen(spread);
  if (!spread->unseen && variance == 0)
    return (struct interval){value, value};
  if (!isfinite(variance) || !isfinite(spread->third + weight * weight * weight))
    return (struct interval){fmin(value, 0), fmax(value, INFINITY)};
  if (beyond < -0.01 * spread->seen - 1) {
    double bar = error_bar(variance);
    return (struct interval){value - bar, value + bar};
  }
  beyond = fmax(beyond, 0);
  double more = weight * weight;
  struct gamma low = gamma_of(beyond, variance, spread->third),
               high = gamma_of(beyond + weight, variance + more, spread->third + weight * more);
  double scale = sqrt(variance + more);
  if (!(scale > 0))
    return (struct interval){value, value};
  double tail = TAIL / fmax(spread->looks, 1);
  double least = mixture_quantile(&(struct mixture){low, high, NEAR}, tail, scale).low;
  double most = mixture_quantile(&(struct mixture){low, high, 1 - NEAR}, 1 - TAIL, scale).high;
  return (struct interval){spread->seen + fmax(least - spread->grain, 0), spread->seen + most};
}

struct interval interval_difference(struct interval base, double base_value, struct interval now,
                                    double now_value) {
  double delta = now_value - base_value;
  return (struct interval){
      delta - hypot(now_value - now.low, base.high - base_value),
      delta + hypot(now.high - now_value, base_value - base.low),
  };
}
