// A view as a tree with the figures of one sample type.

import { visible } from "./dom.js";

/**
 * @typedef {import("./document.js").View} View
 * @typedef {{view: View, columns: import("./document.js").Columns, texts: string[], children: number[][], weight: number[],
 *            isDifference: boolean}} Tree
 */

/**
 * `weight` is what a node's width shows: its figure, and in a difference the sum of both, so that what has gone is seen
 * beside what has come. Children come by weight, then by name.
 * @param {View} view
 * @param {number} type
 * @param {string[]} texts
 * @returns {Tree}
 */
export function makeTree(view, type, texts) {
  const columns = view.figures[type], base = columns.base_cum;
  const weight = columns.cum.map((cum, i) => Math.abs(cum) + (base ? Math.abs(base[i]) : 0));
  /** @type {number[][]} */
  const children = view.name.map(() => []);
  for (let i = 1; i < view.name.length; i++)
    if (weight[i] > 0)
      children[view.parent[i]].push(i);
  const name = (/** @type {number} */ i) => texts[view.name[i]];
  for (const list of children)
    list.sort((a, b) => weight[b] - weight[a] || (name(a) < name(b) ? -1 : 1));
  return { view, columns, texts, children, weight, isDifference: base !== undefined };
}

export function nodeName(/** @type {Tree} */ tree, /** @type {number} */ node) {
  return node === 0 ? "all" : tree.texts[tree.view.name[node]];
}

/** The nodes from the root to this one. */
export function pathTo(/** @type {Tree} */ tree, /** @type {number} */ node) {
  const path = [node];
  while (path[0] !== 0)
    path.unshift(tree.view.parent[path[0]]);
  return path;
}

/** The node at the end of a path of names from the root; as far as the path goes. */
export function nodeAt(/** @type {Tree} */ tree, /** @type {string[]} */ names) {
  let node = 0;
  for (const name of names) {
    const next = tree.children[node].find((child) => nodeName(tree, child) === name);
    if (next === undefined)
      break;
    node = next;
  }
  return node;
}

/** What is below the node but in none of its children: cut off because it is too small. Exact. */
export function restOf(/** @type {Tree} */ tree, /** @type {number} */ node) {
  const { flat, cum } = tree.columns;
  return tree.children[node].reduce((rest, child) => rest - cum[child], cum[node] - flat[node]);
}

/**
 * pprof's regular expressions are RE2's: "(?i)" at the start is the one thing that JavaScript spells otherwise.
 * @param {string} source
 * @returns {RegExp | null} null for one that is no good
 */
export function readRegex(source) {
  const flags = source.startsWith("(?i)") ? "iu" : "u";
  for (const each of [flags, flags.replace("u", "")])
    try {
      return new RegExp(source.replace(/^\(\?i\)/, ""), each);
    } catch {
      continue;
    }
  return null;
}

/**
 * Which nodes match, and the sum of the figures of stacks with a match: each node is counted that matches below no other.
 * @param {Tree} tree
 * @param {RegExp} regex
 */
export function searchTree(tree, regex) {
  const { view, columns } = tree;
  const byName = new Map();
  const matches = new Uint8Array(view.name.length), below = new Uint8Array(view.name.length);
  let sum = 0, base = 0;
  for (let i = 1; i < view.name.length; i++) {
    const name = view.name[i], parent = view.parent[i];
    if (!byName.has(name))
      byName.set(name, regex.test(tree.texts[name]) || regex.test(visible(tree.texts[name])));
    matches[i] = byName.get(name) ? 1 : 0;
    below[i] = matches[i] | below[parent];
    if (matches[i] && !below[parent]) {
      sum += columns.cum[i];
      base += columns.base_cum ? columns.base_cum[i] : 0;
    }
  }
  return { matches, sum, base };
}

/**
 * How sure the node's figure is. With a difference the interval is that of the change.
 * @param {Tree} tree
 * @param {number} node
 */
export function certainty(tree, node) {
  const { cum, base_cum, cum_low, cum_high } = tree.columns;
  const value = base_cum ? cum[node] - base_cum[node] : cum[node];
  if (!cum_low || !cum_high)
    return { value, low: value, high: value, isSure: value !== 0 || !base_cum };
  const low = cum_low[node], high = cum_high[node];
  if (base_cum)
    return { value, low, high, isSure: low > 0 || high < 0 };
  return { value, low, high, isSure: Math.max(value - low, high - value) <= Math.abs(value) };
}
