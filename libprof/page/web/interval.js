// The 95% interval of a sampled figure that is not calibrated: model/spread.c and model/gamma.c in the browser, which alone knows the
// figures of a window of time.

const TAIL = 0.025, NEAR_PART = 0.6, FAR_PART = 0.4, NO_SKEW = 1e-3, ENOUGH = 1e-10, LARGE_SHAPE = 1000, MOST_STEPS = 60;

/** @typedef {{raw: number, seen: number, variance: number, third: number, weight: number, grain: number}} Spread as struct spread has it */
/** @typedef {{low: number, high: number}} Interval */

// Lanczos' approximation of ln gamma(x), g = 7: to 1e-13 for x > 0.
const LANCZOS = [0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
                 12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7];

/**
 * @param {number} x
 * @returns {number}
 */
function logGamma(x) {
  if (x < 0.5)
    return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const t = x + 6.5, sum = LANCZOS.reduce((all, c, i) => all + (i ? c / (x - 1 + i) : c), 0);
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(sum);
}

/** By a Chebyshev fit (Numerical Recipes, 6.2), to 1.2e-7 of the value. */
function erfc(/** @type {number} */ x) {
  const t = 2 / (2 + Math.abs(x));
  const c = [-1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587, -0.82215223, 0.17087277];
  const y = t * Math.exp(-x * x + c.reduceRight((sum, each) => each + t * sum, 0));
  return x >= 0 ? y : 2 - y;
}

/** P(a, x), the regularized lower incomplete gamma function: by its power series, by Lentz's continued fraction, or nearly normal. */
export function incompleteGamma(/** @type {number} */ a, /** @type {number} */ x) {
  if (x <= 0)
    return 0;
  if (a > LARGE_SHAPE)
    return erfc(-(Math.cbrt(x / a) - 1 + 1 / (9 * a)) / Math.sqrt(2 / (9 * a))) / 2;
  const front = Math.exp(a * Math.log(x) - x - logGamma(a));
  if (x < a + 1) {
    let term = 1 / a, sum = term;
    for (let n = 1; n < LARGE_SHAPE && term > sum * ENOUGH; n++)
      sum += term *= x / (a + n);
    return sum * front;
  }
  let b = x + 1 - a, c = 1e300, d = 1 / b, product = d;
  for (let n = 1; n < LARGE_SHAPE; n++) {
    const numerator = -n * (n - a);
    b += 2;
    d = 1 / (numerator * d + b);
    c = b + numerator / c;
    product *= d * c;
    if (Math.abs(d * c - 1) < ENOUGH)
      break;
  }
  return 1 - product * front;
}

/** The distribution function of the gamma distribution with these cumulants. */
function gammaBelow(/** @type {number} */ u, /** @type {number} */ v, /** @type {number} */ third) {
  if (!(v > 0))
    return (/** @type {number} */ x) => (x >= u ? 1 : 0);
  const t = Math.max(third, NO_SKEW * v * Math.sqrt(v));
  return (/** @type {number} */ x) => incompleteGamma(v * v * v / t / t, (x - u + v * v / t) / (t / v));
}

/** Between which values the quantile lies: no wider than a thousandth of a standard deviation. */
function quantile(/** @type {(x: number) => number} */ below, /** @type {number} */ q, /** @type {number} */ scale) {
  let a = 0, b = scale;
  if (below(0) >= q)
    return { low: 0, high: 0 };
  while (below(b) < q)
    b *= 2;
  for (let i = 0; i < MOST_STEPS && b - a > scale / 1000; i++) {
    const middle = (a + b) / 2;
    if (below(middle) < q)
      a = middle;
    else
      b = middle;
  }
  return { low: a, high: b };
}

/**
 * `unseen`: the bytes that a sample of the largest rate stands for.
 * @param {Spread} spread
 * @param {number} unseen
 * @returns {Interval}
 */
export function intervalOf({ raw, seen, variance, third, weight, grain }, unseen) {
  const more = Math.max(weight, unseen), beyond = Math.max(raw - seen, 0), scale = Math.sqrt(variance + more * more);
  if (!(scale > 0))
    return { low: raw, high: raw };
  const own = gammaBelow(beyond, variance, third), upper = gammaBelow(beyond + more, variance + more * more, third + more ** 3);
  const low = quantile((x) => FAR_PART * upper(x) + NEAR_PART * own(x), TAIL, scale).low;
  const high = quantile((x) => FAR_PART * own(x) + NEAR_PART * upper(x), 1 - TAIL, scale).high;
  return { low: seen + Math.max(low - grain, 0), high: seen + high };
}

/**
 * The interval of now - base, two independent figures (MOVER: Zou and Donner, 2008).
 * @param {Interval} base
 * @param {number} before
 * @param {Interval} now
 * @param {number} after
 * @returns {Interval}
 */
export function differenceOf(base, before, now, after) {
  const delta = after - before;
  return { low: delta - Math.hypot(after - now.low, base.high - before), high: delta + Math.hypot(now.high - after, before - base.low) };
}
