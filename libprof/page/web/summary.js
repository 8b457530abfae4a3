// The summary: what ran, how sure the figures are, where resident memory was, and what to look at first.

import { checkSection, checkVerdict } from "./check.js";
import { element, byId, fill, escaped, visible } from "./dom.js";
import { figureText, intervalText, percentText, typeText, deltaText } from "./format.js";
import { tableOf, isDifference } from "./document.js";
import { leaksSection, leaksVerdict } from "./leaks.js";

/** @typedef {import("./document.js").Document} Document */

const RESIDENT = [
  ["live", "live blocks of malloc"], ["rounding", "rounding of blocks by the allocator"], ["held", "free, but held by the allocator"],
  ["allocator", "rounding, and free but held by the allocator"], ["anonymous", "mappings without a file"], ["files", "mappings of files"],
  ["shared", "mappings of shared memory"], ["stacks", "stacks"], ["modules", "programs and libraries"], ["recording", "memprof's own recording"],
];

/** "sampled every 8 B to 256.0 KiB on average; ..." */
export function certaintyText(/** @type {import("./document.js").Sampling} */ sampling) {
  if (sampling.least_rate === undefined || sampling.most_rate === undefined)
    return sampling.exact ? "exact" : "not sampled";
  const least = figureText(sampling.least_rate, "bytes"), most = figureText(sampling.most_rate, "bytes");
  const unseen = sampling.unseen ? `; sites of up to ${figureText(sampling.unseen, "bytes")} may have no sample, and be missing here` : "";
  return `sampled every ${least}${least === most ? "" : ` to ${most}`} on average; intervals hold the truth in 95 of 100 cases${unseen}`;
}

/** What is missing: all figures are then too low. */
export function droppedText(/** @type {import("./document.js").Side["dropped"]} */ dropped) {
  if (!dropped)
    return "";
  const what = dropped.allocs !== null && dropped.bytes !== null ? `${dropped.allocs} allocations of ${figureText(dropped.bytes, "bytes")}` : "some allocations";
  return `${what} were not recorded; the figures are too low`;
}

/** How sure a total is: nothing is called exact that is only sampled finely. */
function totalNote(/** @type {import("./document.js").Side} */ side, /** @type {import("./document.js").Figure} */ { value, low, high }, /** @type {string} */ unit) {
  if (low === high)
    return side.sampling.exact ? "exact" : "";
  return intervalText(value, low, high, unit) || "error bar too small to be seen";
}

/** The command line, from the profile's comments. */
export function commandOf(/** @type {string[]} */ comments) {
  return comments.find((comment) => comment.startsWith("command: "))?.slice("command: ".length) ?? "";
}

function timeText(/** @type {import("./document.js").Side} */ side) {
  if (!side.time_nanos)
    return "";
  const duration = side.duration_nanos > 0 ? `, after ${Number((side.duration_nanos / 1e9).toPrecision(3))} s` : "";
  return new Date(side.time_nanos / 1e6).toLocaleString() + duration;
}

function fact(/** @type {string} */ term, /** @type {string} */ text) {
  return text ? [element("dt", {}, term), element("dd", {}, escaped(text))] : [];
}

function sideFacts(/** @type {import("./document.js").Side} */ side, /** @type {string} */ title) {
  return element("section", { class: "facts" }, element("h2", {}, title), element("dl", {},
    ...fact("Profile", side.file), ...fact("Command", commandOf(side.comments)), ...fact("Time", timeText(side)),
    ...fact("Figures", certaintyText(side.sampling)), ...fact("Incomplete", droppedText(side.dropped)),
    ...fact("Samples", String(side.n_samples)),
    ...(side.memory ? fact("Peak RSS", figureText(side.memory.peak_rss, "bytes")) : [])));
}

/** Base and new, and how sure the change of the whole is: the root of a view has its interval. */
function changeNote(/** @type {Document} */ doc, /** @type {number} */ type) {
  const { unit, totals } = doc.types[type], { cum_low, cum_high } = doc.views[0].figures[type];
  const isSure = !cum_low || !cum_high || cum_low[0] > 0 || cum_high[0] < 0;
  return `${figureText(totals[0].value, unit)} before, ${figureText(totals[1].value, unit)} now${isSure ? "" : "; may be chance"}`;
}

/**
 * @param {Document} doc
 * @param {number} type
 * @param {(change: object) => void} change
 */
function totalCard(doc, type, change) {
  const { type: name, unit, totals } = doc.types[type], last = totals[totals.length - 1];
  const value = isDifference(doc) ? deltaText(last.value - totals[0].value, unit) : figureText(last.value, unit);
  const note = isDifference(doc) ? changeNote(doc, type) : totalNote(doc.profiles[0], last, unit);
  return element("button", { type: "button", class: "card", "data-type": name, onclick: () => change({ tab: "graph", type: name, zoom: 0 }) },
    element("span", { class: "card-title" }, typeText(name)), element("span", { class: "card-value" }, value), element("span", { class: "card-note" }, note));
}

/** What the allocator has in two parts, where they are known. */
export function residentParts(/** @type {Record<string, number>} */ resident) {
  const { allocator, rounding } = resident;
  return rounding ? { ...resident, allocator: 0, held: allocator - rounding } : resident;
}

