// The page: reads the document, keeps the state in the address, shows the tab that it names.

import { makeChart, showChart } from "./chart.js";
import { readAddress, writeAddress, START } from "./address.js";
import { unpack, packedIn, viewOf, tableOf, textNumbers, isDifference } from "./document.js";
import { byId, element, fill, announce, escaped, useShortNames, visible } from "./dom.js";
import { makeFlame, showFlame } from "./flame.js";
import { deltaText, figureText, intervalText, percentText, typeText } from "./format.js";
import { saveCsv, savePprof, csvOf } from "./download.js";
import { leakTables } from "./leak_table.js";
import { lifetimeTables } from "./lifetimes.js";
import { showSource } from "./source.js";
import { showSummary } from "./summary.js";
import { showPeek, showTable } from "./table.js";
import { makeTree, nodeAt, nodeName, pathTo, readRegex, searchTree } from "./tree.js";
import { borderTime, figureBeside, readWindow, windowDocument, writeWindow, WINDOW_TYPES } from "./window.js";

/** @typedef {import("./document.js").Document} Document */

/** @type {Record<string, string>} */
const TABLE_WORDS = { lifetime: "lifetimes", lifecalls: "lifetimes in allocations" };
const TABS = ["summary", "graph", "table", "source"];

const page = {
  /** @type {Document} */ whole: /** @type {any} */ (null),
  /** @type {Document} of the whole run, or of the window */ doc: /** @type {any} */ (null),
  shownWindow: "",
  /** @type {import("./document.js").SampleType[]} that can be chosen */ types: [],
  state: readAddress(location.hash),
  shownProcess: "",
  /** @type {Document} of the process that is shown first */ first: /** @type {any} */ (null),
  /** @type {ReturnType<typeof makeFlame>} */ flame: /** @type {any} */ (null),
  /** @type {ReturnType<typeof makeChart>} */ chart: /** @type {any} */ (null),
  /** @type {Map<string, import("./tree.js").Tree>} */ trees: new Map(),
  /** @type {ReturnType<typeof showTable> | null} */ table: null,
  allRows: false,
  typing: 0,
};

/** The sample type's number; the document's own where the address names none that there is. */
function typeNumber() {
  const found = page.doc.types.findIndex((type) => type.type === page.state.type);
  return found < 0 ? page.doc.shown : found;
}

function currentTree() {
  const { by, inverted } = page.state, view = viewOf(page.doc, by, inverted), type = typeNumber();
  const key = `${view.by} ${view.inverted} ${type}`;
  const tree = page.trees.get(key) ?? makeTree(view, type, page.doc.texts);
  page.trees.set(key, tree);
  return tree;
}

const TYPING_PAUSE = 200; // ms: browsers refuse addresses that change with each key

/** Takes over a change of the state: a new entry of the browser's history, except where somebody types. */
function change(/** @type {object} */ what, isTyping = false) {
  Object.assign(page.state, what);
  clearTimeout(page.typing);
  if (isTyping)
    page.typing = setTimeout(() => history.replaceState(null, "", writeAddress(page.state)), TYPING_PAUSE);
  else
    history.pushState(null, "", writeAddress(page.state));
  showProcess();
}

/** Shows the state; of another process than before once its document is unpacked. */
async function showProcess() {
  if (page.state.process !== page.shownProcess)
    await takeProcess();
  show();
}

/** The document of the process that the state names; that of the first where there is no such one. */
async function takeProcess() {
  const { process } = page.state, other = /^[1-7]$/.test(process) ? document.getElementById(`document-${process}`) : null;
  page.shownProcess = process;
  takeDocument(other ? await unpack(other.textContent ?? "") : page.first);
}

/** The document follows the window that the state names. */
function takeWindow() {
  const { whole, state } = page, window = readWindow(whole.time, state.window), isChange = state.type === "window_change";
  const text = window ? `${writeWindow(window)}${isChange ? " change" : ""}` : "";
  if (page.shownWindow !== text) {
    const { doc, types } = window ? windowDocument(whole, window, isChange) : { doc: whole, types: whole.types };
    useDocument(doc, types);
  }
  page.shownWindow = text;
  return window;
}

