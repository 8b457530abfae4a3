// Figures as text, digit for digit as memprof's reports print them (libprof/model/unit.c, libprof/report/figure.c).

const STEPS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
const TIMES = [["ns", 1], ["us", 1e3], ["ms", 1e6], ["s", 1e9], ["hrs", 3600e9]];

/**
 * As C's "%.*f": a tie goes to the even digit. Only odd multiples of 1 / 2^(digits + 1) are ties.
 * @param {number} x
 * @param {number} digits
 * @returns {string}
 */
export function fixed(x, digits) {
  const halves = x * 2 ** (digits + 1);
  if (Number.isInteger(halves) && halves % 2 !== 0) {
    const below = Math.floor(x * 10 ** digits);
    return ((below % 2 === 0 ? below : below + 1) / 10 ** digits).toFixed(digits);
  }
  return x.toFixed(digits);
}

/** @typedef {{name: string, divisor: number, decimals: number}} Unit */

/**
 * The largest unit of which the value is at least one once it is rounded.
 * @param {[string, number][]} steps ascending
 * @param {number} value
 * @returns {Unit}
 */
function pick(steps, value) {
  let best = steps[0];
  for (const step of steps.slice(1))
    if (value >= step[1] - 0.05 * best[1])
      best = step;
  return { name: best[0], divisor: best[1], decimals: best[1] === 1 ? 0 : 1 };
}

/**
 * @param {number} largest
 * @param {string} from the sample type's unit
 * @returns {Unit}
 */
export function unitFor(largest, from) {
  const value = Math.abs(largest);
  if (from === "bytes")
    return pick(STEPS.map((name, i) => [name, 1024 ** i]), value);
  if (from === "nanoseconds")
    return pick(/** @type {[string, number][]} */ (TIMES), value);
  const plain = ["", "count", "sample", "samples", "unit", "units"].includes(from);
  return { name: plain ? "" : from, divisor: 1, decimals: 0 };
}

/**
 * @param {number} value
 * @param {Unit} unit
 * @returns {string}
 */
function inUnit(value, unit) {
  let scaled = value / unit.divisor;
  if (Math.abs(scaled) < 0.5 * 10 ** -unit.decimals)
    scaled = 0;
  return fixed(scaled, value === 0 ? 0 : unit.decimals) + (unit.name ? ` ${unit.name}` : "");
}

/** "12.3 MiB", "17": a figure of a sample type with this unit. */
export function figureText(/** @type {number} */ value, /** @type {string} */ from) {
  return inUnit(value, unitFor(value, from));
}

/** The same with a sign, for differences. */
export function deltaText(/** @type {number} */ value, /** @type {string} */ from) {
  return (value > 0 ? "+" : "") + figureText(value, from);
}

function endsText(/** @type {number} */ low, /** @type {number} */ high, /** @type {string} */ from) {
  const a = unitFor(low, from), b = unitFor(high, from);
  const first = low === 0 ? "0" : a.name === b.name ? fixed(low / a.divisor, a.decimals) : inUnit(low, a);
  return `${first} to ${inUnit(high, b)}`;
}

/**
 * "± 0.8" where both sides are about as long, else "0 to 3.1 MiB"; "" where nothing of it would be seen.
 * @param {number} value
 * @param {number} low
 * @param {number} high
 * @param {string} from
 */
export function intervalText(value, low, high, from) {
  const unit = unitFor(value, from), below = value - low, above = high - value;
  const most = Math.max(below, above);
  if (most < 0.5 * 10 ** -unit.decimals * unit.divisor)
    return "";
  return most <= 1.25 * Math.min(below, above) ? `± ${fixed(most / unit.divisor, unit.decimals)}` : endsText(low, high, from);
}

/** "12.34%" of the total. */
export function percentText(/** @type {number} */ value, /** @type {number} */ total) {
  return !value || !total ? "0%" : `${fixed((100 * value) / Math.abs(total), 2)}%`;
}

/** @type {Record<string, string>} */
const TYPE_WORDS = {
  alloc_space: "Allocated bytes", alloc_objects: "Allocations", inuse_space: "Live bytes", inuse_objects: "Live blocks",
  peak_space: "Bytes at the peak", peak_objects: "Blocks at the peak", space: "Live bytes", objects: "Live blocks",
  definite_space: "Definitely lost bytes", definite_objects: "Definitely lost blocks", indirect_space: "Indirectly lost bytes",
  indirect_objects: "Indirectly lost blocks", possible_space: "Possibly lost bytes", possible_objects: "Possibly lost blocks",
  reachable_space: "Still reachable bytes", reachable_objects: "Still reachable blocks", suppressed_space: "Suppressed bytes", suppressed_objects: "Suppressed blocks",
  window_live: "Live at its end", window_born: "Born in it, live at the end of the run", window_alloc: "Allocated in it",
  window_change: "Change of live bytes in it",
};

/** A sample type in words. */
export function typeText(/** @type {string} */ type) {
  return TYPE_WORDS[type] ?? type.replaceAll("_", " ");
}

/** "64 B to 127 B" for the row "64" of the table of sizes. */
export function sizeClassText(/** @type {string} */ name) {
  const least = Number(name);
  if (name === "?")
    return "size not known";
  return least === 0 ? "0 and 1 B" : `${figureText(least, "bytes")} ${least < 1024 ? "" : "up "}to ${least < 1024 ? `${2 * least - 1} B` : figureText(2 * least, "bytes")}`;
}
