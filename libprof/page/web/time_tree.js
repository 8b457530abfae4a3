// The trees of all stacks that a document's time has: figures by stack are added up along them.

import { NO_TEXT } from "./document.js";

/**
 * @typedef {import("./document.js").TimeTree} TimeTree
 * @typedef {import("./document.js").Table} Table
 * @typedef {(a: number, b: number) => number} Join how figures of several stacks become one: their sum, or the largest
 * @typedef {(values: number[], join: Join) => {flat: number[], cum: number[]}} ColumnsOf by node, or by row
 */

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

/** Roots of stacks that the program's own code did not make. */
export function isGroupTree(/** @type {TimeTree} */ { by }) {
  return by === "thread" || by === "tag" || by === "type";
}

/**
 * flat and cum of each node: parents stand before their children.
 * @param {TimeTree} tree
 * @returns {ColumnsOf}
 */
export function columnsOfTree(tree) {
  return (values, join) => {
    const flat = /** @type {number[]} */ (Array(tree.name.length).fill(0));
    values.forEach((value, stack) => { flat[tree.node[stack]] = join(flat[tree.node[stack]], value); });
    const cum = [...flat];
    for (let i = cum.length - 1; i > 0; i--)
      cum[tree.parent[i]] = join(cum[tree.parent[i]], cum[i]);
    return { flat, cum };
  };
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
 * @returns {{table: Omit<Table, "figures">, columnsOf: ColumnsOf}}
 */
export function rowsOfTree(tree) {
  const isGroup = isGroupTree(tree), nodes = tree.name.map((_, i) => i).slice(1).filter((i) => !isGroup || tree.parent[i] === 0);
  const name = [...new Set(nodes.map((i) => tree.name[i]))], row = new Map(name.map((text, i) => [text, i])), rowOf = (/** @type {number} */ node) => row.get(tree.name[node]) ?? 0;
  const outermost = nodes.filter((i) => isOutermost(tree, i)), none = name.map(() => NO_TEXT), ofNodes = columnsOfTree(tree);
  return {
    table: { by: tree.by, n_rows: name.length, name, file: none, line: name.map(() => 0), via: none },
    columnsOf: (values, join) => {
      const columns = ofNodes(values, join), flat = name.map(() => 0), cum = name.map(() => 0);
      for (const i of nodes)
        flat[rowOf(i)] = join(flat[rowOf(i)], isGroup ? columns.cum[i] : columns.flat[i]);
      for (const i of outermost)
        cum[rowOf(i)] = join(cum[rowOf(i)], columns.cum[i]);
      return { flat, cum: tree.by === "module" ? flat : cum };
    },
  };
}
