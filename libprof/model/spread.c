#include "model/spread.h"

#include "model/gamma.h"

#include <math.h>
#include <string.h>

#define TAIL 0.025 /* on each side */
/* The parts of the curves with one more sample, at the end where they are and at the other. */
#define NEAR 0.6
#define FAR 0.4
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

/* A sample by its estimates: how many objects of which size, picked with which probability. */
struct estimate {
  double objects, size, p;
};

static struct estimate estimate_of(const struct error_bars *bars,
                                   const struct profile_sample *sample) {
  double size = fmax(error_bars_size(bars, sample), 0), p = error_bars_probability(bars, sample);
  double objects = fabs((double)sample->values[bars->objects]);
  /* The number of objects is a whole one in the profile, and bytes are more of them. */
  if (bars->type == bars->space && size > 0)
    objects = fabs((double)sample->values[bars->space]) / size;
  return (struct estimate){objects, size, p};
}

/* The sampled allocations of a calibrated sample that its figure is about, by the sample's figures
 * before calibration. */
static struct calibration_item item_of(const struct error_bars *bars,
                                       const struct profile_sample *sample) {
  const struct recorded_types *types = &bars->profile->calibration->types;
  struct calibration_item item = calibration_item_of(bars, types, sample);
  if (bars->type == types->index[SAMPLE_ALLOC_OBJECTS] ||
      bars->type == types->index[SAMPLE_ALLOC_SPACE])
    return item;
  if (bars->type == types->index[SAMPLE_INUSE_OBJECTS] ||
      bars->type == types->index[SAMPLE_INUSE_SPACE])
    item.drawn = item.live;
  else
    item.drawn = item.peak;
  item.live = fmin(item.live, item.drawn);
  item.peak = fmin(item.peak, item.drawn);
  return item;
}

static bool is_of_peak(const struct error_bars *bars) {
  const struct recorded_types *types = &bars->profile->calibration->types;
  return bars->type == types->index[SAMPLE_PEAK_OBJECTS] ||
         bars->type == types->index[SAMPLE_PEAK_SPACE];
}

static const struct calibration *calibration_of(const struct error_bars *bars) {
  const struct calibrations *c = &bars->profile->calibration->weights;
  return is_of_peak(bars) ? &c->at_peak : &c->now;
}

/* Calls and bytes are known except those of sizes without a margin, and live blocks if they have a
 * margin. The peak is looked for at samples: it may have come between two of them. */
static double beside_of(const struct error_bars *bars) {
  const struct profile_calibration *c = bars->profile->calibration;
  bool is_alloc = bars->type == c->types.index[SAMPLE_ALLOC_OBJECTS] ||
                  bars->type == c->types.index[SAMPLE_ALLOC_SPACE],
       is_live = bars->type == c->types.index[SAMPLE_INUSE_OBJECTS] ||
                 bars->type == c->types.index[SAMPLE_INUSE_SPACE];
  if (is_alloc || (is_live && c->weights.now.of_live != CALIBRATION_MARGINS))
    return bars->type == bars->space ? c->weights.now.rest_bytes : c->weights.now.rest_calls;
  return INFINITY;
}

static struct spread spread_of_calibrated(const struct error_bars *bars,
                                          const struct profile_sample *sample) {
  struct calibration_item item = item_of(bars, sample);
  double p = sampling_probability(item.rate, item.size);
  double each = bars->type == bars->space ? item.size : 1;
  struct spread spread = spread_of_objects(item.drawn / p, item.size, p, each);
  spread.calibration = calibration_of(bars);
  spread.raw = item.drawn / p * each;
  spread.beside = beside_of(bars);
  calibration_covary(spread.calibration, &item, each, spread.margins);
  return spread;
}

/* A change is what came less what went, where the sample says how many came or more went than came.
 */
static bool is_change(const struct error_bars *bars, const struct profile_sample *sample,
                      int64_t *came) {
  const struct profile *profile = bars->profile;
  if (bars->type != sample_type_index(profile, SAMPLE_INUSE_OBJECTS) &&
      bars->type != sample_type_index(profile, SAMPLE_INUSE_SPACE))
    return false;
  if (profile_sample_number(sample, PROFILE_LABEL_CAME, came))
    return true;
  *came = 0;
  return sample->values[bars->type] < 0;
}

