// The flame graph: an icicle on a canvas, one frame a row of 20 pixels.

import { byId, announce, visible } from "./dom.js";
import { figureText, deltaText, intervalText, percentText } from "./format.js";
import { frameColour, changeColour } from "./colour.js";
import { layOut, boxAt } from "./layout.js";
import { certainty, nodeName, pathTo } from "./tree.js";

/** @typedef {import("./tree.js").Tree} Tree */

const ROW = 20, LEAST_TEXT = 28, MOST_ROWS = 1500;

/**
 * @param {(node: number) => void} zoomTo
 */
export function makeFlame(zoomTo) {
  const canvas = /** @type {HTMLCanvasElement} */ (byId("flame"));
  const flame = {
    canvas, zoomTo,
    /** @type {Tree | null} */ tree: null, unit: "bytes", zoom: 0, selected: 0,
    /** @type {import("./layout.js").Box[]} */ boxes: [],
    /** @type {Uint8Array | null} */ matches: null,
    dark: matchMedia("(prefers-color-scheme: dark)"),
  };
  canvas.addEventListener("click", (event) => clicked(flame, event));
  canvas.addEventListener("mousemove", (event) => hovered(flame, event));
  canvas.addEventListener("mouseleave", () => { byId("tip").hidden = true; });
  canvas.addEventListener("keydown", (event) => pressed(flame, event));
  flame.dark.addEventListener("change", () => drawFlame(flame));
  new ResizeObserver(() => drawFlame(flame)).observe(byId("flame-frame"));
  return flame;
}

/** @typedef {ReturnType<typeof makeFlame>} Flame */

/**
 * @param {Flame} flame
 * @param {{tree: Tree, unit: string, zoom: number, matches: Uint8Array | null}} what
 */
export function showFlame(flame, what) {
  const isOther = flame.tree?.view !== what.tree.view || flame.zoom !== what.zoom;
  Object.assign(flame, what);
  if (isOther)
    flame.selected = what.zoom;
  drawFlame(flame);
}

/** The figures of a node in words, for the tip and the line below the graph. */
export function describe(/** @type {Tree} */ tree, /** @type {number} */ node, /** @type {string} */ unit) {
  const { flat, cum, base_cum } = tree.columns, sure = certainty(tree, node);
  const bar = intervalText(sure.value, sure.low, sure.high, unit);
  if (base_cum)
    return `${deltaText(sure.value, unit)}${bar ? ` (${bar})` : ""}: ${figureText(base_cum[node], unit)} before, ` +
           `${figureText(cum[node], unit)} now${sure.isSure ? "" : "; may be chance"}`;
  const own = flat[node] && flat[node] !== cum[node] ? `, itself ${figureText(flat[node], unit)}` : "";
  return `${figureText(cum[node], unit)}${bar ? ` (${bar})` : ""}, ${percentText(cum[node], cum[0])} of all${own}`;
}

export function drawFlame(/** @type {Flame} */ flame) {
  const { canvas, tree } = flame, width = byId("flame-frame").clientWidth;
  if (!tree || !width)
    return;
  flame.boxes = layOut(tree, pathTo(tree, flame.zoom), width);
  const rows = Math.min(flame.boxes.reduce((most, box) => Math.max(most, box.depth), 0) + 1, MOST_ROWS);
  const ratio = Math.min(devicePixelRatio || 1, 16000 / (rows * ROW));
  canvas.width = width * ratio;
  canvas.height = rows * ROW * ratio;
  canvas.style.width = `${width}px`;
  canvas.style.height = `${rows * ROW}px`;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.scale(ratio, ratio);
  context.font = "12px system-ui, sans-serif";
  context.textBaseline = "middle";
  const style = styleOf(flame, context);
  for (const box of flame.boxes)
    drawBox(flame, context, box, style);
  showSelected(flame);
}

/** @typedef {{dark: boolean, ink: string, faint: string, ground: string, accent: string, mark: string, hatch: CanvasPattern}} Style */

