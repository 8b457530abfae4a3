// The chart over time: live bytes, resident memory and the rate of allocation, with marks. A drag or the keys choose a window.

import { byId, element, escaped, fill } from "./dom.js";
import { figureText } from "./format.js";
import { borderTime, nearestBorder } from "./window.js";

/**
 * @typedef {import("./document.js").Time} Time
 * @typedef {import("./window.js").Window} Window
 * @typedef {{left: number, top: number, width: number, height: number}} Plot in pixels
 */

const HEIGHT = 150, MARGIN = { left: 66, right: 82, top: 16, bottom: 22 }, LEAST_DRAG = 4, NEAR = 5;

/** What marks of a kind are, for the tip. */
const MARK_WORDS = { snapshot: "snapshot", fork: "fork", thread: "thread started", library: "first allocation of a library" };

/**
 * @param {(window: Window | null, isTyping: boolean) => void} choose
 */
export function makeChart(choose) {
  const canvas = /** @type {HTMLCanvasElement} */ (byId("chart"));
  const chart = {
    canvas, choose,
    /** @type {Time | null} */ time: null,
    /** @type {Window | null} */ window: null,
    /** @type {Window | null} */ dragged: null,
    /** @type {number | null} */ start: null,
    /** @type {number[]} */ rates: [],
    dark: matchMedia("(prefers-color-scheme: dark)"),
  };
  canvas.addEventListener("pointerdown", (event) => pressedChart(chart, event));
  canvas.addEventListener("pointermove", (event) => movedOverChart(chart, event));
  canvas.addEventListener("pointerup", (event) => releasedChart(chart, event));
  canvas.addEventListener("pointercancel", () => endDrag(chart));
  canvas.addEventListener("pointerleave", () => { byId("tip").hidden = true; });
  canvas.addEventListener("keydown", (event) => keyOnChart(chart, event));
  chart.dark.addEventListener("change", () => drawChart(chart));
  new ResizeObserver(() => drawChart(chart)).observe(byId("chart-frame"));
  return chart;
}

/** @typedef {ReturnType<typeof makeChart>} Chart */

export function showChart(/** @type {Chart} */ chart, /** @type {Time} */ time, /** @type {Window | null} */ window) {
  if (chart.time !== time)
    chart.rates = ratesOf(time);
  chart.time = time;
  chart.window = window;
  drawChart(chart);
}

/** Allocated bytes a second, from the moment before to each. */
export function ratesOf(/** @type {Time} */ time) {
  return time.time.map((_, i) => {
    const seconds = (time.time[i] - borderTime(time, i)) / 1e9, before = i ? time.allocated[i - 1] : 0;
    return seconds > 0 ? Math.max(time.allocated[i] - before, 0) / seconds : 0;
  });
}

/** Round numbers from 0 to `most`, at most n of them above 0: multiples of 1, 2, 5 or, of bytes, of powers of two. */
export function ticksTo(/** @type {number} */ most, /** @type {number} */ n, /** @type {boolean} */ isBytes) {
  if (!(most > 0))
    return [0];
  let step = isBytes ? 2 ** Math.ceil(Math.log2(most / n)) : 10 ** Math.floor(Math.log10(most / n));
  if (!isBytes)
    step *= [1, 2, 5, 10].find((factor) => most / (step * factor) <= n) ?? 10;
  return Array.from({ length: Math.floor(most / step) + 1 }, (_, i) => i * step);
}

/** @returns {Plot} */
function plotOf(/** @type {Chart} */ chart) {
  const width = byId("chart-frame").clientWidth, narrow = width < 560;
  const left = narrow ? 6 : MARGIN.left, right = narrow ? 6 : MARGIN.right;
  return { left, top: MARGIN.top, width: Math.max(width - left - right, 1), height: HEIGHT - MARGIN.top - MARGIN.bottom };
}

function endOf(/** @type {Time} */ time) {
  return time.time[time.time.length - 1];
}

