// The current view as a pprof profile: github.com/google/pprof/blob/main/proto/profile.proto, whose field numbers these are.

/** @typedef {import("./tree.js").Tree} Tree */

function varint(/** @type {number[]} */ out, /** @type {bigint} */ n) {
  let rest = BigInt.asUintN(64, n);
  for (; rest > 127n; rest >>= 7n)
    out.push(Number(rest & 127n) | 128);
  out.push(Number(rest));
}

function number(/** @type {number[]} */ out, /** @type {number} */ field, /** @type {number} */ n) {
  out.push(field << 3);
  varint(out, BigInt(Math.round(n)));
}

function bytes(/** @type {number[]} */ out, /** @type {number} */ field, /** @type {ArrayLike<number>} */ data) {
  out.push((field << 3) | 2);
  varint(out, BigInt(data.length));
  for (let i = 0; i < data.length; i++)
    out.push(data[i]);
}

function message(/** @type {number[]} */ out, /** @type {number} */ field, /** @type {[number, number][]} */ numbers) {
  /** @type {number[]} */
  const inner = [];
  for (const [key, value] of numbers)
    number(inner, key, value);
  bytes(out, field, inner);
}

/** The stacks of a view, leaf first, with their values of all types: of each node what no child of it has. */
export function stacksOf(/** @type {import("./document.js").View} */ view) {
  const own = view.figures.map(({ cum }) => [...cum]);
  for (let i = 1; i < view.name.length; i++)
    own.forEach((values, type) => { values[view.parent[i]] -= view.figures[type].cum[i]; });
  const stacks = [];
  for (let i = 0; i < view.name.length; i++) {
    const values = own.map((each) => each[i]), names = [];
    for (let at = i; at !== 0; at = view.parent[at])
      names.push(view.name[at]);
    if (values.some((value) => value))
      stacks.push({ names: view.inverted ? names.reverse() : names, values });
  }
  return stacks;
}

/**
 * The file, not compressed yet.
 * @param {import("./document.js").View} view
 * @param {{type: string, unit: string}[]} types
 * @param {string[]} texts
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function encodePprof(view, types, texts) {
  const strings = [""], numbers = new Map([["", 0]]), locations = new Map();
  const string = (/** @type {string} */ text) => {
    const number = numbers.get(text) ?? strings.push(text) - 1;
    numbers.set(text, number);
    return number;
  };
  /** @type {number[]} */
  const out = [];
  for (const { type, unit } of types)
    message(out, 1, [[1, string(type)], [2, string(unit)]]);
  for (const { names, values } of stacksOf(view)) {
    const ids = names.map((name) => locations.get(name) ?? locations.set(name, locations.size + 1).get(name));
    message(out, 2, [...ids.map((id) => /** @type {[number, number]} */ ([1, id])), ...values.map((value) => /** @type {[number, number]} */ ([2, value]))]);
  }
  for (const [name, id] of locations) {
    /** @type {number[]} */
    const location = [];
    number(location, 1, id);
    message(location, 4, [[1, id]]);
    bytes(out, 4, location);
    message(out, 5, [[1, id], [2, string(texts[name])]]);
  }
  const encoder = new TextEncoder();
  for (const text of strings)
    bytes(out, 6, encoder.encode(text));
  return Uint8Array.from(out);
}
