// Lifetimes as log histograms: the documents of memprof lifetimes, as tables.

import { NO_TEXT } from "./document.js";
import { element, visible } from "./dom.js";
import { figureText, percentText } from "./format.js";

/**
 * @typedef {import("./document.js").Table} Table
 * @typedef {import("./document.js").Lives} Lives
 * @typedef {import("./table.js").Column} Column
 */

/** What the tables are called in the state, by the clock. */
const TABLE_OF_CLOCK = /** @type {Record<string, string>} */ ({ nanoseconds: "lifetime", calls: "lifecalls" });

/** The clock of lives in time ticks every 4 ms: the powers of two below are one class. */
const TICK = 22;

/** The class of a bar: 0 is below 1, or below a tick; others are a power of two each. */
function classOf(/** @type {string} */ clock, /** @type {number} */ from) {
  return from ? Math.max(Math.log2(from) + 1 - (clock === "nanoseconds" ? TICK : 0), 0) : 0;
}

/** "8.4 ms to 16.8 ms", "4 to 7 allocations" */
export function lifeClassText(/** @type {string} */ clock, /** @type {number} */ at) {
  const from = at ? 2 ** (at - 1) : 0;
  if (clock === "nanoseconds")
    return `${at ? `${figureText(from * 2 ** TICK, clock)} to ` : "up to "}${figureText(Math.max(2 * from, 1) * 2 ** TICK, clock)}`;
  return from < 2 ? `${from} ${from === 1 ? "allocation" : "allocations"}` : `${from} to ${2 * from - 1} allocations`;
}

/**
 * Tables of functions; names that the document's texts lack are added to these.
 * @param {Lives[]} lifetimes
 * @param {(name: string) => number} numberOf
 * @param {number} n_types
 * @returns {Table[]}
 */
export function lifetimeTables(lifetimes, numberOf, n_types) {
  return lifetimes.map(({ by, functions }) => {
    const name = functions.map((each) => numberOf(each.name)), none = name.map(() => NO_TEXT), objects = functions.map((each) => each.objects);
    return { by: TABLE_OF_CLOCK[by] ?? by, n_rows: name.length, name, file: none, line: name.map(() => 0), via: none, lives: { by, functions },
             figures: Array(n_types).fill({ flat: objects, cum: objects }) };
  });
}

/** The objects of each class, from the first to the last class that any function has. */
export function lifeBars(/** @type {Lives} */ { by, functions }) {
  const classes = functions.flatMap(({ histogram }) => histogram.map(({ from }) => classOf(by, from))), first = Math.min(...classes, 64), last = Math.max(...classes, -1);
  return { first, bars: functions.map(({ histogram }) => {
    const bars = /** @type {number[]} */ (Array(Math.max(last - first + 1, 0)).fill(0));
    for (const { from, objects } of histogram)
      bars[classOf(by, from) - first] += objects;
    return bars;
  }) };
}

/** The class that half of those that ended were in or below. */
function medianClass(/** @type {number[]} */ bars) {
  const half = bars.reduce((sum, each) => sum + each, 0) / 2;
  let sum = 0;
  return half ? bars.findIndex((each) => (sum += each) >= half) : -1;
}

/** @returns {Column[]} */
export function lifeColumns(/** @type {Lives} */ lives) {
  const { by, functions } = lives, { first, bars } = lifeBars(lives), medians = bars.map(medianClass);
  const text = (/** @type {number} */ row) => bars[row].flatMap((n, i) => (n ? [`${lifeClassText(by, first + i)}: ${n}`] : [])).join("; ");
  return [
    { title: "objects", key: "flat", isText: false, value: (row) => functions[row].objects, text: (row) => String(functions[row].objects) },
    { title: "live", key: "live", isText: false, value: (row) => functions[row].live, text: (row) => percentText(functions[row].live, functions[row].objects) },
    { title: "median life", key: "median", isText: true, value: (row) => medians[row], text: (row) => (medians[row] < 0 ? "" : lifeClassText(by, first + medians[row])) },
    { title: "lives", key: "lives", isText: true, value: text, text, bars: (row) => bars[row] },
  ];
}

/** The histogram of one function, a line a class. */
export function lifeList(/** @type {Lives} */ lives, /** @type {number} */ row) {
  const { by, functions } = lives, { first, bars } = lifeBars(lives), { objects, live, unknown } = functions[row];
  /** @type {[string, number][]} */
  const lines = [...bars[row].map((n, i) => /** @type {[string, number]} */ ([lifeClassText(by, first + i), n])), ["lives on", live], ["not known", unknown]];
  const most = Math.max(...lines.map(([, n]) => n), 1);
  return element("table", { class: "lives" }, element("tbody", {}, ...lines.filter(([, n], i) => n || i < bars[row].length).map(([words, n]) => {
    const bar = element("span", { class: "cell-bar", "aria-hidden": "true" });
    bar.style.width = `${(100 * n) / most}%`;
    return element("tr", {}, element("th", { scope: "row", class: "text" }, words), element("td", { class: "number" }, String(n)),
      element("td", { class: "number" }, percentText(n, objects)), element("td", { class: "bar-cell" }, bar));
  })));
}

/** The bars of a cell: each as high as its part of the row's largest. */
export function lifeCell(/** @type {number[]} */ bars, /** @type {string} */ text) {
  const most = Math.max(...bars, 1), cell = element("span", { class: "bars", role: "img", "aria-label": text || "none has ended", title: text });
  for (const n of bars) {
    const bar = element("span", {});
    bar.style.height = `${(100 * n) / most}%`;
    cell.append(bar);
  }
  return cell;
}
