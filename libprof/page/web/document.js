// The document: memprof's JSON (docs/json.md, "memprof page"), and how it comes out of the page.

/**
 * @typedef {{value: number, low: number, high: number}} Figure
 * @typedef {{flat: number[], cum: number[], base_flat?: number[], base_cum?: number[], cum_low?: number[], cum_high?: number[],
 *            flat_low?: number[], flat_high?: number[]}} Columns
 * @typedef {{by: string, inverted: boolean, name: number[], parent: number[], figures: Columns[]}} View
 * @typedef {{by: string, n_rows: number, name: number[], file: number[], line: number[], via: number[], figures: Columns[],
 *            base_flat?: number[], base_cum?: number[], caller?: number[], callee?: number[], weights?: number[][],
 *            life_nanos?: number[], freed?: number[], lives?: Lives, records?: LeakRow[]}} Table
 * @typedef {{by: string, functions: {name: string, objects: number, live: number, unknown: number, histogram: {from: number, objects: number}[]}[]}} Lives of memprof lifetimes
 * @typedef {{exact: boolean, least_rate?: number, most_rate?: number, unseen?: number}} Sampling
 * @typedef {{peak_rss: number, resident?: Record<string, number>}} Memory
 * @typedef {{file: string, time_nanos: number, duration_nanos: number, sampling: Sampling, dropped: {allocs: number | null, bytes: number | null} | null,
 *            comments: string[], n_samples: number, memory: Memory | null}} Side
 * @typedef {{type: string, unit: string, totals: Figure[], delta?: Figure}} SampleType `delta`: a window's change of live bytes
 * @typedef {{file: number, line: number[], text: number[]}} Source
 * @typedef {{rule: string, function: string, file: string, line: number, text: string,
 *            saves: {bytes: number, plus_minus: number, of: string, allocations: number}}} Advice
 * @typedef {{bytes: number, objects: number}} Amount
 * @typedef {{function: string, file: string, line: number, module: string}} StackFrame
 * @typedef {Amount & {kind: string, indirect?: Amount, oldest_ns?: number, newest_ns?: number, thread?: number, thread_name?: string, why?: string,
 *            responsible: number, stack: StackFrame[], points_to?: {offset: number, block?: {bytes: number, kind: string, function: string}, symbol?: string, module?: string}[]}} LeakEntry
 * @typedef {{pid: number, command: string, entry: LeakEntry}} LeakRow
 * @typedef {{kind: string, calls: number, stack: StackFrame[], allocated?: StackFrame[], freed?: StackFrame[]}} WrongFree
 * @typedef {{pid: number, command: string, checked: boolean, reason?: string, missed_threads?: number, unreadable_pages?: number, unrecorded?: number,
 *            complete?: boolean, wrong_frees: WrongFree[], summary?: Record<string, Amount>, leaks?: LeakEntry[]}} LeakProcess
 * @typedef {{leaked: Amount, processes: LeakProcess[], suppressions: (Amount & {name: string, file: string})[]}} Leaks of memprof leaks
 * @typedef {{limit: string, budget?: string, line?: number, metric: string, unit: string, per_operation: boolean, site: string | null, n_sites?: number,
 *            relative: boolean, value?: number, base?: number, delta?: number, plus_minus?: number, allowed?: number, verdict: string,
 *            stacks: {delta: number, state: string, moved: boolean, function: string | null, stack: StackFrame[]}[]}} Limit
 * @typedef {{profile: string, base: string | null, n_bases: number, exact: boolean, confidence: number, incomplete: string | null, n_over: number,
 *            n_insufficient: number, n_ok: number, sites: Record<string, number>, checks: Limit[]}} Verdict
 * @typedef {{passed: boolean, unchecked: string | null, verdicts: Verdict[]}} Check of memprof check
 * @typedef {{by: string, name: number[], parent: number[], node: number[]}} TimeTree `node`: of each stack the last one on its way
 * @typedef {{by: string, name: number[], children: number[], node: number[]}} PackedTree
 * @typedef {{time: number[], rss: number[], live: number[], allocated: number[], changes: number[], stacks: number[],
 *            sampling?: {alloc_unseen: number, inuse_unseen: number, size: number[], p: number[], alloc_scale: number[], inuse_scale: number[]},
 *            processes: {pid: number, name: string, time: number[], rss: number[], live: number[], allocated: number[]}[],
 *            marks: {time: number, kind: string, text: string}[], trees: PackedTree[]}} Time
 * @typedef {{format: string, version: number, profiles: Side[], types: SampleType[], shown: number, views: View[],
 *            tables: Table[], sources?: Source[], advice?: Advice[], leaks?: Leaks, check?: Check, lifetimes?: Lives[], run?: {pid: number, name: string}[], time?: Time, texts: string[],
 *            long: number[], short: string[]}} Document
 */

/** The number of no text, as in a table's file. */
export const NO_TEXT = 4294967295;

/**
 * @param {string} base64
 * @returns {Promise<Document>}
 */
export async function unpack(base64) {
  const text = atob(base64), bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++)
    bytes[i] = text.charCodeAt(i);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const document_ = JSON.parse(await new Response(stream).text());
  if (document_.format !== "memprof.page" || document_.version !== 1)
    throw new Error("the data is not of this page's version");
  return document_;
}

/** The packed document in the text of a page. */
export function packedIn(/** @type {string} */ page) {
  const mark = 'id="document">', start = page.indexOf(mark) + mark.length;
  return page.slice(start, page.indexOf("<", start));
}

export function isDifference(/** @type {Document} */ doc) {
  return doc.profiles.length > 1;
}

/** The view that is asked for, or the first one. */
export function viewOf(/** @type {Document} */ doc, /** @type {string} */ by, /** @type {boolean} */ inverted) {
  return doc.views.find((view) => view.by === by && view.inverted === inverted) ??
         doc.views.find((view) => view.by === by) ?? doc.views[0];
}

/** Numbers of texts; one that is not there yet is added. */
export function textNumbers(/** @type {string[]} */ texts) {
  const numbers = new Map(texts.map((text, i) => [text, i]));
  return (/** @type {string} */ text) => {
    if (!numbers.has(text))
      numbers.set(text, texts.push(text) - 1);
    return /** @type {number} */ (numbers.get(text));
  };
}

export function tableOf(/** @type {Document} */ doc, /** @type {string} */ by) {
  return doc.tables.find((table) => table.by === by) ?? doc.tables[0];
}