static struct spread spread_of_change(const struct error_bars *bars,
                                      const struct profile_sample *sample, int64_t came) {
  struct estimate e = estimate_of(bars, sample);
  double each = bars->type == bars->space ? e.size : 1;
  double more = sample->values[bars->type] < 0 ? -e.objects : e.objects;
  struct spread spread = spread_of_objects(fmax((double)came, more), e.size, e.p, each);
  double gone = fmax((double)came - more, 0);
  struct spread went = spread_of_objects(gone, e.size, e.p, each);
  spread.is_change = true;
  spread.went = (struct spread_went){gone * each, went.seen,   went.variance,
                                     went.third,  went.weight, went.grain};
  return spread;
}

struct spread spread_of_sample(const struct error_bars *bars, const struct profile_sample *sample) {
  int64_t came;
  if (bars->objects < 0 || !bars->unseen)
    return (struct spread){0};
  struct spread spread;
  if (bars->profile->calibration && sample->raw)
    spread = spread_of_calibrated(bars, sample);
  else if (is_change(bars, sample, &came))
    spread = spread_of_change(bars, sample, came);
  else {
    struct estimate e = estimate_of(bars, sample);
    spread = spread_of_objects(e.objects, e.size, e.p, bars->type == bars->space ? e.size : 1);
    spread.raw = (double)sample->values[bars->type];
  }
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
  spread->raw += other->raw;
  spread->is_change |= other->is_change;
  spread->went.value += other->went.value;
  spread->went.seen += other->went.seen;
  spread->went.variance += other->went.variance;
  spread->went.third += other->went.third;
  spread->went.weight = fmax(spread->went.weight, other->went.weight);
  spread->went.grain = fmax(spread->went.grain, other->went.grain);
  if (!other->calibration)
    return;
  spread->calibration = other->calibration;
  spread->beside = fmax(spread->beside, other->beside);
  for (int i = 0; i < CALIBRATION_MARGINS; i++)
    spread->margins[i] += other->margins[i];
}

/* The most that one more sample would stand for. */
static double weight_unseen(const struct spread *spread) {
  double size = spread->objects > 0 ? spread->bytes / spread->objects : 0;
  return fmax(spread->weight, spread->counts ? spread->unseen / (size + 1) : spread->unseen);
}

/* The most skewness below zero that a calibrated figure is given: see third_left. */
#define SKEW_BELOW 0.5
/* Less skew than this makes no difference. */
#define NO_SKEW 1e-3

/* The gamma distribution of these cumulants; of one with a negative third, the mirror image. */
static struct gamma gamma_of(double u, double v, double t) {
  if (!(v > 0))
    return (struct gamma){.start = u};
  double least = NO_SKEW * v * sqrt(v);
  t = fabs(t) < least ? copysign(least, t) : t;
  return (struct gamma){v * v * v / t / t, t / v, u - v * v / t};
}

/* A mixture of three distributions. */
struct mixture {
  struct gamma curve[3];
  double part[3];
};

static double mixture_below(const struct mixture *mixture, double x) {
  double sum = 0;
  for (int i = 0; i < 3; i++)
    if (mixture->part[i] > 0)
      sum += mixture->part[i] * gamma_below(&mixture->curve[i], x);
  return sum;
}

/* Between which values the quantile lies, by bisection: no wider than a thousandth of `scale`, a
 * standard deviation. 0 is the least value. */
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

/* The third cumulant that is left. Below zero it is that of the other parts of the total; what is
 * left may come from elsewhere, too, so it has little skew to that side. */
static double third_left(const struct spread *spread, double left, double variance) {
  return fmax(left * (2 * left - 1) * spread->third, -SKEW_BELOW * variance * sqrt(variance));
}

/* The figure's own distribution, with one more sample, and with one more sample elsewhere. */
static void set_curves(struct gamma *curves, double u, double v, double t, double more,
                       double less) {
  curves[0] = gamma_of(u, v, t);
  curves[1] = gamma_of(u + more, v + more * more, t + more * more * more);
  curves[2] = gamma_of(u - less, v + less * less, t - less * less * less);
}

/* How much is known: the part of the variance that is left, and by how much one more sample would
 * move the figure, up or down. */
struct knowledge {
  double left, more, less;
};