/** @returns {Style} */
function styleOf(/** @type {Flame} */ flame, /** @type {CanvasRenderingContext2D} */ context) {
  const read = getComputedStyle(document.documentElement), dark = flame.dark.matches;
  const colour = (/** @type {string} */ name) => read.getPropertyValue(name).trim();
  return { dark, ink: colour("--ink"), faint: colour("--faint"), ground: colour("--ground"), accent: colour("--accent"),
           mark: colour("--mark"), hatch: makeHatch(context, dark) };
}

function makeHatch(/** @type {CanvasRenderingContext2D} */ context, /** @type {boolean} */ dark) {
  const tile = document.createElement("canvas"), size = 6;
  tile.width = tile.height = size;
  const brush = /** @type {CanvasRenderingContext2D} */ (tile.getContext("2d"));
  brush.strokeStyle = dark ? "rgb(255 255 255 / 22%)" : "rgb(0 0 0 / 20%)";
  brush.beginPath();
  for (const x of [-size, 0, size]) {
    brush.moveTo(x, size);
    brush.lineTo(x + size, 0);
  }
  brush.stroke();
  return /** @type {CanvasPattern} */ (context.createPattern(tile, "repeat"));
}

/**
 * @param {Flame} flame
 * @param {CanvasRenderingContext2D} context
 * @param {import("./layout.js").Box} box
 * @param {Style} style
 */
function drawBox(flame, context, box, style) {
  const tree = /** @type {Tree} */ (flame.tree), y = box.depth * ROW, width = Math.max(box.width - 1, 0.5);
  const sure = certainty(tree, box.node), name = nodeName(tree, box.node);
  context.globalAlpha = box.isAbove || (flame.matches && !flame.matches[box.node] && !box.isRest) ? 0.45 : 1;
  context.fillStyle = box.isRest || box.node === 0 ? style.faint
    : tree.isDifference ? changeColour(sure.value, tree.weight[box.node], sure.isSure, style.dark)
    : frameColour(name, style.dark);
  context.fillRect(box.x, y, width, ROW - 1);
  if (!box.isRest && !tree.isDifference && !sure.isSure) {
    context.fillStyle = style.hatch;
    context.fillRect(box.x, y, width, ROW - 1);
  }
  context.globalAlpha = 1;
  if (flame.matches?.[box.node] && !box.isRest)
    outline(context, box, style.mark, 2);
  if (flame.selected === box.node && !box.isRest)
    outline(context, box, style.accent, 2);
  if (box.width >= LEAST_TEXT)
    drawText(flame, context, box, style, labelOf(flame, box, name, sure));
}

function outline(/** @type {CanvasRenderingContext2D} */ context, /** @type {import("./layout.js").Box} */ box, /** @type {string} */ colour, /** @type {number} */ line) {
  context.strokeStyle = colour;
  context.lineWidth = line;
  context.strokeRect(box.x + line / 2, box.depth * ROW + line / 2, Math.max(box.width - 1 - line, 0.5), ROW - 1 - line);
}

/**
 * @param {Flame} flame
 * @param {import("./layout.js").Box} box
 * @param {string} name
 * @param {{value: number, isSure: boolean}} sure
 */
function labelOf(flame, box, name, sure) {
  const tree = /** @type {Tree} */ (flame.tree);
  if (box.isRest)
    return tree.isDifference ? "rest" : `rest ${figureText(box.rest, flame.unit)}`;
  if (!tree.isDifference)
    return box.width > 160 ? `${visible(name)}   ${figureText(tree.columns.cum[box.node], flame.unit)}` : visible(name);
  return `${sure.isSure ? (sure.value > 0 ? "▲ " : "▼ ") : ""}${visible(name)}   ${deltaText(sure.value, flame.unit)}`;
}

/**
 * The end of a name distinguishes better than its beginning only in paths: what does not fit is cut at the end.
 * @param {Flame} flame
 * @param {CanvasRenderingContext2D} context
 * @param {import("./layout.js").Box} box
 * @param {Style} style
 * @param {string} text
 */
