// A window: a part of the run between two of its moments. Its figures by stack become a document like that of the whole run.

import { figureText } from "./format.js";
import { columnsOfTree, invertTree, isGroupTree, rowsOfTree, unpackTree } from "./time_tree.js";
import { changesOf, figuresOf, windowValues } from "./window_values.js";

/**
 * @typedef {import("./document.js").Document} Document
 * @typedef {import("./document.js").Time} Time
 * @typedef {import("./document.js").TimeTree} TimeTree
 * @typedef {import("./document.js").View} View
 * @typedef {import("./document.js").Table} Table
 * @typedef {import("./document.js").Columns} Columns
 * @typedef {import("./document.js").SampleType} SampleType
 * @typedef {import("./time_tree.js").ColumnsOf} ColumnsOf
 * @typedef {import("./window_values.js").Window} Window
 * @typedef {import("./window_values.js").WindowValues} WindowValues
 * @typedef {(columnsOf: ColumnsOf) => Columns[]} FiguresOf of each type
 */

/** What a window can be asked for. The last one is a difference: live bytes at its start and at its end. */
export const WINDOW_TYPES = ["window_live", "window_born", "window_alloc", "window_change"];

/** The window that an address names as "12-57"; null for none, or one that there is not. */
export function readWindow(/** @type {Time | undefined} */ time, /** @type {string} */ text) {
  const found = /^(\d{1,3})-(\d{1,3})$/.exec(text);
  if (!time || !found)
    return null;
  const from = Number(found[1]), to = Number(found[2]);
  return from < to && to <= time.time.length ? { from, to } : null;
}

export function writeWindow(/** @type {Window} */ { from, to }) {
  return `${from}-${to}`;
}

/** The border's time in ns. */
export function borderTime(/** @type {Time} */ time, /** @type {number} */ border) {
  return border === 0 ? 0 : time.time[border - 1];
}

/** The border that is nearest to a time. */
export function nearestBorder(/** @type {Time} */ time, /** @type {number} */ nanos) {
  let best = 0;
  for (let border = 1; border <= time.time.length; border++)
    if (Math.abs(borderTime(time, border) - nanos) < Math.abs(borderTime(time, best) - nanos))
      best = border;
  return best;
}

/**
 * An object whose properties are made when one of them is asked for.
 * @template {object} T
 * @param {Partial<T>} known
 * @param {(keyof T & string)[]} keys
 * @param {() => T} make
 * @returns {T}
 */
function later(known, keys, make) {
  /** @type {T | null} */
  let made = null;
  for (const key of keys)
    Object.defineProperty(known, key, { enumerable: true, get: () => (made ??= make())[key] });
  return /** @type {T} */ (known);
}

/** @returns {View} */
function viewLater(/** @type {TimeTree} */ tree, /** @type {boolean} */ inverted, /** @type {FiguresOf} */ figuresOfAll) {
  return later({ by: tree.by, inverted }, ["name", "parent", "figures"], () => {
    const shown = inverted ? invertTree(tree) : tree;
    return { by: tree.by, inverted, name: shown.name, parent: shown.parent, figures: figuresOfAll(columnsOfTree(shown)) };
  });
}

/** @returns {Table} */
function tableLater(/** @type {TimeTree} */ tree, /** @type {FiguresOf} */ figuresOfAll) {
  return later({ by: tree.by }, /** @type {(keyof Table & string)[]} */ (["n_rows", "name", "file", "line", "via", "figures"]), () => {
    const { table, columnsOf } = rowsOfTree(tree);
    return { ...table, figures: figuresOfAll(columnsOf) };
  });
}

/** @type {WeakMap<object, TimeTree[]>} by a document's packed trees: windows change more often than documents */
const unpackedTrees = new WeakMap();

function treesOf(/** @type {Time} */ time) {
  const trees = unpackedTrees.get(time) ?? time.trees.map(unpackTree);
  unpackedTrees.set(time, trees);
  return trees;
}

/** All stacks as one node. @type {ColumnsOf} */
const ofAll = (values, join) => {
  const all = [values.reduce(join, 0)];
  return { flat: all, cum: all };
};

/** @returns {SampleType} */
function windowType(/** @type {string} */ type, /** @type {Columns} */ { cum, cum_low, cum_high, base_cum }) {
  const figure = (/** @type {number} */ value, low = value, high = value) => ({ value, low, high });
  if (!base_cum)
    return { type, unit: "bytes", totals: [figure(cum[0], cum_low?.[0], cum_high?.[0])] };
  const delta = figure(cum[0] - base_cum[0], cum_low?.[0], cum_high?.[0]);
  return { type, unit: "bytes", totals: [figure(base_cum[0]), figure(cum[0])], delta };
}

/**
 * The document of the window: of its three figures, or of the change from its start to its end; and what all stacks have, by WINDOW_TYPES.
 * @param {Document} doc of the whole run
 * @param {Window} window
 * @param {boolean} isChange
 * @returns {{doc: Document, types: SampleType[]}}
 */
export function windowDocument(doc, window, isChange) {
  const time = /** @type {Time} */ (doc.time), values = windowValues(time, window), trees = treesOf(time), side = doc.profiles[0];
  /** @type {FiguresOf} */
  const plain = (columnsOf) => [values.live, values.born, values.allocated].map((each) => figuresOf(each, time, columnsOf));
  /** @type {FiguresOf} */
  const change = (columnsOf) => [changesOf(values, time, columnsOf)];
  const types = [...plain(ofAll), ...change(ofAll)].map((columns, i) => windowType(WINDOW_TYPES[i], columns)), figures = isChange ? change : plain;
  const at = (/** @type {number} */ border) => ({ ...side, file: `${side.file}, live at ${figureText(borderTime(time, border), "nanoseconds")}` });
  const views = trees.flatMap((tree) => (isGroupTree(tree) ? [false] : [false, true]).map((inverted) => viewLater(tree, inverted, figures)));
  return { types, doc: { ...doc, profiles: isChange ? [at(window.from), at(window.to)] : doc.profiles, types: isChange ? types.slice(3) : types.slice(0, 3), shown: 0,
                         views, tables: trees.map((tree) => tableLater(tree, figures)), sources: undefined, advice: undefined, leaks: undefined, check: undefined } };
}

/** The figure that goes on being shown when a window comes, or goes. */
export function figureBeside(/** @type {string} */ type) {
  if (type.startsWith("window"))
    return type === "window_alloc" ? "alloc_space" : "inuse_space";
  return type.startsWith("alloc") ? "window_alloc" : "window_live";
}
