// Source lines with figures beside them; the page quotes files from the source root only.

import { element, byId, fill, escaped } from "./dom.js";
import { figureText } from "./format.js";
import { tableOf } from "./document.js";

/** @typedef {import("./document.js").Document} Document */

/** By line number: the sums of the rows of the table of lines that are in this file. */
export function figuresOfFile(/** @type {Document} */ doc, /** @type {number} */ type, /** @type {number} */ file) {
  const table = tableOf(doc, "line"), figures = table.figures[type], lines = new Map();
  table.file.forEach((each, row) => {
    if (each !== file || table.by !== "line")
      return;
    const line = lines.get(table.line[row]) ?? { flat: 0, cum: 0 };
    line.flat += figures.flat[row];
    line.cum += figures.cum[row];
    lines.set(table.line[row], line);
  });
  return lines;
}

/**
 * @param {Document} doc
 * @param {number} type
 * @param {string} chosen a file's path; "" for the one with the largest figures
 * @param {(change: object) => void} change
 */
export function showSource(doc, type, chosen, change) {
  const sources = doc.sources ?? [], panel = byId("source");
  if (!sources.length) {
    fill(panel, element("p", { class: "empty" }, "This page quotes no source files. memprof page quotes those below the working folder and below --source-path."));
    return;
  }
  const weights = sources.map((source) => [...figuresOfFile(doc, type, source.file).values()].reduce((sum, line) => sum + line.flat, 0));
  const order = sources.map((_, i) => i).sort((a, b) => weights[b] - weights[a]);
  const at = Math.max(sources.findIndex((source) => doc.texts[source.file] === chosen), -1);
  const shown = sources[at < 0 ? order[0] : at];
  const choice = element("select", { id: "source-file", onchange: (event) => change({ file: event.target.value }) },
    ...order.map((i) => element("option", { value: doc.texts[sources[i].file], ...(sources[i] === shown ? { selected: true } : {}) },
      `${escaped(doc.texts[sources[i].file])}  ${figureText(weights[i], doc.types[type].unit)}`)));
  fill(panel, element("label", {}, "File ", choice), listing(doc, type, shown));
}

function listing(/** @type {Document} */ doc, /** @type {number} */ type, /** @type {import("./document.js").Source} */ source) {
  const figures = figuresOfFile(doc, type, source.file), unit = doc.types[type].unit;
  /** @type {HTMLElement[]} */
  const rows = [];
  let before = 0;
  source.line.forEach((line, i) => {
    const found = figures.get(line), text = (/** @type {number} */ value) => (value ? figureText(value, unit) : "");
    if (before && line !== before + 1)
      rows.push(element("tr", { class: "gap" }, element("td", { colspan: "4" }, "⋯")));
    rows.push(element("tr", found?.flat ? { class: "hot" } : {}, element("td", { class: "number" }, text(found?.flat ?? 0)),
      element("td", { class: "number" }, text(found?.cum ?? 0)), element("td", { class: "number line" }, String(line)),
      element("td", { class: "code" }, escaped(doc.texts[source.text[i]].replaceAll("\t", "    ")))));
    before = line;
  });
  const head = ["flat", "cum", "line", "source"].map((title) => element("th", { scope: "col", class: title === "source" ? "text" : "number" }, title));
  return element("table", { class: "listing" }, element("thead", {}, element("tr", {}, ...head)), element("tbody", {}, ...rows));
}
