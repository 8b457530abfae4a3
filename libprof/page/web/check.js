// The verdicts of memprof check: the rows of its table, and the stacks of what is over.

import { element, escaped, visible } from "./dom.js";
import { fixed, figureText } from "./format.js";
import { pathOf, stackList } from "./stack.js";

/**
 * @typedef {import("./document.js").Check} Check
 * @typedef {import("./document.js").Verdict} Verdict
 * @typedef {import("./document.js").Limit} Limit
 */

const TITLES = ["base", "new", "change", "allowed", "verdict", "limit"];
/** @type {Record<string, string>} */
const WORDS = { over: "OVER", ok: "ok", "insufficient data": "unsure" };

/** As memprof check prints it: figures by operation have fractions. */
function valueText(/** @type {number} */ value, /** @type {string} */ unit, isSigned = false) {
  const text = unit === "count" && !Number.isInteger(value) ? fixed(value, 2) : figureText(value, unit);
  return `${isSigned && value > 0 ? "+" : ""}${text}`;
}

function limitText(/** @type {Limit} */ limit) {
  const count = limit.n_sites ? ` (${limit.n_sites})` : "";
  return `${limit.metric}${limit.per_operation ? " an operation" : ""}, ${limit.site ? visible(limit.site) : escaped(limit.limit)}${count}`;
}

/**
 * The cells of a row, by TITLES.
 * @param {Limit} limit
 * @returns {string[]}
 */
export function limitCells(limit) {
  const { value = 0, base = 0, delta = 0, allowed = 0, plus_minus: bar = 0, relative, unit, n_sites: sites } = limit;
  if (sites)
    return ["", "", "", "", "ok", limitText(limit)];
  const change = `${relative ? valueText(delta, unit, true) : ""}${bar > 0 ? ` ± ${valueText(bar, unit)}` : ""}`;
  return [relative ? valueText(base, unit) : "", valueText(value, unit), change, valueText(allowed, unit, relative), WORDS[limit.verdict] ?? escaped(limit.verdict), limitText(limit)];
}

/**
 * "failed", "passed" or "could not check", and the reason.
 * @param {Check} check
 * @returns {[string, string]}
 */
export function checkVerdict({ unchecked, verdicts }) {
  const sum = (/** @type {"n_over" | "n_ok" | "n_insufficient"} */ key) => verdicts.reduce((all, verdict) => all + verdict[key], 0);
  const over = sum("n_over"), incomplete = verdicts.find((verdict) => verdict.incomplete)?.incomplete, unsure = sum("n_insufficient");
  if (over)
    return ["failed", `${over} of ${over + sum("n_ok") + unsure} comparisons are over their limit`];
  if (unchecked || incomplete)
    return ["could not check", escaped(unchecked ? `leaks: ${unchecked}` : incomplete ?? "")];
  return ["passed", `${sum("n_ok")} comparisons${unsure ? `, ${unsure} with too little data` : ""}`];
}

/** How sure: "exact figures", or by how much not. */
export function sureText(/** @type {Verdict} */ { exact, confidence, incomplete }) {
  if (incomplete)
    return `incomplete: ${escaped(incomplete)}; what is not over its limit here may be`;
  return exact ? "exact figures" : `sampled figures; ${confidence}% sure that nothing here is over by chance`;
}

function stacksRow(/** @type {Limit} */ limit) {
  const parts = limit.stacks.map((each) => element("details", { class: "record" },
    element("summary", {}, `${valueText(each.delta, limit.unit, limit.relative)}${limit.relative ? ` ${each.state}` : ""}${each.moved ? ", moved" : ""} ${visible(each.function ?? "")}`), stackList(each.stack)));
  return parts.length ? [element("tr", {}, element("td", { colspan: String(TITLES.length) }, ...parts))] : [];
}

function row(/** @type {Limit} */ limit) {
  const cells = limitCells(limit).map((text, i) => element("td", { class: i < 4 ? "number" : "text" }, text));
  const where = limit.budget ? `${pathOf(limit.budget)}:${limit.line ?? 0}` : "";
  if (where)
    cells[5].append(" ", element("span", { class: "place" }, where));
  return [element("tr", { class: `limit limit-${limit.verdict === "over" ? "over" : "kept"}` }, ...cells), ...stacksRow(limit)];
}

function verdictPart(/** @type {Verdict} */ verdict) {
  const bases = verdict.base === null ? "" : ` against ${escaped(verdict.base)}${verdict.n_bases > 1 ? ` and ${verdict.n_bases - 1} more` : ""}`;
  const { sites } = verdict;
  const counts = verdict.base === null ? "" : `; sites: ${sites.new} new, ${sites.gone} gone, ${sites.grown} grown, ${sites.shrunk} shrunk, ${sites.same} unchanged; ${sites.moved} in moved or renamed code`;
  return [element("h3", {}, `${escaped(verdict.profile)}${bases}`), element("p", {}, sureText(verdict) + counts),
    element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Limits" }, element("table", { class: "limits" },
      element("thead", {}, element("tr", {}, ...TITLES.map((title, i) => element("th", { scope: "col", class: i < 4 ? "number" : "text" }, title)))),
      element("tbody", {}, ...verdict.checks.flatMap(row))))];
}

export function checkSection(/** @type {Check} */ check) {
  return element("section", { id: "check", tabindex: "-1" }, element("h2", {}, "Limits"),
    ...(check.unchecked ? [element("p", { class: "doubt" }, `The program could not be checked for leaks: ${escaped(check.unchecked)}`)] : []), ...check.verdicts.flatMap(verdictPart));
}