function xOf(/** @type {Plot} */ plot, /** @type {Time} */ time, /** @type {number} */ nanos) {
  return plot.left + (plot.width * nanos) / endOf(time);
}

/** The time at a place of the window of the browser, in pixels. */
function timeAt(/** @type {Chart} */ chart, /** @type {number} */ clientX) {
  const plot = plotOf(chart), time = /** @type {Time} */ (chart.time);
  const x = clientX - chart.canvas.getBoundingClientRect().left;
  return Math.min(Math.max((x - plot.left) / plot.width, 0), 1) * endOf(time);
}

export function drawChart(/** @type {Chart} */ chart) {
  const { canvas, time } = chart, width = byId("chart-frame").clientWidth;
  if (!time || !width)
    return;
  const ratio = devicePixelRatio || 1, plot = plotOf(chart);
  canvas.width = width * ratio;
  canvas.height = HEIGHT * ratio;
  canvas.style.width = `${width}px`;
  canvas.style.height = `${HEIGHT}px`;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.scale(ratio, ratio);
  context.font = "11px system-ui, sans-serif";
  const style = getComputedStyle(document.documentElement), colour = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
  const most = Math.max(...time.live, ...time.rss, ...time.processes.flatMap((other) => other.live), 1), fastest = Math.max(...chart.rates, 1);
  drawAxes(context, plot, time, most, fastest, colour);
  drawWindow(context, plot, time, chart.dragged ?? chart.window, colour);
  for (const other of time.processes)
    drawOther(context, plot, time, other, most, colour("--soft"));
  drawLine(context, plot, time, chart.rates, fastest, { colour: colour("--rate"), dash: [1.5, 2.5], isStep: true });
  drawLine(context, plot, time, time.rss, most, { colour: colour("--soft"), dash: [6, 3] });
  drawLine(context, plot, time, time.live, most, { colour: colour("--live"), dash: [], fill: colour("--live-fill") });
  drawMarks(context, plot, time, colour);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Plot} plot
 * @param {Time} time
 * @param {number} most
 * @param {number} fastest
 * @param {(name: string) => string} colour
 */
function drawAxes(context, plot, time, most, fastest, colour) {
  const bottom = plot.top + plot.height, isWide = plot.left > MARGIN.left / 2;
  context.lineWidth = 1;
  context.textBaseline = "middle";
  for (const value of ticksTo(most, isWide ? 4 : 2, true)) {
    const y = Math.round(bottom - (plot.height * value) / most) + 0.5;
    line(context, colour("--line"), plot.left, y, plot.left + plot.width, y);
    context.fillStyle = colour("--soft");
    context.textAlign = isWide ? "right" : "left";
    context.fillText(value ? figureText(value, "bytes").replace(".0 ", " ") : "0", isWide ? plot.left - 8 : plot.left + 2, isWide ? y : y - 7);
  }
  if (isWide) {
    context.textAlign = "left";
    context.fillText(`${figureText(fastest, "bytes")}/s`, plot.left + plot.width + 8, plot.top);
  }
  context.textBaseline = "top";
  for (const nanos of ticksTo(endOf(time), Math.max(Math.floor(plot.width / 110), 2), false)) {
    const x = xOf(plot, time, nanos);
    line(context, colour("--line"), x, bottom, x, bottom + 4);
    context.textAlign = nanos === 0 ? "left" : x > plot.left + plot.width - 30 ? "right" : "center";
    context.fillText(nanos ? figureText(nanos, "nanoseconds").replace(".0 ", " ") : "0", x, bottom + 7);
  }
}

function line(/** @type {CanvasRenderingContext2D} */ context, /** @type {string} */ colour, /** @type {number} */ x, /** @type {number} */ y, /** @type {number} */ toX, /** @type {number} */ toY) {
  context.strokeStyle = colour;
  context.beginPath();
  context.moveTo(x, y);
  context.lineTo(toX, toY);
  context.stroke();
}

