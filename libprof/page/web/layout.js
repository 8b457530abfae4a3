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

function layOutChildren(/** @type {Tree} */ tree, /** @type {Box} */ box) {
  const { node, depth } = box, scale = box.width / tree.weight[node];
  const made = [];
  let x = box.x, sum = 0, cut = 0;
  for (const child of tree.children[node]) {
    const width = tree.weight[child] * scale;
    sum += tree.weight[child];
    if (width < LEAST_WIDTH) {
      cut += tree.weight[child];
      continue;
    }
    made.push({ node: child, depth: depth + 1, x, width, isRest: false, isAbove: false, rest: 0 });
    x += width;
  }
  const { flat, base_flat } = tree.columns;
  const own = Math.abs(flat[node]) + (base_flat ? Math.abs(base_flat[node]) : 0);
  const rest = cut + Math.max(tree.weight[node] - own - sum, 0);
  if (rest > 0 && rest * scale >= LEAST_WIDTH / 2)
    made.push({ node, depth: depth + 1, x, width: rest * scale, isRest: true, isAbove: false, rest });
  return made;
}

/** The box at a place, in pixels and rows. */
export function boxAt(/** @type {Box[]} */ boxes, /** @type {number} */ x, /** @type {number} */ depth) {
  return boxes.find((box) => box.depth === depth && x >= box.x && x < box.x + box.width);
}
