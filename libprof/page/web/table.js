// The tables: rows that sort and filter, and the callers and callees of the chosen one.

import { element, byId, escaped, fill, visible } from "./dom.js";
import { figureText, deltaText, intervalText, percentText, sizeClassText } from "./format.js";
import { leakColumns, leakList, leakNames } from "./leak_table.js";
import { lifeCell, lifeColumns, lifeList } from "./lifetimes.js";
import { readRegex } from "./tree.js";

/**
 * @typedef {import("./document.js").Table} Table
 * @typedef {{title: string, key: string, isText: boolean, value: (row: number) => number | string, text: (row: number) => string,
 *            hint?: (row: number) => string, part?: (row: number) => number, bars?: (row: number) => number[]}} Column
 *   `part` is drawn as a bar, 0 to 1, `bars` as a histogram
 */

const PAGE_OF_ROWS = 200;

/** A row's name as people read it. */
export function rowName(/** @type {Table} */ table, /** @type {string[]} */ texts, /** @type {number} */ row) {
  const name = texts[table.name[row]];
  return table.by === "size" ? sizeClassText(name) : visible(name);
}

function placeOf(/** @type {Table} */ table, /** @type {string[]} */ texts, /** @type {number} */ row) {
  const file = texts[table.file[row]];
  return file ? `${escaped(file)}${table.line[row] ? `:${table.line[row]}` : ""}` : "";
}

/**
 * What a table of its kind shows of each row, beside the name.
 * @param {Table} table
 * @param {import("./document.js").Columns} figures
 * @param {string} unit
 * @param {number} total
 * @returns {Column[]}
 */
function ownColumns(table, figures, unit, total) {
  if (table.lives)
    return lifeColumns(table.lives);
  if (table.records)
    return leakColumns(table.records);
  return figures.base_flat ? changeColumns(figures, unit) : figureColumns(figures, unit, total, table.by === "size");
}

/**
 * @param {Table} table
 * @param {string[]} texts
 * @param {number} type
 * @param {string} unit
 * @param {number} total
 * @returns {Column[]}
 */
export function columnsOf(table, texts, type, unit, total) {
  const figures = table.figures[type], made = ownColumns(table, figures, unit, total);
  if (table.life_nanos)
    made.push(lifeColumn(table));
  if (table.by === "size")
    made.push(histogram(table, figures.flat));
  const order = (/** @type {number} */ row) => (table.by === "size" ? Number(texts[table.name[row]]) : rowName(table, texts, row));
  made.push({ title: table.lives || table.records ? "function" : table.by, key: "name", isText: true, value: order,
              text: (row) => rowName(table, texts, row), hint: (row) => placeOf(table, texts, row) });
  if (table.by === "line")
    made.push({ title: "place", key: "place", isText: true, value: (row) => placeOf(table, texts, row),
                text: (row) => placeOf(table, texts, row).replace(/^.*\/(?=[^/]*$)/, "") });
  if (table.via.some((via) => texts[via]))
    made.push({ title: "via", key: "via", isText: true, value: (row) => texts[table.via[row]],
                text: (row) => visible(texts[table.via[row]]) });
  return made;
}

/**
 * @param {import("./document.js").Columns} figures
 * @param {string} unit
 * @param {number} total
 * @param {boolean} flatOnly
 * @returns {Column[]}
 */
function figureColumns(figures, unit, total, flatOnly) {
  /** @type {Column[]} */
  const made = [];
  for (const kind of /** @type {("flat" | "cum")[]} */ (flatOnly ? ["flat"] : ["flat", "cum"])) {
    const values = figures[kind], low = figures[`${kind}_low`], high = figures[`${kind}_high`];
    made.push({ title: kind, key: kind, isText: false, value: (row) => values[row], text: (row) => figureText(values[row], unit) });
    if (low && high)
      made.push({ title: "95%", key: `${kind}_bar`, isText: false, value: (row) => high[row] - low[row],
                  text: (row) => intervalText(values[row], low[row], high[row], unit) });
    made.push({ title: `${kind}%`, key: `${kind}_share`, isText: false, value: (row) => values[row], text: (row) => percentText(values[row], total) });
  }
  return made;
}