/** A window, or null for the whole run, instead of what is shown; the zoom follows the frames' names. */
function chooseWindow(/** @type {import("./window.js").Window | null} */ window, isTyping = false) {
  const { state } = page, had = page.shownWindow !== "", old = currentTree();
  if (!window && !had)
    return;
  const names = pathTo(old, state.zoom < old.view.name.length ? state.zoom : 0).slice(1).map((node) => nodeName(old, node));
  const type = had === Boolean(window) ? state.type : figureBeside(page.doc.types[typeNumber()].type);
  Object.assign(state, { type, window: window ? writeWindow(window) : "" });
  takeWindow();
  change({ zoom: nodeAt(currentTree(), names) }, isTyping);
}

/** The chart, and the window's figures in words. */
function showTime(/** @type {import("./window.js").Window | null} */ window) {
  const { time } = page.whole;
  byId("time").hidden = !time;
  if (!time)
    return;
  showChart(page.chart, time, window);
  byId("key-other").hidden = !time.processes.length;
  byId("key-mark").hidden = !time.marks.length;
  byId("window").hidden = !window;
  byId("window-hint").hidden = Boolean(window);
  if (!window)
    return;
  const [start, end] = [window.from, window.to].map((border) => figureText(borderTime(time, border), "nanoseconds"));
  byId("window-text").textContent = `${start} to ${end}`;
  byId("window-note").textContent = page.state.tab === "source" ? "source lines are those of the whole run" : "";
  for (const input of document.querySelectorAll("#window-figures input")) {
    const radio = /** @type {HTMLInputElement} */ (input), shown = page.types[WINDOW_TYPES.indexOf(radio.value)];
    radio.checked = shown.type === page.doc.types[typeNumber()].type;
    /** @type {HTMLElement} */ (radio.nextElementSibling).textContent = totalText(shown);
  }
}

/** The window's total, or its change, and how sure it is. */
function totalText(/** @type {import("./document.js").SampleType} */ { totals, delta }) {
  const { value, low, high } = delta ?? totals[0], bar = intervalText(value, low, high, "bytes");
  return `${delta ? deltaText(value, "bytes") : figureText(value, "bytes")}${bar ? ` ${bar}` : ""}`;
}

function show() {
  showTime(takeWindow());
  const { state } = page, tab = TABS.includes(state.tab) ? state.tab : "summary";
  for (const each of TABS) {
    byId(each === "table" ? "table-panel" : each).hidden = each !== tab;
    const button = byId(`tab-${each}`);
    button.setAttribute("aria-selected", String(each === tab));
    button.tabIndex = each === tab ? 0 : -1;
  }
  /** @type {HTMLSelectElement} */ (byId("process")).value = /^[1-7]$/.test(state.process) ? state.process : "0";
  /** @type {HTMLSelectElement} */ (byId("type")).value = page.doc.types[typeNumber()].type;
  if (tab === "summary")
    showSummary(page.doc, typeNumber(), change, (part) => { change({ part }); goToPart(); });
  else if (tab === "graph")
    showGraph();
  else if (tab === "table")
    showRows();
  else
    showSource(page.whole, page.doc === page.whole ? typeNumber() : page.whole.shown, state.file, change);
}

/** To the part of the summary that the state names: a verdict's place. */
function goToPart() {
  const { part, tab } = page.state, place = /^(leaks|check|advice)$/.test(part) && tab === "summary" ? document.getElementById(part) : null;
  place?.scrollIntoView();
  place?.focus({ preventScroll: true });
}

function showGraph() {
  const { state } = page, tree = currentTree(), { unit } = page.doc.types[typeNumber()];
  const regex = state.search ? readRegex(state.search) : null;
  const found = regex ? searchTree(tree, regex) : null;
  const zoom = state.zoom < tree.view.name.length && tree.weight[state.zoom] ? state.zoom : 0;
  /** @type {HTMLSelectElement} */ (byId("by")).value = tree.view.by;
  /** @type {HTMLInputElement} */ (byId("inverted")).checked = tree.view.inverted;
  /** @type {HTMLInputElement} */ (byId("inverted")).disabled = !page.doc.views.some((view) => view.by === tree.view.by && view.inverted);
  const search = /** @type {HTMLInputElement} */ (byId("search"));
  if (document.activeElement !== search)
    search.value = state.search;
  search.setAttribute("aria-invalid", String(Boolean(state.search) && !regex));
  byId("found").textContent = !state.search ? "" : !found ? "no regular expression"
    : `matched ${figureText(found.sum, unit)}, ${percentText(found.sum, tree.columns.cum[0])}`;
  showFlame(page.flame, { tree, unit, zoom, matches: found ? found.matches : null });
  showCrumbs(tree, zoom);
}

