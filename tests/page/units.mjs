// The page's modules without a browser, by node's test runner.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync, writeFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { gunzipSync, gzipSync } from "node:zlib";

const load = (name) => import(join(process.env.PAGE_WEB, name));
const { fixed, figureText, intervalText, percentText, deltaText, sizeClassText } = await load("format.js");
const { readAddress, writeAddress, START } = await load("address.js");
const { makeTree, nodeAt, pathTo, readRegex, restOf, searchTree, certainty } = await load("tree.js");
const { layOut, boxAt } = await load("layout.js");
const { readWindow, writeWindow, nearestBorder, windowDocument, figureBeside } = await load("window.js");
const { windowBytes } = await load("window_values.js");
const { unpackTree } = await load("time_tree.js");
const { ratesOf, ticksTo } = await load("chart.js");
const { encodePprof } = await load("pprof.js");
const { csvField } = await load("download.js");
const { changeColour } = await load("colour.js");
const { lifeBars, lifeClassText } = await load("lifetimes.js");
const { visible } = await load("dom.js");
const { unpack } = await load("document.js");
const { certaintyText, droppedText } = await load("summary.js");

/** A view of paths: {"a/b": [flat, cum]}. */
function viewOf(paths) {
  const texts = [], name = [4294967295], parent = [4294967295], flat = [0], cum = [0], at = new Map([["", 0]]);
  for (const [path, [own, all]] of Object.entries(paths)) {
    const names = path.split("/"), last = names.pop();
    texts.push(last);
    name.push(texts.length - 1);
    parent.push(at.get(names.join("/")));
    at.set(path, name.length - 1);
    flat.push(own);
    cum.push(all);
    if (!names.length)
      cum[0] += all;
  }
  return { texts, view: { by: "function", inverted: false, name, parent, figures: [{ flat, cum }] } };
}

test("numbers are written as printf writes them, ties to even", () => {
  const values = [0.25, 0.35, 1.25, 2.5, 3.75, 0.05, 1023.95, 12.345, 7.125, 0.125, 99.995, 1e6 + 0.25, 0.5, 1.5];
  for (const digits of [0, 1, 2]) {
    // Python's % is C's printf on the same double; the shell's would round the decimal text.
    const exact = execFileSync("/usr/bin/python3", ["-c", `print(*["%.${digits}f" % x for x in ${JSON.stringify(values)}])`]);
    assert.deepEqual(values.map((x) => fixed(x, digits)), exact.toString().trim().split(" "));
  }
});

test("figures, intervals, shares", () => {
  assert.equal(figureText(0, "bytes"), "0 B");
  assert.equal(figureText(512, "bytes"), "512 B");
  assert.equal(figureText(1023.96 * 1024, "bytes"), "1.0 MiB");
  assert.equal(figureText(1280, "bytes"), "1.2 KiB");
  assert.equal(figureText(4711, "count"), "4711");
  assert.equal(figureText(1234567, "nanoseconds"), "1.2 ms");
  assert.equal(deltaText(2048, "bytes"), "+2.0 KiB");
  assert.equal(deltaText(-2048, "bytes"), "-2.0 KiB");
  assert.equal(intervalText(10240, 9216, 11264, "bytes"), "± 1.0");
  assert.equal(intervalText(10240, 0, 3 * 1048576, "bytes"), "0 to 3.0 MiB");
  assert.equal(intervalText(10240, 9216, 20480, "bytes"), "9.0 to 20.0 KiB");
  assert.equal(intervalText(1048576, 1048570, 1048580, "bytes"), "");
  assert.equal(percentText(1, 3), "33.33%");
  assert.equal(percentText(5, 0), "0%");
  assert.equal(sizeClassText("64"), "64 B to 127 B");
  assert.equal(sizeClassText("0"), "0 and 1 B");
});

test("the address holds the state, and takes nothing else", () => {
  const state = { ...START, tab: "graph", inverted: true, zoom: 17, search: "a&b=c#\u00e9", row: "operator new(unsigned long)" };
  assert.deepEqual(readAddress(writeAddress(state)), state);
  assert.equal(writeAddress(START), "#");
  assert.deepEqual(readAddress("#zoom=-1&zoom=x&__proto__=1&constructor=2&unknown=3"), START);
  assert.equal({}.polluted, undefined);
});