function drawWindow(/** @type {CanvasRenderingContext2D} */ context, /** @type {Plot} */ plot, /** @type {Time} */ time, /** @type {Window | null} */ window, /** @type {(name: string) => string} */ colour) {
  if (!window)
    return;
  const x = xOf(plot, time, borderTime(time, window.from)), end = xOf(plot, time, borderTime(time, window.to));
  context.fillStyle = colour("--chosen");
  context.fillRect(x, plot.top, end - x, plot.height);
  context.lineWidth = 1.5;
  for (const at of [x, end])
    line(context, colour("--accent"), at, plot.top, at, plot.top + plot.height);
}

/**
 * From the start of the run, where nothing is. Where resident memory is not known (0, at the end) the line ends.
 * @param {CanvasRenderingContext2D} context
 * @param {Plot} plot
 * @param {Time} time
 * @param {number[]} values
 * @param {number} most
 * @param {{colour: string, dash: number[], fill?: string, isStep?: boolean}} how
 */
function drawLine(context, plot, time, values, most, how) {
  const bottom = plot.top + plot.height, y = (/** @type {number} */ value) => bottom - (plot.height * value) / most;
  let last = values.length - 1;
  while (values === time.rss && last >= 0 && !values[last])
    last--;
  let x = plot.left;
  context.beginPath();
  context.moveTo(x, values === time.rss && last >= 0 ? y(values[0]) : bottom);
  for (let i = 0; i <= last; i++) {
    if (how.isStep)
      context.lineTo(x, y(values[i]));
    x = xOf(plot, time, time.time[i]);
    context.lineTo(x, y(values[i]));
  }
  context.lineWidth = 1.5;
  context.lineJoin = "round";
  context.strokeStyle = how.colour;
  context.setLineDash(how.dash);
  context.stroke();
  context.setLineDash([]);
  if (!how.fill)
    return;
  context.lineTo(x, bottom);
  context.lineTo(plot.left, bottom);
  context.fillStyle = how.fill;
  context.fill();
}

/** The live bytes of another process. */
function drawOther(/** @type {CanvasRenderingContext2D} */ context, /** @type {Plot} */ plot, /** @type {Time} */ time, /** @type {Time["processes"][0]} */ other, /** @type {number} */ most, /** @type {string} */ colour) {
  context.beginPath();
  other.time.forEach((nanos, i) => context.lineTo(xOf(plot, time, Math.min(nanos, endOf(time))), plot.top + plot.height * (1 - other.live[i] / most)));
  context.lineWidth = 1;
  context.strokeStyle = colour;
  context.stroke();
}

/** What other processes had at a time, in words; those that had not begun, or had ended, say nothing. */
function othersAt(/** @type {Time} */ time, /** @type {number} */ nanos) {
  return time.processes.flatMap((other) => {
    const after = other.time.findIndex((each) => each >= nanos);
    return other.time[0] > nanos || after < 0 ? [] : [`${escaped(other.name)} (process ${other.pid}): ${figureText(other.live[after], "bytes")} live`];
  });
}

/** A triangle above the plot and a thin line down; marks that are too close to one another share them. */
function drawMarks(/** @type {CanvasRenderingContext2D} */ context, /** @type {Plot} */ plot, /** @type {Time} */ time, /** @type {(name: string) => string} */ colour) {
  let before = -NEAR;
  context.lineWidth = 1;
  context.fillStyle = colour("--soft");
  for (const x of time.marks.map((mark) => xOf(plot, time, Math.min(mark.time, endOf(time)))).sort((a, b) => a - b)) {
    if (x - before < NEAR)
      continue;
    before = x;
    context.globalAlpha = 0.4;
    context.setLineDash([2, 3]);
    line(context, colour("--soft"), Math.round(x) + 0.5, plot.top, Math.round(x) + 0.5, plot.top + plot.height);
    context.setLineDash([]);
    context.globalAlpha = 1;
    context.beginPath();
    context.moveTo(x - 4, plot.top - 9);
    context.lineTo(x + 4, plot.top - 9);
    context.lineTo(x, plot.top - 2);
    context.fill();
  }
}

