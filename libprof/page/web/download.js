// Files to keep: the table as CSV, the view as a pprof profile.

import { element } from "./dom.js";
import { encodePprof } from "./pprof.js";

/** RFC 4180; a spreadsheet must not take a name for a formula, so such a field begins with an apostrophe. */
export function csvField(/** @type {string} */ text) {
  const plain = /^[=+\-@\t\r]/.test(text) && !/^[+-]?[\d.]+$/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}

/**
 * @param {import("./table.js").Column[]} columns
 * @param {number[]} rows
 */
export function csvOf(columns, rows) {
  const used = columns.filter((column) => !/_share$|_bar$|^part$/.test(column.key));
  const lines = [used.map((column) => csvField(column.title)), ...rows.map((row) => used.map((column) => csvField(String(column.value(row)))))];
  return lines.map((line) => `${line.join(",")}\r\n`).join("");
}

function save(/** @type {Blob} */ blob, /** @type {string} */ name) {
  const link = /** @type {HTMLAnchorElement} */ (element("a", { download: name }));
  link.href = URL.createObjectURL(blob);
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

export function saveCsv(/** @type {string} */ text, /** @type {string} */ name) {
  save(new Blob([text], { type: "text/csv" }), name);
}

/**
 * @param {import("./document.js").View} view
 * @param {import("./document.js").Document} doc
 * @param {string} name
 */
export async function savePprof(view, doc, name) {
  const stream = new Blob([encodePprof(view, doc.types, doc.texts)]).stream().pipeThrough(new CompressionStream("gzip"));
  save(await new Response(stream).blob(), name);
}
