// A window: a part of the run between two of its moments. Its figures by stack become a document like that of the whole run.

/**
 * @typedef {import("./document.js").Document} Document
 * @typedef {import("./document.js").Time} Time
 * @typedef {import("./document.js").TimeTree} TimeTree
 * @typedef {import("./document.js").View} View
 * @typedef {import("./document.js").Table} Table
 * @typedef {{from: number, to: number}} Window numbers of borders: 0 is the start of the run, n the moment n - 1
 */

const WINDOW_TYPES = ["window_live", "window_born", "window_alloc"], NO_TEXT = 4294967295;

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
 * Bytes of each stack, by WINDOW_TYPES.
 * @param {Time} time
 * @param {Window} window
 */
export function windowValues(time, { from, to }) {
  const n = time.trees[0].node.length, [live, born, allocated] = WINDOW_TYPES.map(() => /** @type {number[]} */ (Array(n).fill(0)));
  let at = 0;
  for (let moment = 0; moment < to; moment++) {
    let stack = 0;
    for (const end = at + 4 * time.changes[moment]; at < end; at += 4) {
      stack += time.stacks[at];
      live[stack] += time.stacks[at + 2];
      if (moment >= from) {
        allocated[stack] += time.stacks[at + 1];
        born[stack] += time.stacks[at + 3];
      }
    }
  }
  return [live, born, allocated];
}

/**
 * The tree of the same stacks, leaf first.
 * @param {TimeTree} tree
 * @returns {TimeTree}
 */
export function invertTree(tree) {
  const name = [NO_TEXT], parent = [NO_TEXT], known = new Map();
  const node = tree.node.map((last) => {
    let at = 0;
    for (let i = last; i !== 0; i = tree.parent[i]) {
      const key = at * 4294967296 + tree.name[i];
      let next = known.get(key);
      if (next === undefined) {
        next = name.length;
        name.push(tree.name[i]);
        parent.push(at);
        known.set(key, next);
      }
      at = next;
    }
    return at;
  });
  return { by: tree.by, name, parent, node };
}

/** The tree as the document has it: the children of each node stand side by side, in the order of their parents. */
export function unpackTree(/** @type {import("./document.js").PackedTree} */ { by, name, children, node }) {
  return { by, name, node, parent: [NO_TEXT, ...children.flatMap((n, i) => Array(n).fill(i))] };
}

/** flat and cum of each node: parents stand before their children. */
function columnsOfTree(/** @type {TimeTree} */ tree, /** @type {number[]} */ values) {
  const flat = /** @type {number[]} */ (Array(tree.name.length).fill(0));
  values.forEach((value, stack) => { flat[tree.node[stack]] += value; });
  const cum = [...flat];
  for (let i = cum.length - 1; i > 0; i--)
    cum[tree.parent[i]] += cum[i];
  return { flat, cum };
}

/** Whether no node above has this node's name: a function that calls itself counts once. */
function isOutermost(/** @type {TimeTree} */ tree, /** @type {number} */ node) {
  for (let i = tree.parent[node]; i !== 0; i = tree.parent[i])
    if (tree.name[i] === tree.name[node])
      return false;
  return true;
}

/**
 * Rows by name. Groups are the roots of their stacks; a module has only what its own code is responsible for.
 * @param {TimeTree} tree
 * @param {number[][]} values
 * @returns {Table}
 */
function tableOfTree(tree, values) {
  const isGroup = tree.by === "thread" || tree.by === "tag", nodes = tree.name.map((_, i) => i).slice(1).filter((i) => !isGroup || tree.parent[i] === 0);
  const name = [...new Set(nodes.map((i) => tree.name[i]))], row = new Map(name.map((text, i) => [text, i])), rowOf = (/** @type {number} */ node) => row.get(tree.name[node]) ?? 0;
  const outermost = nodes.filter((i) => isOutermost(tree, i)), none = name.map(() => NO_TEXT);
  const figures = values.map((each) => {
    const columns = columnsOfTree(tree, each), flat = name.map(() => 0), cum = name.map(() => 0);
    for (const i of nodes)
      flat[rowOf(i)] += isGroup ? columns.cum[i] : columns.flat[i];
    for (const i of outermost)
      cum[rowOf(i)] += columns.cum[i];
    return { flat, cum: tree.by === "module" ? flat : cum };
  });
  return { by: tree.by, n_rows: name.length, name, file: none, line: name.map(() => 0), via: none, figures };
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
function viewLater(/** @type {TimeTree} */ tree, /** @type {boolean} */ inverted, /** @type {number[][]} */ values) {
  return later({ by: tree.by, inverted }, ["name", "parent", "figures"], () => {
    const shown = inverted ? invertTree(tree) : tree;
    return { by: tree.by, inverted, name: shown.name, parent: shown.parent, figures: values.map((each) => columnsOfTree(shown, each)) };
  });
}

/** @type {WeakMap<object, TimeTree[]>} by a document's packed trees: windows change more often than documents */
const unpackedTrees = new WeakMap();

function treesOf(/** @type {Time} */ time) {
  const trees = unpackedTrees.get(time) ?? time.trees.map(unpackTree);
  unpackedTrees.set(time, trees);
  return trees;
}

/**
 * The document of the window; it has no intervals.
 * @param {Document} doc of the whole run
 * @param {Window} window
 * @returns {Document}
 */
export function windowDocument(doc, window) {
  const time = /** @type {Time} */ (doc.time), values = windowValues(time, window);
  const types = WINDOW_TYPES.map((type, i) => {
    const value = values[i].reduce((sum, each) => sum + each, 0);
    return { type, unit: "bytes", totals: [{ value, low: value, high: value }] };
  });
  const trees = treesOf(time);
  const views = trees.flatMap((tree) => (tree.by === "thread" || tree.by === "tag" ? [false] : [false, true]).map((inverted) => viewLater(tree, inverted, values)));
  const tables = trees.map((tree) => later({ by: tree.by }, /** @type {(keyof Table & string)[]} */ (["n_rows", "name", "file", "line", "via", "figures"]), () => tableOfTree(tree, values)));
  return { ...doc, types, shown: 0, views, tables, sources: undefined, advice: undefined, leaks: undefined, check: undefined };
}

/** The figure that goes on being shown when a window comes, or goes. */
export function figureBeside(/** @type {string} */ type) {
  if (type.startsWith("window"))
    return type === "window_alloc" ? "alloc_space" : "inuse_space";
  return type.startsWith("alloc") ? "window_alloc" : "window_live";
}
