// Where the frames of an icicle are: the zoomed node fills the width, the nodes above it stand over it, its callees below.

/**
 * @typedef {import("./tree.js").Tree} Tree
 * @typedef {{node: number, depth: number, x: number, width: number, isRest: boolean, isAbove: boolean, rest: number}} Box
 */

const LEAST_WIDTH = 1.5; // pixels: narrower frames of one caller are one box, the rest

/**
 * @param {Tree} tree
 * @param {number[]} path from the root to the node that is zoomed to
 * @param {number} width in pixels
 * @returns {Box[]}
 */
export function layOut(tree, path, width) {
  /** @type {Box[]} */
  const boxes = path.map((node, depth) => ({ node, depth, x: 0, width, isRest: false, isAbove: depth < path.length - 1, rest: 0 }));
  const queue = [boxes[boxes.length - 1]];
  for (let box = queue.pop(); box; box = queue.pop())
    for (const child of layOutChildren(tree, box)) {
      boxes.push(child);
      if (!child.isRest)
        queue.push(child);
    }
  return boxes;
}

/** What the node allocates itself, in both profiles of a difference. */
function ownWeight(/** @type {Tree} */ tree, /** @type {number} */ node) {
  const { flat, base_flat } = tree.columns;
  return Math.abs(flat[node]) + (base_flat ? Math.abs(base_flat[node]) : 0);
}

/** Where some callees have shrunk, all together may be wider than their caller's figure: then they share its width. */
function layOutChildren(/** @type {Tree} */ tree, /** @type {Box} */ box) {
  const { node, depth } = box, children = tree.children[node];
  const sum = children.reduce((all, child) => all + tree.weight[child], ownWeight(tree, node));
  const whole = Math.max(tree.weight[node], sum), scale = box.width / whole;
  const made = [];
  let x = box.x, rest = whole - sum;
  for (const child of children) {
    const width = tree.weight[child] * scale;
    if (width < LEAST_WIDTH) {
      rest += tree.weight[child];
      continue;
    }
    made.push({ node: child, depth: depth + 1, x, width, isRest: false, isAbove: false, rest: 0 });
    x += width;
  }
  if (rest > 0 && rest * scale >= LEAST_WIDTH / 2)
    made.push({ node, depth: depth + 1, x, width: rest * scale, isRest: true, isAbove: false, rest });
  return made;
}

/** The box at a place, in pixels and rows. */
export function boxAt(/** @type {Box[]} */ boxes, /** @type {number} */ x, /** @type {number} */ depth) {
  return boxes.find((box) => box.depth === depth && x >= box.x && x < box.x + box.width);
}
