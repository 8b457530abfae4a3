// What the stacks have in a window of time: bytes, and of a sampled profile how sure they are.

import { differenceOf, intervalOf } from "./interval.js";

/**
 * @typedef {import("./document.js").Time} Time
 * @typedef {import("./document.js").Columns} Columns
 * @typedef {import("./interval.js").Spread} Spread
 * @typedef {import("./interval.js").Interval} Interval
 * @typedef {import("./time_tree.js").ColumnsOf} ColumnsOf
 * @typedef {{from: number, to: number}} Window numbers of borders: 0 is the start of the run, n the moment n - 1
 * @typedef {{raw: number[], unseen: number}} Estimate by stack, before calibration; what a sample of the largest rate stands for
 * @typedef {{shown: number[], estimate?: Estimate}} Values by stack; exact ones have no estimate
 * @typedef {{live: Values, born: Values, allocated: Values, before: Values, came?: Estimate, went?: Estimate}} WindowValues
 *   `before`: live at its start; `came` and `went`: at most what came to live in it, and what went
 */

/** @type {import("./time_tree.js").Join} */
const sumOf = (a, b) => a + b;
/** @type {import("./time_tree.js").Join} */
const largestOf = (a, b) => Math.max(a, b);

/** Bytes of each stack, as they are shown. */
export function windowBytes(/** @type {Time} */ time, /** @type {Window} */ { from, to }) {
  const [live, born, allocated, before] = [0, 0, 0, 0].map(() => /** @type {number[]} */ (Array(time.trees[0].node.length).fill(0)));
  let at = 0;
  for (let moment = 0; moment < to; moment++) {
    let stack = 0;
    for (const end = at + 4 * time.changes[moment]; at < end; at += 4) {
      const came = time.stacks[at + 1], lives = came + time.stacks[at + 2];
      stack += time.stacks[at];
      live[stack] += lives;
      if (moment >= from) {
        allocated[stack] += came;
        born[stack] += lives + time.stacks[at + 3];
      } else
        before[stack] += lives;
    }
  }
  return { live, born, allocated, before };
}

/**
 * Calibration has multiplied what was allocated, and what is live before the end, by one number; what lives at the end by another.
 * @param {Time} time
 * @param {Window} window
 * @returns {WindowValues}
 */
export function windowValues(time, window) {
  const { live, born, allocated, before } = windowBytes(time, window), { sampling } = time;
  if (!sampling)
    return { live: { shown: live }, born: { shown: born }, allocated: { shown: allocated }, before: { shown: before } };
  const raw = (/** @type {number[]} */ shown, /** @type {number[]} */ scale) => shown.map((value, i) => (scale[i] ? value / scale[i] : value));
  const { alloc_scale: ofAlloc, inuse_scale: ofInuse, alloc_unseen, inuse_unseen: unseen } = sampling;
  const of = { live: raw(live, window.to === time.time.length ? ofInuse : ofAlloc), born: raw(born, ofInuse), allocated: raw(allocated, ofAlloc), before: raw(before, ofAlloc) };
  // Blocks that came and live are no more than came, and no more than live.
  const delta = of.live.map((value, i) => value - of.before[i]), came = of.live.map((value, i) => Math.max(Math.min(value, of.allocated[i]), delta[i], 0));
  return {
    live: { shown: live, estimate: { raw: of.live, unseen } }, born: { shown: born, estimate: { raw: of.born, unseen } },
    allocated: { shown: allocated, estimate: { raw: of.allocated, unseen: alloc_unseen } }, before: { shown: before },
    came: { raw: came, unseen }, went: { raw: came.map((value, i) => Math.max(value - delta[i], 0)), unseen },
  };
}

/**
 * The parts of a stack's spread, by its raw bytes: blocks of one size, each drawn with the probability p (spread_of_objects in
 * model/spread.c); and how those of several stacks become one.
 * @type {Record<keyof Spread, [(raw: number, p: number, size: number) => number, (a: number, b: number) => number]>}
 */