static struct knowledge knowledge_of(const struct spread *spread) {
  double weight = weight_unseen(spread);
  double left = calibration_leaves(spread->calibration, spread->margins, spread->variance);
  struct calibration_shift shift = calibration_shift(spread->calibration, spread->margins);
  double more = fmax(fmax(left * weight, shift.up), fmin(spread->beside, weight));
  return (struct knowledge){left, more, shift.down};
}

struct spread_left spread_left(const struct spread *spread) {
  double weight = weight_unseen(spread);
  if (!spread->calibration)
    return (struct spread_left){1, 1, 0};
  struct knowledge known = knowledge_of(spread);
  struct calibration_shift shift = calibration_shift(spread->calibration, spread->margins);
  return (struct spread_left){known.left, weight > 0 ? fmin(known.more / weight, 1) : 1,
                              fmin(fmax(shift.up, shift.down), weight)};
}

/* The tail of the lower end of a figure that is the largest of `looks` independent ones and of all
 * between them (Pickands 1969: the maximum of a process that forgets exponentially passes u, per
 * time of memory, u^2 times as often as one value does). u^2 is at most 2 ln(1 / tail). */
static double lower_tail(double looks) {
  double k = fmax(looks, 1);
  return TAIL / (1 + (k - 1) * 2 * log(k / TAIL));
}

static struct interval interval_of(const struct spread *spread, double value,
                                   struct knowledge known) {
  double beyond = value - spread->seen, left = known.left, more = known.more, less = known.less;
  double variance = left * spread->variance, third = third_left(spread, left, variance);
  if (!isfinite(variance) || !isfinite(fabs(third) + more * more * more))
    return (struct interval){fmin(value, 0), fmax(value, INFINITY)};
  if (beyond < -0.01 * spread->seen - 1) {
    double bar = error_bar(variance);
    return (struct interval){value - bar, value + bar};
  }
  /* Without a curve for less, its place is the figure's own curve's. */
  double own = less > 0 ? FAR * left : FAR;
  struct mixture low = {.part = {FAR * (1 - left), FAR * left, NEAR}},
                 high = {.part = {own, NEAR, FAR - own}};
  set_curves(low.curve, fmax(beyond, 0), variance, third, more, less);
  memcpy(high.curve, low.curve, sizeof(high.curve));
  double scale = sqrt(variance + more * more + less * less);
  if (!(scale > 0))
    return (struct interval){value, value};
  double least = mixture_quantile(&low, lower_tail(spread->looks), scale).low;
  double most = mixture_quantile(&high, 1 - TAIL, scale).high;
  return (struct interval){spread->seen + fmax(least - left * spread->grain, 0),
                           spread->seen + most};
}

static struct interval interval_of_change(const struct spread *spread, double value) {
  struct knowledge nothing = {1, weight_unseen(spread), 0};
  const struct spread_went *went = &spread->went;
  struct spread gone = *spread;
  gone.seen = went->seen;
  gone.variance = went->variance;
  gone.third = went->third;
  gone.weight = went->weight;
  gone.grain = went->grain;
  double came = value + went->value;
  return interval_difference(interval_of(&gone, went->value, nothing), went->value,
                             interval_of(spread, came, nothing), came);
}

struct interval spread_interval(const struct spread *spread, double value) {
  if (spread->is_change && spread->unseen)
    return interval_of_change(spread, value);
  if (!spread->unseen && spread->variance == 0)
    return (struct interval){value, value};
  struct interval plain = interval_of(spread, spread->calibration ? spread->raw : value,
                                      (struct knowledge){1, weight_unseen(spread), 0});
  if (!spread->calibration)
    return plain;
  struct interval calibrated = interval_of(spread, value, knowledge_of(spread));
  /* Where the raw interval does not hold the calibrated figure, it is one of the few that miss. */
  double low = plain.low <= value ? fmax(calibrated.low, plain.low) : calibrated.low;
  double high = plain.high >= value ? fmin(calibrated.high, plain.high) : calibrated.high;
  return (struct interval){fmin(low, value), fmax(high, value)};
}

struct interval interval_difference(struct interval base, double base_value, struct interval now,
                                    double now_value) {
  double delta = now_value - base_value;
  return (struct interval){
      delta - hypot(now_value - now.low, base.high - base_value),
      delta + hypot(now.high - now_value, base_value - base.low),
  };
}
