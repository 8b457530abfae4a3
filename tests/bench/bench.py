#!/usr/bin/env python3
"""Measures what memprof costs: see scripts/bench --help."""

import argparse
import json
import os
import sys
import tempfile
import time

import collect
import document
from scale import scale
from tools import Tools
from workloads import idle_program, micro_workloads, program_workloads, shared_out

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))


def arguments():
    parser = argparse.ArgumentParser(prog="scripts/bench", description=(
        "Builds memprof and measures what it costs against bare programs and a shim that only forwards. Prints the tables, "
        "and writes docs/BENCHMARKS.md and build/bench.json."))
    parser.add_argument("--quick", action="store_true", help="fewer workloads and rounds: 3 minutes; writes no document")
    parser.add_argument("--peers", action="store_true", help="other heap profilers, too; installs them")
    parser.add_argument("--rounds", type=int, help="how often each two tools are compared on each workload (7; quick: 2)")
    parser.add_argument("--peer-rounds", type=int, default=3, help="the same for the other profilers (3)")
    parser.add_argument("--only", metavar="WORKLOADS", help="only these, by key, with commas between them")
    parser.add_argument("--build", default=os.path.join(ROOT, "build"), help="the build folder (build)")
    parser.add_argument("--document", default=os.path.join(ROOT, "docs/BENCHMARKS.md"), help=argparse.SUPPRESS)
    parser.add_argument("--result", help=argparse.SUPPRESS)
    parser.add_argument("--render", action="store_true", help="measure nothing: write the document from build/bench.json again")
    return parser.parse_args()


def say(text):
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


def measure(args, workloads, tools):
    rounds = args.rounds or (2 if args.quick else 7)
    few = 1 if args.quick else 3
    memory_keys = ("bare", "again", "512KiB", "default", "exact")
    sample_keys = ["never", "1KiB", "1KiB-again", "1KiB-advise"]
    if args.peers:
        memory_keys += ("jemalloc-lg0", "heaptrack")
        sample_keys += ["jemalloc", "jemalloc-lg10", "tcmalloc", "tcmalloc-1K"]
    start = time.monotonic()
    data = {"machine": collect.machine(ROOT), "rounds": rounds,
            "tools": {key: tool.title for key, tool in tools.by_key.items()},
            "workloads": {w.key: {"title": w.title, "unit": w.unit} for w in [*workloads, *shared_out(args.build)]}}
    data["instructions"] = collect.instructions(args.build)
    if not args.quick:
        data["program_instructions"] = collect.program_instructions(workloads, idle_program(args.build), tools, say)
        data["exact_instructions"] = collect.exact_instructions(workloads, tools, say)
    data["start_up"] = collect.start_up(args.build, tools, 10 * few, say)
    data["memory"] = collect.memory(args.build, workloads, tools, memory_keys, few, say)
    data["samples"] = collect.samples(workloads, tools, sample_keys, 2 * few + 1, say)
    data["budgets"] = collect.budgets(workloads, tools, collect.BUDGETS[:2] if args.quick else collect.BUDGETS, min(few, 2), say)
    if not args.quick and not args.only:
        data["scale"] = scale(args.build, tools, say)
    data["threads"] = collect.threads([*workloads, *shared_out(args.build)], tools, rounds, say)
    data["speed"] = collect.speed(workloads, tools, rounds, args.peer_rounds if args.peers else 0, say)
    data["minutes"] = round((time.monotonic() - start) / 60)
    return data


def main():
    args = arguments()
    args.build = os.path.abspath(args.build)
    result = args.result or os.path.join(args.build, "bench.json")
    if args.render:
        with open(result, encoding="utf-8") as file:
            data = json.load(file)
    else:
        tools = Tools(args.build)
        missing = tools.missing(collect.STANDARD + (collect.PEERS if args.peers else ()))
        if missing:
            sys.exit(f"scripts/bench: not there: {', '.join(missing)}")
        with tempfile.TemporaryDirectory() as scratch:
            workloads = micro_workloads(args.build) + program_workloads(args.build, scratch)
            if args.only:
                workloads = [w for w in workloads if w.key in args.only.split(",")]
            elif args.quick:
                workloads = [w for w in workloads if w.key in collect.QUICK]
            data = measure(args, workloads, tools)
        with open(result, "w", encoding="utf-8") as file:
            json.dump(data, file, indent=1)
    text = document.render(data)
    print(text)
    if not args.quick and not args.only:
        with open(args.document, "w", encoding="utf-8") as file:
            file.write(text)


if __name__ == "__main__":
    main()