const PARTS = {
  raw: [(raw) => raw, sumOf],
  seen: [(raw, p) => raw * p, sumOf],
  variance: [(raw, p, size) => (raw * (1 - p) * size) / p, sumOf],
  third: [(raw, p, size) => (raw * (1 - p) * size * size) / p / p, sumOf],
  weight: [(raw, p, size) => (raw > 0 ? ((1 - p) / p) * size : 0), largestOf],
  grain: [(raw, p, size) => Math.min(size, (raw * (1 - p)) / p), largestOf],
};
const NAMES = /** @type {(keyof Spread)[]} */ (Object.keys(PARTS));

/**
 * The spread of each node or row, made when one is asked for.
 * @param {Estimate} estimate
 * @param {NonNullable<Time["sampling"]>} sampling
 * @param {ColumnsOf} columnsOf
 * @returns {(kind: "flat" | "cum", i: number) => Spread}
 */
function spreadsOf({ raw }, { p, size }, columnsOf) {
  /** @type {Record<string, {flat: number[], cum: number[]}> | null} */
  let made = null;
  const make = () => Object.fromEntries(NAMES.map((name) => [name, columnsOf(raw.map((value, stack) => PARTS[name][0](value, p[stack], size[stack])), PARTS[name][1])]));
  return (kind, i) => {
    const columns = (made ??= make());
    return /** @type {Spread} */ (Object.fromEntries(NAMES.map((name) => [name, columns[name][kind][i]])));
  };
}

/**
 * A column whose elements are worked out when they are asked for: most are never shown.
 * @param {number} n
 * @param {(i: number) => number} make
 */
function lazyColumn(n, make) {
  return new Proxy(/** @type {number[]} */ (Array(n)), { get: (made, key) => (typeof key === "string" && /^\d+$/.test(key) ? (made[Number(key)] ??= make(Number(key))) : Reflect.get(made, key)) });
}

/**
 * low and high of each figure. An interval of the raw figure holds the truth as often where it is longer, so that it has the shown one, too.
 * @param {{flat: number[], cum: number[]}} shown
 * @param {(kind: "flat" | "cum", i: number) => Interval} intervalAt
 * @returns {Partial<Columns>}
 */
function intervalColumns(shown, intervalAt) {
  const ofKind = (/** @type {"flat" | "cum"} */ kind) => {
    /** @type {Interval[]} */
    const made = [];
    const at = (/** @type {number} */ i) => (made[i] ??= intervalAt(kind, i)), values = shown[kind], n = values.length;
    return { [`${kind}_low`]: lazyColumn(n, (i) => Math.min(at(i).low, values[i])), [`${kind}_high`]: lazyColumn(n, (i) => Math.max(at(i).high, values[i])) };
  };
  return { ...ofKind("flat"), ...ofKind("cum") };
}

/**
 * The figures of all nodes or rows.
 * @param {Values} values
 * @param {Time} time
 * @param {ColumnsOf} columnsOf
 * @returns {Columns}
 */
export function figuresOf({ shown, estimate }, { sampling }, columnsOf) {
  const columns = columnsOf(shown, sumOf);
  if (!estimate || !sampling)
    return columns;
  const spreadAt = spreadsOf(estimate, sampling, columnsOf);
  return { ...columns, ...intervalColumns(columns, (kind, i) => intervalOf(spreadAt(kind, i), estimate.unseen)) };
}

/**
 * Live bytes at the start and at the end of the window; the intervals are those of the change, which is what came less what went.
 * @param {WindowValues} values
 * @param {Time} time
 * @param {ColumnsOf} columnsOf
 * @returns {Columns}
 */
export function changesOf({ live, before, came, went }, { sampling }, columnsOf) {
  const now = columnsOf(live.shown, sumOf), base = columnsOf(before.shown, sumOf), both = { ...now, base_flat: base.flat, base_cum: base.cum };
  if (!came || !went || !sampling)
    return both;
  const cameAt = spreadsOf(came, sampling, columnsOf), wentAt = spreadsOf(went, sampling, columnsOf);
  const delta = { flat: now.flat.map((value, i) => value - base.flat[i]), cum: now.cum.map((value, i) => value - base.cum[i]) };
  return { ...both, ...intervalColumns(delta, (kind, i) => {
    const more = cameAt(kind, i), less = wentAt(kind, i);
    return differenceOf(intervalOf(less, went.unseen), less.raw, intervalOf(more, came.unseen), more.raw);
  }) };
}