/** The way back: the frames from the root to the one that fills the width, the last few of a deep one. */
function showCrumbs(/** @type {import("./tree.js").Tree} */ tree, /** @type {number} */ zoom) {
  const path = pathTo(tree, zoom), shown = path.length > 5 ? [path[0], ...path.slice(-3)] : path;
  fill(byId("crumbs"), ...shown.map((node) => element("li", {}, element("button",
    { type: "button", onclick: () => change({ zoom: node }), ...(node === zoom ? { "aria-current": "true" } : {}) }, visible(nodeName(tree, node))))));
}

function showRows() {
  const { state } = page, table = tableOf(page.doc, state.table), type = typeNumber(), { unit, totals } = page.doc.types[type];
  const what = { table, texts: page.doc.texts, type, unit, total: totals[totals.length - 1].value, sort: state.sort, filter: state.filter,
                 chosen: state.row, change, all: page.allRows };
  /** @type {HTMLSelectElement} */ (byId("table-by")).value = table.by;
  const filter = /** @type {HTMLInputElement} */ (byId("filter"));
  if (document.activeElement !== filter)
    filter.value = state.filter;
  page.table = showTable(what);
  showPeek(what);
}

function copyTable() {
  if (!page.table)
    return;
  const { columns, rows } = page.table;
  const lines = [columns.map((column) => column.title), ...rows.map((row) => columns.map((column) => column.text(row)))];
  const text = lines.map((line) => line.join("\t")).join("\n");
  navigator.clipboard?.writeText(text).then(() => announce("copied"), () => announce("the browser does not let the page copy"));
}

function options(/** @type {string} */ id, /** @type {string[][]} */ choices) {
  fill(byId(id), ...choices.map(([value, text]) => element("option", { value }, text)));
}

/** Where events go: each control changes the state, and show() follows from it. */
function listen() {
  const value = (/** @type {Event} */ event) => /** @type {HTMLInputElement} */ (event.target).value;
  for (const tab of TABS)
    byId(`tab-${tab}`).addEventListener("click", () => change({ tab }));
  byId("process").addEventListener("change", (event) => change({ process: value(event) === "0" ? "" : value(event), window: "", zoom: 0, row: "", file: "" }));
  byId("type").addEventListener("change", (event) => change({ type: value(event) }));
  byId("by").addEventListener("change", (event) => change({ by: value(event), zoom: 0 }));
  byId("inverted").addEventListener("change", (event) => change({ inverted: /** @type {HTMLInputElement} */ (event.target).checked, zoom: 0 }));
  byId("search").addEventListener("input", (event) => change({ search: value(event) }, true));
  byId("table-by").addEventListener("change", (event) => change({ table: value(event), row: "", filter: "", sort: value(event) === "size" ? "name" : START.sort }));
  byId("filter").addEventListener("input", (event) => change({ filter: value(event) }, true));
  byId("table-more").addEventListener("click", () => { page.allRows = true; show(); });
  byId("copy").addEventListener("click", copyTable);
  byId("csv").addEventListener("click", () => page.table && saveCsv(csvOf(page.table.columns, page.table.rows), "memprof.csv"));
  byId("pprof").addEventListener("click", () => savePprof(currentTree().view, page.doc, "memprof-view.pb.gz"));
  byId("window-reset").addEventListener("click", () => chooseWindow(null));
  byId("window-figures").addEventListener("change", (event) => change({ type: value(event) }));
  byId("help-button").addEventListener("click", () => /** @type {HTMLDialogElement} */ (byId("help")).showModal());
  byId("help-close").addEventListener("click", () => /** @type {HTMLDialogElement} */ (byId("help")).close());
  addEventListener("popstate", () => { clearTimeout(page.typing); page.state = readAddress(location.hash); showProcess().then(goToPart); });
  addEventListener("keydown", pressedAnywhere);
}

