// What a leak check found: the document of memprof leaks --json, by kind, each record with its stack and its way.

import { element, escaped, visible } from "./dom.js";
import { figureText } from "./format.js";
import { pathOf, stackList } from "./stack.js";

/**
 * @typedef {import("./document.js").Leaks} Leaks
 * @typedef {import("./document.js").LeakProcess} LeakProcess
 * @typedef {import("./document.js").LeakEntry} LeakEntry
 * @typedef {import("./document.js").Amount} Amount
 */

/** @type {[string, string][]} */
const KINDS = [["definite", "definitely lost"], ["indirect", "indirectly lost"], ["possible", "possibly lost"],
               ["reachable", "still reachable"], ["suppressed", "suppressed"]];

/** "96 B in 2 blocks" */
export function amountText(/** @type {Amount} */ { bytes, objects }) {
  return `${figureText(bytes, "bytes")} in ${objects} ${objects === 1 ? "block" : "blocks"}`;
}

/** What the kind's listed entries leave of its sum. */
export function unlisted(/** @type {Amount} */ sum, /** @type {LeakEntry[]} */ entries) {
  return { bytes: entries.reduce((rest, entry) => rest - entry.bytes, sum.bytes), objects: entries.reduce((rest, entry) => rest - entry.objects, sum.objects) };
}

/** Reasons why the verdict on a process is less than certain. */
export function doubtsOf(/** @type {LeakProcess} */ process) {
  return [...(process.checked ? [] : [`could not be checked: ${process.reason ?? ""}`]),
    ...(process.checked && !process.complete ? [`${process.unrecorded} allocations were not recorded; lost ones among them are not here`] : []),
    ...(process.missed_threads ? [`the registers of ${process.missed_threads} threads could not be read`] : []),
    ...(process.unreadable_pages ? [`${process.unreadable_pages} pages of memory could not be read`] : [])];
}

/**
 * "failed", "passed" or "could not check", and the reason.
 * @param {Leaks} leaks
 * @returns {[string, string]}
 */
export function leaksVerdict({ leaked, processes }) {
  const wrong = processes.reduce((sum, process) => sum + process.wrong_frees.length, 0), more = wrong ? "; free or realloc was called wrongly" : "";
  const doubtful = processes.find((process) => !process.checked || !process.complete);
  if (leaked.objects)
    return ["failed", `${amountText(leaked)} leaked${more}`];
  if (wrong)
    return ["failed", "no leaks, but free or realloc was called wrongly"];
  if (!processes.length || doubtful)
    return ["could not check", doubtful ? `process ${doubtful.pid} ${doubtsOf(doubtful)[0]}` : "no process was checked"];
  return ["passed", "no leaks of the kinds that count"];
}

function agesText(/** @type {LeakEntry} */ { oldest_ns: oldest, newest_ns: newest, thread, thread_name: name }) {
  const seconds = (/** @type {number} */ nanos) => `${(nanos / 1e9).toFixed(3)} s`;
  const until = oldest !== undefined && newest !== undefined && newest - oldest >= 1e6 ? ` to ${seconds(newest)}` : "";
  return (oldest === undefined ? "" : `allocated at ${seconds(oldest)}${until}`) +
         (thread === undefined ? "" : ` by thread ${thread}${name ? ` (${escaped(name)})` : ""}`);
}

/** The responsible function, as memprof top has it. */
export function responsibleOf(/** @type {LeakEntry} */ { stack, responsible }) {
  return stack[responsible]?.function ?? "(no stack)";
}

/** @param {{offset: number, block?: {bytes: number, kind: string, function: string}, symbol?: string, module?: string}} point */
function pointText({ offset, block, symbol, module }) {
  return `at ${offset}: ${block ? `${figureText(block.bytes, "bytes")}, ${block.kind}, from ${visible(block.function)}` : `${escaped(symbol ?? "")} ${pathOf(module ?? "")}`}`;
}

/** A record: what is behind it is made when it is opened. */
export function record(/** @type {LeakEntry} */ entry) {
  const with_ = entry.indirect?.objects ? ` (and ${amountText(entry.indirect)} with it)` : "";
  const details = element("details", { class: "record" }, element("summary", {}, element("span", { class: "number" }, amountText(entry)), `${with_} `, visible(responsibleOf(entry))));
  details.addEventListener("toggle", () => {
    const way = entry.why ? [element("p", { class: "way" }, `why: ${escaped(entry.why)}`)] : [], ages = agesText(entry);
    const points = entry.points_to?.length ? [element("p", {}, "points to"), element("ul", {}, ...entry.points_to.map((point) => element("li", {}, pointText(point))))] : [];
    details.append(...(ages ? [element("p", {}, ages)] : []), ...way, stackList(entry.stack), ...points);
  }, { once: true });
  return details;
}

function kindSection(/** @type {LeakProcess} */ process, /** @type {string} */ kind, /** @type {string} */ words) {
  const sum = process.summary?.[kind], entries = (process.leaks ?? []).filter((entry) => entry.kind === kind);
  if (!sum?.objects)
    return [];
  const rest = unlisted(sum, entries), isOpen = kind === "definite" || kind === "possible";
  return [element("details", { class: "kind", "data-kind": kind, open: isOpen }, element("summary", {}, `${words}: ${amountText(sum)}`),
    ...entries.map(record), ...(rest.objects > 0 ? [element("p", { class: "empty" }, `rest: ${amountText(rest)}, of smaller stacks`)] : []))];
}

function wrongFrees(/** @type {LeakProcess} */ process) {
  return process.wrong_frees.map((wrong) => element("details", { class: "record" }, element("summary", {}, `wrong free (${wrong.kind}), ${wrong.calls} calls`),
    stackList(wrong.stack), ...(wrong.allocated ? [element("p", {}, "allocated"), stackList(wrong.allocated)] : []),
    ...(wrong.freed ? [element("p", {}, "freed first"), stackList(wrong.freed)] : [])));
}

function processPart(/** @type {LeakProcess} */ process) {
  const kinds = KINDS.flatMap(([kind, words]) => kindSection(process, kind, words));
  return [element("h3", {}, `Process ${process.pid}: ${escaped(process.command)}`), ...doubtsOf(process).map((doubt) => element("p", { class: "doubt" }, escaped(doubt))),
    ...wrongFrees(process), ...kinds, ...(process.checked && !kinds.length ? [element("p", {}, "No block was live.")] : [])];
}

function suppressionList(/** @type {string} */ title, /** @type {Leaks["suppressions"]} */ suppressions) {
  const items = suppressions.map((each) => element("li", {}, `${each.objects ? `${amountText(each)}: ` : ""}${escaped(each.name)} (${escaped(each.file)})`));
  return items.length ? [element("h3", {}, title), element("ul", {}, ...items)] : [];
}

/**
 * @param {Leaks} leaks
 * @param {(change: object) => void} change
 */
export function leaksSection({ processes, suppressions }, change) {
  const asTable = element("button", { type: "button", id: "leaks-table", onclick: () => change({ tab: "table", table: "leak", row: "", filter: "", sort: "-flat" }) }, "As a table");
  return element("section", { id: "leaks", tabindex: "-1" }, element("h2", {}, "Leaks"), ...(processes.some(({ leaks }) => leaks?.length) ? [asTable] : []), ...processes.flatMap(processPart),
    ...suppressionList("Suppressions used", suppressions.filter(({ objects }) => objects)),
    ...suppressionList("Suppressions that matched nothing", suppressions.filter(({ objects }) => !objects)));
}
