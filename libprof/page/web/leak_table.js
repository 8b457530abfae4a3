// Leak records as a table, which sorts, filters and is copied as the others are.

import { NO_TEXT } from "./document.js";
import { escaped, visible } from "./dom.js";
import { figureText } from "./format.js";
import { record, responsibleOf } from "./leaks.js";

/**
 * @typedef {import("./document.js").Leaks} Leaks
 * @typedef {import("./document.js").Table} Table
 * @typedef {import("./document.js").LeakRow} LeakRow
 * @typedef {import("./table.js").Column} Column
 */

/**
 * One table, or none where no record is; names that the document's texts lack are added to these.
 * @param {Leaks | undefined} leaks
 * @param {(name: string) => number} numberOf
 * @param {number} n_types
 * @returns {Table[]}
 */
export function leakTables(leaks, numberOf, n_types) {
  const rows = (leaks?.processes ?? []).flatMap(({ pid, command, leaks: entries }) => (entries ?? []).map((entry) => ({ pid, command, entry })));
  const name = rows.map(({ entry }) => numberOf(responsibleOf(entry))), none = name.map(() => NO_TEXT), bytes = rows.map(({ entry }) => entry.bytes);
  return rows.length ? [{ by: "leak", n_rows: rows.length, name, file: none, line: name.map(() => 0), via: none, records: rows,
                          figures: Array(n_types).fill({ flat: bytes, cum: bytes }) }] : [];
}

/** @returns {Column[]} */
export function leakColumns(/** @type {LeakRow[]} */ rows) {
  const along = (/** @type {number} */ row) => rows[row].entry.indirect?.bytes ?? 0, seconds = (/** @type {number} */ row) => (rows[row].entry.oldest_ns ?? 0) / 1e9;
  /** @type {Column[]} */
  const columns = [
    { title: "bytes", key: "flat", isText: false, value: (row) => rows[row].entry.bytes, text: (row) => figureText(rows[row].entry.bytes, "bytes") },
    { title: "blocks", key: "blocks", isText: false, value: (row) => rows[row].entry.objects, text: (row) => String(rows[row].entry.objects) },
    { title: "lost with it", key: "along", isText: false, value: along, text: (row) => (along(row) ? figureText(along(row), "bytes") : "") },
    { title: "kind", key: "kind", isText: true, value: (row) => rows[row].entry.kind, text: (row) => rows[row].entry.kind },
  ];
  if (rows.some(({ entry }) => entry.oldest_ns !== undefined))
    columns.push({ title: "oldest", key: "oldest", isText: false, value: seconds, text: (row) => (rows[row].entry.oldest_ns === undefined ? "" : `${seconds(row).toFixed(3)} s`) });
  if (rows.some(({ pid }) => pid !== rows[0].pid))
    columns.push({ title: "process", key: "pid", isText: true, value: (row) => rows[row].pid, text: (row) => `${escaped(rows[row].command)} (${rows[row].pid})` });
  return columns;
}

/** What a filter looks at: all functions of the record's stack. */
export function leakNames(/** @type {LeakRow} */ { entry }) {
  return entry.stack.flatMap((frame) => [frame.function, visible(frame.function)]);
}

/** The records of a function, with their stacks and ways. */
export function leakList(/** @type {LeakRow[]} */ rows, /** @type {string} */ name) {
  return rows.filter(({ entry }) => responsibleOf(entry) === name).map(({ entry }, i) => {
    const shown = /** @type {HTMLDetailsElement} */ (record(entry));
    shown.open = i === 0;
    return shown;
  });
}