function pressedAnywhere(/** @type {KeyboardEvent} */ event) {
  const target = /** @type {HTMLElement} */ (event.target);
  if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName))
    return;
  if (/^[1-4]$/.test(event.key))
    change({ tab: TABS[Number(event.key) - 1] });
  else if (event.key === "/" && page.state.tab === "table")
    byId("filter").focus();
  else if (event.key === "/") {
    change({ tab: "graph" });
    byId("search").focus();
  } else if (event.key === "i")
    change({ tab: "graph", inverted: !page.state.inverted, zoom: 0 });
  else if (event.key === "t")
    change({ type: page.types[(page.types.findIndex(({ type }) => type === page.doc.types[typeNumber()].type) + 1) % page.types.length].type });
  else if (event.key === "w" && page.whole.time)
    byId("chart").focus();
  else if (event.key === "Escape" && page.shownWindow)
    chooseWindow(null);
  else if (event.key === "?")
    /** @type {HTMLDialogElement} */ (byId("help")).showModal();
  else if (target.getAttribute("role") === "tab" && /^Arrow(Left|Right)$/.test(event.key)) {
    const at = TABS.indexOf(page.state.tab) + (event.key === "ArrowLeft" ? TABS.length - 1 : 1);
    change({ tab: TABS[at % TABS.length] });
    byId(`tab-${page.state.tab}`).focus();
  } else
    return;
  event.preventDefault();
}

function useDocument(/** @type {Document} */ doc, /** @type {Document["types"]} */ types) {
  page.doc = doc;
  page.types = types;
  page.trees.clear();
  byId("legend-change").hidden = !isDifference(doc);
  byId("legend-sampled").hidden = isDifference(doc);
  options("type", types.map(({ type }) => [type, typeText(type)]));
  options("by", [...new Set(doc.views.map((view) => view.by))].map((by) => [by, `by ${by}`]));
  options("table-by", doc.tables.map(({ by }) => [by, TABLE_WORDS[by] ?? `${by}s`]));
}

function takeDocument(/** @type {Document} */ doc) {
  const numberOf = textNumbers(doc.texts), n = doc.types.length;
  page.whole = { ...doc, tables: [...doc.tables, ...lifetimeTables(doc.lifetimes ?? [], numberOf, n), ...leakTables(doc.leaks, numberOf, n)] };
  page.shownWindow = "";
  useShortNames(new Map(doc.long.map((text, i) => [doc.texts[text], doc.short[i]])));
  useDocument(page.whole, doc.types);
  const title = doc.profiles.map((side) => side.file.replace(/^.*\//, "")).join(" → ");
  byId("title").textContent = escaped(title);
  document.title = `${escaped(title)} - memprof`;
}

/** The live page: the server gives the same page with newer data. The zoom follows the frames' names. */
async function refresh() {
  const old = currentTree(), names = pathTo(old, Math.min(page.state.zoom, old.view.name.length - 1)).slice(1).map((node) => nodeName(old, node));
  try {
    const answer = await fetch(location.pathname + location.search, { cache: "no-store" });
    takeDocument(await unpack(packedIn(await answer.text())));
    page.state.zoom = nodeAt(currentTree(), names);
    byId("live-note").textContent = `as of ${new Date().toLocaleTimeString()}`;
    show();
  } catch {
    byId("live-note").textContent = "the program or memprof has ended; this is the last state";
  }
}

function listenLive() {
  let timer = 0;
  byId("live").hidden = false;
  const token = new URLSearchParams(location.search).get("token");
  byId("all-profiles").setAttribute("href", `/debug/pprof/${token ? `?token=${encodeURIComponent(token)}` : ""}`);
  byId("refresh").addEventListener("click", refresh);
  byId("auto").addEventListener("change", (event) => {
    clearInterval(timer);
    if (/** @type {HTMLInputElement} */ (event.target).checked)
      timer = setInterval(refresh, 5000);
  });
}

async function start() {
  try {
    page.first = await unpack(byId("document").textContent ?? "");
    const { run } = page.first;
    byId("process-choice").hidden = !run;
    options("process", (run ?? []).map(({ pid, name }, i) => [String(i), `${escaped(name)} (${pid})`]));
    await takeProcess();
  } catch (error) {
    byId("title").textContent = `This page cannot be shown: ${error}`;
    return;
  }
  page.flame = makeFlame((node) => change({ zoom: node }));
  page.chart = makeChart(chooseWindow);
  listen();
  if (document.documentElement.hasAttribute("data-live"))
    listenLive();
  show();
  goToPart();
  document.documentElement.setAttribute("data-ready", "");
}

start();
