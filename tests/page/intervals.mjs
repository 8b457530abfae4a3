// Intervals of a window's figures: against memprof's own, of a profile whose samples are all known, and how often they hold the truth.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";

const load = (name) => import(join(process.env.PAGE_WEB, name));
const { incompleteGamma } = await load("interval.js");
const { columnsOfTree } = await load("time_tree.js");
const { windowDocument } = await load("window.js");
const { changesOf, figuresOf, windowValues } = await load("window_values.js");

test("the incomplete gamma function, where it is another function", () => {
  for (const x of [0.01, 0.5, 1, 3, 20])
    assert.ok(Math.abs(incompleteGamma(1, x) - (1 - Math.exp(-x))) < 1e-9, `P(1, ${x})`);
  const poisson = (k, x) => Array.from({ length: k }, (_, i) => i).reduce(([sum, term], i) => [sum + term, (term * x) / (i + 1)], [0, Math.exp(-x)])[0];
  for (const [k, x] of [[5, 2], [5, 9], [40, 38], [700, 690]])
    assert.ok(Math.abs(incompleteGamma(k, x) - (1 - poisson(k, x))) < 1e-9, `P(${k}, ${x})`);
  // The median of a gamma variate of a large shape is its shape less a third.
  assert.ok(Math.abs(incompleteGamma(5000, 5000 - 1 / 3) - 0.5) < 1e-4);
  assert.ok(Math.abs(incompleteGamma(0.5, 0.4549364 / 2) - 0.5) < 1e-6); // the median of chi-squared, of one degree, halved
});

/** By function: [value, low, high] of one type, of the whole run's document or a window's. */
function rowsOf({ texts }, table, type, kind) {
  const figures = table.figures[type], base = figures[`base_${kind}`] ?? figures[kind].map(() => 0);
  return new Map(table.name.map((name, row) => [texts[name], [figures[kind][row] - base[row], figures[`${kind}_low`][row], figures[`${kind}_high`][row]]]));
}

/** The same of memprof top: the page's own document rounds ends that are only printed. */
function rowsOfTop(path, type, kind) {
  const { nodes } = JSON.parse(readFileSync(`${path}.${type}.json`, "utf8"));
  return new Map(nodes.map((node) => [node.name, [node[kind].value, node[kind].low, node[kind].high]]));
}

/** No further apart than a thousandth of the interval, to which both work ends out. */
function assertAlike(ours, theirs, what) {
  for (const [name, [value, low, high]] of theirs) {
    const found = ours.get(name) ?? [0, 0, 0], near = (high - low) / 500;
    if (value)
      for (const [i, each] of [value, low, high].entries())
        assert.ok(Math.abs(found[i] - each) <= near + 1, `${what} of ${name}: ${found} instead of ${[value, low, high]}`);
  }
}

test("a window that is the whole run has memprof's intervals", () => {
  const doc = JSON.parse(readFileSync(`${process.env.WHOLE}.json`, "utf8")), { doc: window } = windowDocument(doc, { from: 0, to: 2 }, false);
  const number = (type) => doc.types.findIndex((each) => each.type === type);
  assert.ok(doc.tables[0].name.length > 10 && doc.tables[0].figures[1].flat_low);
  for (const kind of ["flat", "cum"])
    for (const [type, whole] of [[0, "inuse_space"], [1, "inuse_space"], [2, "alloc_space"]])
      assertAlike(rowsOf(doc, window.tables[0], type, kind), rowsOfTop(process.env.WHOLE, whole, kind), `${kind}, ${whole}`);
  const view = window.views[0].figures[2], [root] = doc.types[number("alloc_space")].totals;
  assert.ok(Math.abs(view.cum_high[0] - root.high) < (root.high - root.low) / 500);
});

test("a change of live bytes has the interval that memprof gives to a delta of snapshots", () => {
  const doc = JSON.parse(readFileSync(`${process.env.WHOLE}.json`, "utf8")), { doc: window } = windowDocument(doc, { from: 1, to: 2 }, true);
  assert.equal(window.profiles.length, 2);
  for (const kind of ["flat", "cum"])
    assertAlike(rowsOf(doc, window.tables[0], 0, kind), rowsOfTop(process.env.DELTA, "inuse_space", kind), kind);
});

test("what calibration multiplied has the interval of the raw figure, and itself in it", () => {
  const time = { time: [1, 2], changes: [1, 1], stacks: [0, 4000, 0, 0, 0, 4000, -2000, 0], trees: [{ node: [1] }],
                 sampling: { alloc_unseen: 1e4, inuse_unseen: 1e4, size: [100], p: [0.01], alloc_scale: [2], inuse_scale: [0.5] } };
  const tree = { by: "function", name: [0, 0], parent: [0, 0], node: [1] }, at = (raw) => {
    const alone = { ...time, stacks: [0, raw, 0, 0], changes: [1], time: [1], sampling: { ...time.sampling, alloc_scale: [1], inuse_scale: [1] } };
    return figuresOf(windowValues(alone, { from: 0, to: 1 }).allocated, alone, columnsOfTree(tree)).flat_high[1];
  };
  const high = (figure, to) => figuresOf(windowValues(time, { from: 0, to })[figure], time, columnsOfTree(tree)).flat_high[1];
  assert.deepEqual([high("allocated", 1), high("live", 1), high("born", 1), high("live", 2)], [2000, 2000, 8000, 12000].map(at));
  const far = { ...time, sampling: { ...time.sampling, alloc_scale: [1000], alloc_unseen: 1, p: [0.9] } };
  assert.equal(figuresOf(windowValues(far, { from: 0, to: 1 }).allocated, far, columnsOfTree(tree)).flat_high[1], 4000);
});