/**
 * @param {import("./document.js").Columns} figures
 * @param {string} unit
 * @returns {Column[]}
 */
function changeColumns(figures, unit) {
  const base = figures.base_flat ?? [], now = figures.flat, low = figures.flat_low ?? [], high = figures.flat_high ?? [];
  const delta = (/** @type {number} */ row) => now[row] - base[row];
  const isSure = (/** @type {number} */ row) => (figures.flat_low ? low[row] > 0 || high[row] < 0 : delta(row) !== 0);
  return [
    { title: "base", key: "base", isText: false, value: (row) => base[row], text: (row) => figureText(base[row], unit) },
    { title: "new", key: "new", isText: false, value: (row) => now[row], text: (row) => figureText(now[row], unit) },
    { title: "delta", key: "flat", isText: false, value: (row) => Math.abs(delta(row)), text: (row) => deltaText(delta(row), unit) },
    { title: "95%", key: "flat_bar", isText: false, value: (row) => high[row] - low[row],
      text: (row) => (figures.flat_low ? intervalText(delta(row), low[row], high[row], unit) : "") },
    { title: "sure", key: "sure", isText: false, value: (row) => (isSure(row) ? 1 : 0), text: (row) => (isSure(row) ? "yes" : "no") },
  ];
}

/** The figures as bars: by size, in powers of two, a log histogram. */
function histogram(/** @type {Table} */ table, /** @type {number[]} */ flat) {
  const most = Math.max(...flat, 1);
  return { title: "share", key: "part", isText: true, value: (/** @type {number} */ row) => flat[row], text: () => "",
           part: (/** @type {number} */ row) => Math.max(flat[row] / most, 0) };
}

function lifeColumn(/** @type {Table} */ table) {
  const nanos = table.life_nanos ?? [], freed = table.freed ?? [];
  const mean = (/** @type {number} */ row) => (freed[row] > 0 ? nanos[row] / freed[row] : 0);
  return { title: "mean life", key: "life", isText: false, value: mean,
           text: (/** @type {number} */ row) => (freed[row] > 0 ? figureText(mean(row), "nanoseconds") : "") };
}

/**
 * The rows that a filter leaves, in the order asked for: "-flat" is by flat, largest first.
 * @param {Table} table
 * @param {Column[]} columns
 * @param {string} sort
 * @param {string} filter
 * @param {(row: number) => string[]} names what a filter looks at
 */
export function chooseRows(table, columns, sort, filter, names) {
  const column = columns.find((each) => each.key === sort.replace(/^-/, "")) ?? columns[0];
  const factor = sort.startsWith("-") ? -1 : 1, regex = filter ? readRegex(filter) : null;
  const rows = table.name.map((_, row) => row).filter((row) => !regex || names(row).some((name) => regex.test(name)));
  return rows.filter((row) => columns.some((each) => !each.isText && !/_bar$|^sure$/.test(each.key) && each.value(row)))
    .sort((a, b) => {
      const x = column.value(a), y = column.value(b);
      return x === y ? a - b : factor * (x < y ? -1 : 1);
    });
}

/**
 * @param {{table: Table, texts: string[], type: number, unit: string, total: number, sort: string, filter: string, chosen: string,
 *          change: (change: object) => void, all: boolean}} what
 */
export function showTable(what) {
  const { table, texts } = what;
  const columns = columnsOf(table, texts, what.type, what.unit, what.total);
  const rows = chooseRows(table, columns, what.sort, what.filter, (row) => [rowName(table, texts, row), texts[table.name[row]], ...(table.records ? leakNames(table.records[row]) : [])]);
  const shown = what.all ? rows : rows.slice(0, PAGE_OF_ROWS);
  const head = element("tr", {}, ...columns.map((column) => headCell(column, what)));
  const body = shown.map((row) => tableRow(what, columns, row));
  fill(byId("table"), element("thead", {}, head), element("tbody", {}, ...body));
  const more = table.n_rows > table.name.length ? `; ${table.n_rows} in all, the page has the largest` : "";
  byId("table-note").textContent = `${rows.length} rows${shown.length < rows.length ? `, ${shown.length} shown` : ""}${more}`;
  byId("table-more").hidden = shown.length === rows.length;
  return { columns, rows };
}