test("children come by weight, then by name; paths lead there and back", () => {
  const { view, texts } = viewOf({ a: [1, 10], "a/z": [2, 2], "a/b": [2, 2], "a/m": [5, 5], c: [3, 3] });
  const tree = makeTree(view, 0, texts);
  assert.deepEqual(tree.children[1].map((i) => texts[view.name[i]]), ["m", "b", "z"]);
  assert.deepEqual(pathTo(tree, nodeAt(tree, ["a", "b"])).map((i) => (i ? texts[view.name[i]] : "")), ["", "a", "b"]);
  assert.equal(nodeAt(tree, ["a", "gone", "b"]), 1);
  assert.equal(restOf(tree, 1), 0);
});

test("what is cut off is an exact rest", () => {
  const { view, texts } = viewOf({ a: [1, 100], "a/b": [60, 60] });
  assert.equal(restOf(makeTree(view, 0, texts), 1), 39);
});

test("search counts each stack once, by its outermost match", () => {
  const { view, texts } = viewOf({ f: [0, 10], "f/g": [2, 8], "f/g/f": [6, 6], h: [0, 5], "h/f": [5, 5] });
  const found = searchTree(makeTree(view, 0, texts), readRegex("^f$"));
  assert.equal(found.sum, 15);
  assert.deepEqual([...found.matches], [0, 1, 0, 1, 0, 1]);
  assert.equal(searchTree(makeTree(view, 0, texts), readRegex("^g$")).sum, 8);
});

test("regular expressions are read as pprof reads them, bad ones are refused", () => {
  assert.ok(readRegex("(?i)FOO").test("foo"));
  assert.ok(!readRegex("FOO").test("foo"));
  assert.ok(readRegex("std::vector<.*>::push").test("std::vector<int>::push_back"));
  assert.equal(readRegex("(["), null);
});

test("frames lie side by side below their caller, and narrow ones are one box that says how much it is", () => {
  const many = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`a/x${i}`, [1, 1]]));
  const { view, texts } = viewOf({ a: [0, 2000], "a/big": [1000, 1000], ...many });
  const tree = makeTree(view, 0, texts), boxes = layOut(tree, [0], 1000);
  const rest = boxes.filter((box) => box.isRest);
  assert.equal(rest.length, 1);
  assert.equal(rest[0].rest, 1000);
  assert.equal(rest[0].x, 500);
  for (const box of boxes)
    assert.ok(box.x >= 0 && box.x + box.width <= 1000.001);
  assert.equal(boxAt(boxes, 250, 2).node, 2);
  const zoomed = layOut(tree, [0, 1, 2], 800);
  assert.deepEqual(zoomed.map((box) => [box.node, box.width, box.isAbove]), [[0, 800, true], [1, 800, true], [2, 800, false]]);
});

test("callees that shrank and grew stay within their caller", () => {
  const { view, texts } = viewOf({ a: [0, 10], "a/grew": [60, 60], "a/shrank": [-50, -50] });
  const boxes = layOut(makeTree(view, 0, texts), [0], 1100);
  assert.deepEqual(boxes.map((box) => [box.node, box.x, box.width]), [[0, 0, 1100], [1, 0, 1100], [2, 0, 600], [3, 600, 500]]);
});

test("a bar larger than the figure is not sure; nor is a change whose interval holds 0", () => {
  const { view, texts } = viewOf({ a: [5, 5], b: [5, 5] });
  Object.assign(view.figures[0], { cum_low: [9, 4, 0], cum_high: [11, 6, 20] });
  const tree = makeTree(view, 0, texts);
  assert.deepEqual([0, 1, 2].map((i) => certainty(tree, i).isSure), [true, true, false]);
  Object.assign(view.figures[0], { base_cum: [8, 3, 5], base_flat: [0, 3, 5], cum_low: [-1, 1, -4], cum_high: [5, 3, 4] });
  const change = makeTree(view, 0, texts);
  assert.deepEqual([0, 1, 2].map((i) => certainty(change, i).isSure), [false, true, false]);
  assert.deepEqual(change.weight, [18, 8, 10]);
});

test("grey is what may be chance", () => {
  const grey = changeColour(0, 10, true, false);
  assert.equal(changeColour(5, 10, false, false), grey);
  assert.notEqual(changeColour(5, 10, true, false), grey);
  assert.notEqual(changeColour(5, 10, true, false), changeColour(-5, 10, true, false));
});