function drawText(flame, context, box, style, text) {
  const room = box.width - 9;
  const fits = Math.max(Math.floor(room / 6.1), 1);
  const cut = text.length > fits ? `${text.slice(0, Math.max(fits - 1, 1))}…` : text;
  context.save();
  context.beginPath();
  context.rect(box.x, box.depth * ROW, room + 6, ROW);
  context.clip();
  context.fillStyle = style.ink;
  context.globalAlpha = box.isAbove ? 0.7 : 1;
  context.fillText(cut, box.x + 4, box.depth * ROW + ROW / 2);
  context.restore();
}

function boxOf(/** @type {Flame} */ flame, /** @type {MouseEvent} */ event) {
  const frame = flame.canvas.getBoundingClientRect();
  return boxAt(flame.boxes, event.clientX - frame.left, Math.floor((event.clientY - frame.top) / ROW));
}

function clicked(/** @type {Flame} */ flame, /** @type {MouseEvent} */ event) {
  const box = boxOf(flame, event);
  if (!box)
    return;
  flame.selected = box.node;
  flame.zoomTo(box.node);
}

function hovered(/** @type {Flame} */ flame, /** @type {MouseEvent} */ event) {
  const box = boxOf(flame, event), tip = byId("tip"), tree = /** @type {Tree} */ (flame.tree);
  tip.hidden = !box;
  if (!box)
    return;
  const head = document.createElement("strong");
  head.textContent = box.isRest ? `rest of ${visible(nodeName(tree, box.node))}` : visible(nodeName(tree, box.node));
  const text = box.isRest ? `${figureText(box.rest, flame.unit)}${tree.isDifference ? ", base and new together," : ""} in frames too small to draw; zoom to see more`
                          : describe(tree, box.node, flame.unit);
  tip.replaceChildren(head, document.createElement("br"), text);
  if (!box.isRest && !tree.isDifference && !certainty(tree, box.node).isSure)
    tip.append(document.createElement("br"), "hatched: the error bar is larger than the figure");
  const left = Math.min(event.clientX + 14, innerWidth - tip.offsetWidth - 8);
  tip.style.left = `${Math.max(left, 4)}px`;
  tip.style.top = `${event.clientY + 18 + tip.offsetHeight > innerHeight ? event.clientY - tip.offsetHeight - 10 : event.clientY + 18}px`;
}

function showSelected(/** @type {Flame} */ flame) {
  const tree = /** @type {Tree} */ (flame.tree), name = document.createElement("strong");
  name.textContent = visible(nodeName(tree, flame.selected));
  byId("selected").replaceChildren(name, "  ", describe(tree, flame.selected, flame.unit));
}

/** The neighbour of the selected frame that a key leads to; itself where there is none. */
function neighbour(/** @type {Flame} */ flame, /** @type {string} */ key) {
  const tree = /** @type {Tree} */ (flame.tree), node = flame.selected, parent = tree.view.parent[node];
  if (key === "ArrowDown")
    return tree.children[node][0] ?? node;
  if (key === "ArrowUp")
    return node === 0 ? 0 : parent;
  const sisters = node === 0 ? [0] : tree.children[parent], at = sisters.indexOf(node);
  if (key === "Home")
    return 0;
  return sisters[at + (key === "ArrowRight" ? 1 : -1)] ?? node;
}

function pressed(/** @type {Flame} */ flame, /** @type {KeyboardEvent} */ event) {
  const tree = flame.tree;
  if (!tree || event.ctrlKey || event.metaKey || event.altKey)
    return;
  if (event.key === "Enter")
    flame.zoomTo(flame.selected);
  else if (event.key === "Escape" || event.key === "Backspace")
    flame.zoomTo(flame.zoom === 0 ? 0 : tree.view.parent[flame.zoom]);
  else if (/^Arrow|^Home$/.test(event.key)) {
    flame.selected = neighbour(flame, event.key);
    drawFlame(flame);
    announce(`${visible(nodeName(tree, flame.selected))}: ${describe(tree, flame.selected, flame.unit)}`);
  } else
    return;
  event.preventDefault();
}