function pressedChart(/** @type {Chart} */ chart, /** @type {PointerEvent} */ event) {
  if (event.button !== 0 || !chart.time)
    return;
  chart.canvas.setPointerCapture(event.pointerId);
  chart.start = event.clientX;
}

function movedOverChart(/** @type {Chart} */ chart, /** @type {PointerEvent} */ event) {
  const time = chart.time;
  if (!time)
    return;
  showChartTip(chart, time, event);
  if (chart.start === null || Math.abs(event.clientX - chart.start) < LEAST_DRAG)
    return;
  const ends = [chart.start, event.clientX].map((x) => nearestBorder(time, timeAt(chart, x))).sort((a, b) => a - b);
  chart.dragged = ends[0] < ends[1] ? { from: ends[0], to: ends[1] } : null;
  drawChart(chart);
}

function endDrag(/** @type {Chart} */ chart) {
  chart.start = chart.dragged = null;
  drawChart(chart);
}

function releasedChart(/** @type {Chart} */ chart, /** @type {PointerEvent} */ event) {
  movedOverChart(chart, event);
  const chosen = chart.dragged;
  endDrag(chart);
  if (chosen)
    chart.choose(chosen, false);
}

/** The figures at the moment that the pointer is at, and the marks there. */
function showChartTip(/** @type {Chart} */ chart, /** @type {Time} */ time, /** @type {PointerEvent} */ event) {
  const plot = plotOf(chart), tip = byId("tip"), i = Math.max(nearestBorder(time, timeAt(chart, event.clientX)) - 1, 0);
  const x = event.clientX - chart.canvas.getBoundingClientRect().left;
  const marks = time.marks.filter((mark) => Math.abs(xOf(plot, time, Math.min(mark.time, endOf(time))) - x) <= NEAR);
  const rows = [`${figureText(time.live[i], "bytes")} live${time.rss[i] ? `, ${figureText(time.rss[i], "bytes")} resident` : ""}`,
                `${figureText(chart.rates[i], "bytes")}/s allocated`,
                ...othersAt(time, time.time[i]),
                ...marks.slice(0, 8).map((mark) => `${/** @type {Record<string, string>} */ (MARK_WORDS)[mark.kind] ?? "mark"}: ${escaped(mark.text)}`),
                ...(marks.length > 8 ? [`and ${marks.length - 8} more`] : [])];
  fill(tip, element("strong", {}, figureText(time.time[i], "nanoseconds")), ...rows.flatMap((row) => [element("br"), row]));
  tip.hidden = false;
  tip.style.left = `${Math.max(Math.min(event.clientX + 14, innerWidth - tip.offsetWidth - 8), 4)}px`;
  tip.style.top = `${event.clientY + 18}px`;
}

/** The arrows move the window's end, with Shift its start, by a moment; Escape goes back to the whole run. */
function keyOnChart(/** @type {Chart} */ chart, /** @type {KeyboardEvent} */ event) {
  const time = chart.time;
  if (!time || event.ctrlKey || event.metaKey || event.altKey)
    return;
  const n = time.time.length, { from, to } = chart.window ?? { from: 0, to: n };
  const by = { ArrowLeft: -1, ArrowRight: 1, Home: -n, End: n }[event.key];
  if (event.key === "Escape" || event.key === "Backspace")
    chart.choose(null, false);
  else if (by !== undefined)
    chart.choose(event.shiftKey ? { from: Math.min(Math.max(from + by, 0), to - 1), to }
                                : { from, to: Math.min(Math.max(to + by, from + 1), n) }, true);
  else
    return;
  event.preventDefault();
  event.stopPropagation();
}