test("the view as a pprof profile opens in go tool pprof with the same figures", () => {
  const { view, texts } = viewOf({ main: [1, 111], "main/parse": [10, 110], "main/parse/grow": [60, 60] });
  const folder = mkdtempSync(join(tmpdir(), "memprof-units.")), path = join(folder, "v.pb.gz");
  writeFileSync(path, gzipSync(encodePprof(view, [{ type: "alloc_space", unit: "bytes" }], texts)));
  const top = execFileSync("go", ["tool", "pprof", "-top", "-unit=B", "-nodefraction=0", path], { stdio: ["ignore", "pipe", "ignore"] }).toString();
  rmSync(folder, { recursive: true });
  assert.match(top, /\b60B\s+\S+\s+\S+\s+60B\s+\S+\s+grow/);
  assert.match(top, /\b50B\s+\S+\s+\S+\s+110B\s+\S+\s+parse/); // its own 10, and 40 that the view has cut off
  assert.match(top, /\b1B\s+\S+\s+\S+\s+111B\s+\S+\s+main/);
});

test("a name is no formula in a spreadsheet", () => {
  assert.equal(csvField("=cmd()"), "'=cmd()");
  assert.equal(csvField('a "b", c'), '"a ""b"", c"');
  assert.equal(csvField("-5"), "-5");
});

test("control characters and marks that reorder text are shown as such", () => {
  assert.equal(visible("a\u202eb\u0000\n"), "a\\u{202e}b\\u{0}\\n");
});

test("the document comes out of its packing; another version is refused", async () => {
  const pack = (doc) => gzipSync(JSON.stringify(doc)).toString("base64");
  assert.equal((await unpack(pack({ format: "memprof.page", version: 1, shown: 3 }))).shown, 3);
  await assert.rejects(unpack(pack({ format: "memprof.page", version: 2 })), /version/);
  assert.ok(gunzipSync(Buffer.from(pack({}), "base64")).length);
});

test("how sure a profile is: what may be missing is said, and nothing sampled is called exact", () => {
  assert.equal(certaintyText({ exact: true }), "exact");
  assert.equal(certaintyText({ exact: false }), "not sampled");
  const sampled = certaintyText({ exact: false, least_rate: 512, most_rate: 2048, unseen: 6656 });
  assert.match(sampled, /every 512 B to 2\.0 KiB .*sites of up to 6\.5 KiB may have no sample/);
  assert.equal(droppedText(null), "");
  assert.match(droppedText({ allocs: 3, bytes: 2048 }), /^3 allocations of 2\.0 KiB were not recorded/);
  assert.match(droppedText({ allocs: null, bytes: null }), /^some allocations were not recorded/);
});

test("lifetimes are in powers of two, those below a tick of their clock together", () => {
  assert.deepEqual([0, 1, 2].map((at) => lifeClassText("nanoseconds", at)), ["up to 4.2 ms", "4.2 ms to 8.4 ms", "8.4 ms to 16.8 ms"]);
  assert.deepEqual([0, 1, 2, 3].map((at) => lifeClassText("calls", at)), ["0 allocations", "1 allocation", "2 to 3 allocations", "4 to 7 allocations"]);
  const bar = (from, objects) => ({ from, objects }), lives = (by, ...histograms) => lifeBars({ by, functions: histograms.map((histogram) => ({ histogram })) });
  assert.deepEqual(lives("nanoseconds", [bar(0, 3), bar(2 ** 21, 4), bar(2 ** 22, 5)], [bar(2 ** 23, 6)]), { first: 0, bars: [[7, 5, 0], [0, 0, 6]] });
  assert.deepEqual(lives("calls", [bar(2, 1)], [bar(8, 2)], []), { first: 2, bars: [[1, 0, 0], [0, 0, 2], [0, 0, 0]] });
});