function headCell(/** @type {Column} */ column, /** @type {Parameters<typeof showTable>[0]} */ what) {
  const isBy = what.sort.replace(/^-/, "") === column.key, down = what.sort.startsWith("-");
  const next = isBy && down ? column.key : isBy || !column.isText ? `-${column.key}` : column.key;
  const button = element("button", { type: "button", onclick: () => what.change({ sort: next }) },
    column.title + (isBy ? (down ? " ▾" : " ▴") : ""));
  return element("th", { scope: "col", class: column.isText ? "text" : "number",
                         "aria-sort": isBy ? (down ? "descending" : "ascending") : "none" }, button);
}

function tableRow(/** @type {Parameters<typeof showTable>[0]} */ what, /** @type {Column[]} */ columns, /** @type {number} */ row) {
  const name = what.texts[what.table.name[row]];
  const cells = columns.map((column) => {
    const text = column.text(row), hint = column.hint?.(row) ?? "";
    if (column.bars)
      return element("td", { class: "bars-cell" }, lifeCell(column.bars(row), text));
    if (column.part) {
      const bar = element("span", { class: "cell-bar", "aria-hidden": "true" });
      bar.style.width = `${100 * column.part(row)}%`;
      return element("td", { class: "bar-cell" }, bar);
    }
    if (column.key !== "name")
      return element("td", { class: column.isText ? "text" : "number" }, text);
    const button = element("button", { type: "button", class: "row-name", ...(hint ? { title: hint } : {}),
                                       onclick: () => what.change({ row: name }) }, text);
    return element("td", { class: "text" }, button);
  });
  return element("tr", name === what.chosen ? { class: "chosen" } : {}, ...cells);
}

/**
 * Callers and callees of the chosen function, as `memprof peek` has them.
 * @param {{table: Table, texts: string[], type: number, unit: string, total: number, chosen: string,
 *          change: (change: object) => void}} what
 */
export function showPeek(what) {
  const { table, texts } = what, panel = byId("peek");
  const row = table.name.findIndex((name) => texts[name] === what.chosen);
  panel.hidden = !what.chosen || row < 0 || (table.by !== "function" && !table.lives && !table.records);
  if (panel.hidden)
    return;
  const close = element("button", { type: "button", onclick: () => what.change({ row: "" }) }, "Close");
  fill(panel, element("div", { class: "peek-head" }, element("h2", {}, visible(what.chosen)),
    element("button", { type: "button", onclick: () => what.change({ tab: "graph", search: exactly(what.chosen), zoom: 0 }) }, "Find in graph"), close));
  if (table.lives)
    panel.append(lifeList(table.lives, row));
  else if (table.records)
    panel.append(...leakList(table.records, what.chosen));
  else if (!table.caller || !table.callee || !table.weights)
    panel.append(element("p", {}, "This page has no callers and callees; memprof peek shows them."));
  else
    panel.append(edgeList("Called by", table.callee, table.caller, row, what), edgeList("Calls", table.caller, table.callee, row, what));
}

/** A regular expression that matches this name alone. */
export function exactly(/** @type {string} */ name) {
  return `^${name.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&")}$`;
}

/**
 * @param {string} title
 * @param {number[]} here the end of each edge that is to be `row`
 * @param {number[]} there its other end
 * @param {number} row
 * @param {Parameters<typeof showPeek>[0]} what
 */
function edgeList(title, here, there, row, what) {
  const weights = /** @type {number[][]} */ (what.table.weights)[what.type];
  const edges = here.map((_, edge) => edge).filter((edge) => here[edge] === row && weights[edge])
    .sort((a, b) => weights[b] - weights[a]);
  const items = edges.map((edge) => {
    const name = what.texts[what.table.name[there[edge]]];
    return element("li", {}, element("span", { class: "number" }, figureText(weights[edge], what.unit)), " ",
      element("button", { type: "button", class: "row-name", onclick: () => what.change({ row: name }) }, visible(name)));
  });
  return element("section", {}, element("h3", {}, title), items.length ? element("ul", {}, ...items) : element("p", {}, "nothing"));
}