/** Numbers from 0 to 1, the same ones at each run of the test (mulberry32). */
function drawsFrom(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

// Blocks of a site at each moment; half of them go at a later one. The rate rises in the middle of the run.
const SITES = [[64, 1500], [64, 60], [500, 300], [4000, 40], [30000, 6], [300000, 2]], RATES = [16384, 262144], MOMENTS = 8, RUNS = 700;

/** A stack is a site at a rate. [allocated, live, born] by moment: the truth, and an estimate of it. */
function simulate(draw) {
  const empty = () => SITES.map(() => RATES.map(() => Array.from({ length: MOMENTS }, () => [0, 0, 0]))), truth = empty(), found = empty();
  SITES.forEach(([size, n], site) => {
    for (let moment = 0; moment < MOMENTS; moment++) {
      const rate = moment < MOMENTS / 2 ? 0 : 1, p = 1 - Math.exp(-(size + 1) / RATES[rate]);
      for (let block = 0; block < n; block++) {
        const dies = draw() < 0.5 ? moment + 1 + Math.floor(draw() * (MOMENTS - moment)) : MOMENTS, lives = dies >= MOMENTS;
        for (const [to, bytes] of draw() < p ? [[truth, size], [found, size / p]] : [[truth, size]]) {
          const at = to[site][rate];
          at[moment][0] += bytes;
          at[moment][1] += bytes;
          at[moment][2] += lives ? bytes : 0;
          if (!lives)
            at[dies][1] -= bytes;
        }
      }
    }
  });
  return { truth, found };
}

/** What was allocated, came to live and stays, as a document has it. */
function differences([allocated, live, born]) {
  return [allocated, live - allocated, born - live];
}

function timeOf(found) {
  const stacks = found.flat(), n = stacks.length;
  return {
    time: Array.from({ length: MOMENTS }, (_, i) => i + 1), changes: Array(MOMENTS).fill(n),
    stacks: Array.from({ length: MOMENTS }, (_, moment) => stacks.map((at, i) => [i ? 1 : 0, ...differences(at[moment])])).flat(2),
    trees: [{ node: Array(n) }],
    sampling: { alloc_unseen: RATES[1], inuse_unseen: RATES[1], size: SITES.flatMap(([size]) => RATES.map(() => size)),
                p: SITES.flatMap(([size]) => RATES.map((rate) => 1 - Math.exp(-(size + 1) / rate))), alloc_scale: Array(n).fill(1), inuse_scale: Array(n).fill(1) },
  };
}

const total = (moments, part, from, to) => moments.slice(from, to).reduce((all, each) => all + each[part], 0);

test("intervals of windows hold the truth in 95 of 100 cases", () => {
  const draw = drawsFrom(20261129), held = new Map();
  const tree = { by: "function", name: [0, 0, ...SITES.map((_, i) => i + 1)], parent: [0, 0, ...SITES.map(() => 1)], node: SITES.flatMap((_, i) => [i + 2, i + 2]) };
  for (let run = 0; run < RUNS; run++) {
    const { truth, found } = simulate(draw), time = timeOf(found);
    const from = 1 + Math.floor(draw() * (MOMENTS - 1)), to = from + 1 + Math.floor(draw() * (MOMENTS - from));
    const values = windowValues(time, { from, to }), columnsOf = columnsOfTree(tree);
    const all = { live: figuresOf(values.live, time, columnsOf), born: figuresOf(values.born, time, columnsOf), allocated: figuresOf(values.allocated, time, columnsOf),
                  change: changesOf(values, time, columnsOf) };
    [...SITES, null].forEach((each, site) => {
      const moments = (each ? truth[site] : truth.flat()), sum = (part, a, b) => moments.reduce((bytes, at) => bytes + total(at, part, a, b), 0), node = each ? site + 2 : 1;
      const right = { live: sum(1, 0, to), born: sum(2, from, to), allocated: sum(0, from, to), change: sum(1, from, to) };
      for (const [figure, columns] of Object.entries(all)) {
        const key = `${figure} of ${each ? `${each[1]} blocks of ${each[0]}` : "all"}`, [hits, n] = held.get(key) ?? [0, 0];
        held.set(key, [hits + (columns.cum_low[node] - 1 <= right[figure] && right[figure] <= columns.cum_high[node] + 1), n + 1]);
      }
    });
  }
  const parts = [...held].map(([key, [hits, n]]) => [key, hits / n]), mean = parts.reduce((sum, [, part]) => sum + part, 0) / parts.length;
  console.log(`# ${parts.map(([key, part]) => `${key}: ${(100 * part).toFixed(1)}%`).join("; ")}`);
  // 700 runs tell a part of 95% from one of 92% (3.6 standard errors).
  for (const [key, part] of parts)
    assert.ok(part >= 0.92, `${key}: ${part}`);
  assert.ok(mean >= 0.945, `on average: ${mean}`);
});