test("no module writes HTML", () => {
  const sources = readdirSync(process.env.PAGE_WEB).filter((name) => name.endsWith(".js"));
  assert.ok(sources.length > 20);
  for (const name of sources)
    assert.doesNotMatch(readFileSync(join(process.env.PAGE_WEB, name), "utf8"), /innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|eval\(/);
});

/** Two stacks, main/work/work and main/other, at moments of 10, 20 and 40 ns. */
function timeOf() {
  return { time: [10, 20, 40], rss: [0, 0, 0], live: [0, 0, 0], allocated: [0, 0, 0], marks: [], processes: [],
           changes: [1, 0, 2], stacks: [1, 8, 0, -8, 0, 100, -40, 0, 1, 16, -24, 8],
           trees: [{ by: "function", name: [4294967295, 0, 1, 2, 1], children: [1, 2, 1, 0, 0], node: [4, 3] }] };
}

test("a window is read from the address, and nothing else is", () => {
  const time = timeOf();
  assert.deepEqual(readWindow(time, "0-3"), { from: 0, to: 3 });
  assert.equal(writeWindow({ from: 0, to: 3 }), "0-3");
  for (const text of ["", "3-1", "1-1", "0-4", "-1-2", "0-3x", "1e0-3", "0-0003", "<b>"])
    assert.equal(readWindow(time, text), null, text);
  assert.equal(readWindow(undefined, "0-3"), null);
  assert.deepEqual([0, 4, 6, 14, 16, 31, 99].map((nanos) => nearestBorder(time, nanos)), [0, 0, 1, 1, 2, 3, 3]);
});

test("a window has what lives at its end, was born in it and still lives, was allocated in it", () => {
  const time = timeOf();
  const bytes = (from, to) => Object.values(windowBytes(time, { from, to }));
  assert.deepEqual(bytes(0, 3), [[60, 0], [60, 0], [100, 24], [0, 0]]);
  assert.deepEqual(bytes(0, 1), [[0, 8], [0, 0], [0, 8], [0, 0]]);
  assert.deepEqual(bytes(1, 2), [[0, 8], [0, 0], [0, 0], [0, 8]]);
  assert.deepEqual(bytes(1, 3), [[60, 0], [60, 0], [100, 16], [0, 8]]);
});

test("the document of a window adds up flat to cum, and counts a function that calls itself once", () => {
  const whole = { time: timeOf(), texts: ["main", "work", "other"], profiles: [{ file: "p" }] };
  const { doc, types } = windowDocument(whole, { from: 1, to: 3 }, false), allocated = 2;
  assert.equal(doc.types[allocated].totals[0].value, 116);
  const [view, inverted] = doc.views, [table] = doc.tables;
  assert.deepEqual(view.figures[allocated], { flat: [0, 0, 0, 16, 100], cum: [116, 116, 100, 16, 100] });
  assert.deepEqual([inverted.name.slice(1), inverted.parent.slice(1), inverted.figures[allocated].cum], [[1, 1, 0, 2, 0], [0, 1, 2, 0, 4], [116, 100, 100, 100, 16, 16]]);
  assert.deepEqual([table.name, table.figures[allocated]], [[0, 1, 2], { flat: [0, 100, 16], cum: [116, 100, 16] }]);
  assert.deepEqual(types.map(({ totals }) => totals.map(({ value }) => value)), [[60], [60], [116], [8, 60]]);
  const { doc: change } = windowDocument(whole, { from: 1, to: 3 }, true);
  assert.deepEqual(change.views[0].figures, [{ flat: [0, 0, 0, 0, 60], cum: [60, 60, 60, 0, 60], base_flat: [0, 0, 0, 8, 0], base_cum: [8, 8, 0, 8, 0] }]);
  assert.deepEqual(change.profiles.map(({ file }) => file), ["p, live at 10 ns", "p, live at 40 ns"]);
  assert.deepEqual(unpackTree(timeOf().trees[0]).parent, [4294967295, 0, 1, 1, 2]);
});

test("groups are the roots of stacks, modules have what they are responsible for", () => {
  const time = timeOf();
  time.trees.push({ ...time.trees[0], by: "thread" }, { ...time.trees[0], by: "module" }, { ...time.trees[0], by: "type" });
  const [, thread, module, type] = windowDocument({ time, texts: [], profiles: [{}] }, { from: 0, to: 3 }, false).doc.tables;
  for (const group of [thread, type])
    assert.deepEqual([group.name, group.figures[2].flat, group.figures[2].cum], [[0], [124], [124]]);
  assert.deepEqual([module.figures[2].flat, module.figures[2].cum], [[0, 100, 24], [0, 100, 24]]);
});

test("the figure goes on when a window comes and goes", () => {
  assert.deepEqual(["alloc_space", "alloc_objects", "inuse_space", "peak_space", "window_alloc", "window_born", "window_live", "window_change"].map(figureBeside),
    ["window_alloc", "window_alloc", "window_live", "window_live", "alloc_space", "inuse_space", "inuse_space", "inuse_space"]);
});

test("ticks are round numbers, rates are bytes a second", () => {
  assert.deepEqual(ticksTo(27 * 1048576, 4, true).map((x) => x / 1048576), [0, 8, 16, 24]);
  assert.deepEqual(ticksTo(1.3e9, 3, false), [0, 5e8, 1e9]);
  assert.deepEqual(ticksTo(1e9, 5, false), [0, 2e8, 4e8, 6e8, 8e8, 1e9]);
  assert.deepEqual(ticksTo(0, 4, true), [0]);
  assert.deepEqual(ratesOf({ time: [1e9, 3e9, 4e9], allocated: [10, 50, 40] }), [10, 20, 0]);
});