/** A bar whose parts add up to what was resident, and its legend. */
function residentBar(/** @type {Record<string, number>} */ looked) {
  const resident = residentParts(looked);
  const parts = RESIDENT.filter(([key]) => resident[key] > 0);
  const bar = element("div", { class: "bar", "aria-hidden": "true" }), legend = element("ul", { class: "legend" });
  parts.forEach(([key, words], i) => {
    const part = element("span", { class: `part part-${key}` });
    part.style.flexGrow = String(resident[key]);
    bar.append(part);
    legend.append(element("li", {}, element("span", { class: `swatch part-${key}`, "aria-hidden": "true" }),
      `${words} `, element("span", { class: "number" }, figureText(resident[key], "bytes")), ` ${percentText(resident[key], resident.total)}`));
  });
  return element("section", { class: "resident" }, element("h2", {}, "Resident memory"),
    element("p", {}, `${figureText(resident.total, "bytes")} when memprof looked last${resident.detailed ? "" : "; not all parts are told apart"}`), bar, legend);
}

/**
 * @param {Document} doc
 * @param {number} type
 * @param {(change: object) => void} change
 */
function largest(doc, type, change) {
  const table = tableOf(doc, "function"), figures = table.figures[type], { unit, totals } = doc.types[type];
  const base = figures.base_flat, value = (/** @type {number} */ row) => figures.flat[row] - (base ? base[row] : 0);
  const rows = table.name.map((_, row) => row).sort((a, b) => Math.abs(value(b)) - Math.abs(value(a))).slice(0, 8).filter(value);
  const most = Math.max(...rows.map((row) => Math.abs(value(row))), 1);
  const isSure = (/** @type {number} */ row) => !base || !figures.flat_low || !figures.flat_high || figures.flat_low[row] > 0 || figures.flat_high[row] < 0;
  const items = rows.map((row) => {
    const name = doc.texts[table.name[row]], meter = element("span", { class: isSure(row) ? "meter" : "meter unsure", "aria-hidden": "true" });
    meter.style.width = `${(100 * Math.abs(value(row))) / most}%`;
    return element("li", {}, meter, element("button", { type: "button", class: "row-name", onclick: () => change({ tab: "table", table: "function", row: name }) }, visible(name)),
      element("span", { class: "number" }, base ? `${isSure(row) ? "" : "may be chance  "}${deltaText(value(row), unit)}` : `${figureText(value(row), unit)}  ${percentText(value(row), totals[0].value)}`));
  });
  return element("section", { class: "largest" }, element("h2", {}, `${base ? "Changed most" : "Who is responsible"}: ${typeText(doc.types[type].type).toLowerCase()}`),
    items.length ? element("ol", {}, ...items) : element("p", {}, "Nothing of this figure."));
}

/** "saves 12.3 MiB of alloc, 1200 allocations" */
function savingText(/** @type {import("./document.js").Advice} */ item) {
  const { bytes, of, allocations } = item.saves;
  const parts = [...(bytes > 0 ? [`${figureText(bytes, "bytes")} of ${of}`] : []), ...(allocations > 0 ? [`${allocations} allocations`] : [])];
  return `saves ${parts.join(", ")}`;
}

/**
 * The items of memprof advise; a click leads to the function.
 * @param {import("./document.js").Advice[]} items
 * @param {(change: object) => void} change
 */
function adviceList(items, change) {
  const list = items.map((item) => element("li", {}, element("span", { class: "rule" }, item.rule), " ",
    element("button", { type: "button", class: "row-name", onclick: () => change({ tab: "table", table: "function", row: item.function }) }, visible(item.function)),
    element("span", { class: "number" }, savingText(item)), element("p", {}, escaped(item.text))));
  return element("section", { class: "advice", id: "advice", tabindex: "-1" }, element("h2", {}, "What would pay"),
    list.length ? element("ol", {}, ...list) : element("p", {}, "Nothing that would save 1% of the memory or of the CPU time."));
}

/**
 * The verdicts, each with the way to its place below.
 * @param {Document} doc
 * @param {(part: string) => void} go
 */
function verdictList({ leaks, check, advice }, go) {
  /** @type {[string, string, [string, string]][]} */
  const verdicts = [];
  if (leaks)
    verdicts.push(["leaks", "Leaks", leaksVerdict(leaks)]);
  if (check)
    verdicts.push(["check", "Limits", checkVerdict(check)]);
  if (advice)
    verdicts.push(["advice", "Advice", advice.length ? ["found", `${advice.length} changes would pay`] : ["passed", "no change would pay"]]);
  const items = verdicts.map(([part, title, [state, reason]]) => element("li", { "data-verdict": part, class: `verdict verdict-${state.replaceAll(" ", "-")}` },
    element("button", { type: "button", class: "row-name", onclick: () => go(part) }, `${title}: ${state}`), ` ${reason}`));
  return items.length ? [element("section", { class: "verdicts" }, element("h2", {}, "Verdicts"), element("ul", {}, ...items))] : [];
}

/** Blocks by kind are many types, most of them without any. */
function isShown(/** @type {import("./document.js").SampleType} */ { type, totals }) {
  return !/^(definite|indirect|possible|reachable|suppressed)_/.test(type) || totals.some(({ value }) => value);
}

/**
 * @param {Document} doc
 * @param {number} type
 * @param {(change: object) => void} change
 * @param {(part: string) => void} go to a part of the summary
 */
export function showSummary(doc, type, change, go) {
  const cards = element("div", { class: "cards" }, ...doc.types.flatMap((each, i) => (isShown(each) ? [totalCard(doc, i, change)] : [])));
  const titles = isDifference(doc) ? ["Base", "New"] : ["What ran"];
  const sides = doc.profiles.map((side, i) => sideFacts(side, titles[i]));
  const resident = isDifference(doc) ? null : doc.profiles[0].memory?.resident;
  fill(byId("summary"), ...verdictList(doc, go), cards, largest(doc, type, change), ...(doc.leaks ? [leaksSection(doc.leaks, change)] : []),
    ...(doc.check ? [checkSection(doc.check)] : []), ...(doc.advice ? [adviceList(doc.advice, change)] : []), ...(resident ? [residentBar(resident)] : []), ...sides);
}
