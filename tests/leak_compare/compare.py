#!/usr/bin/env python3
"""Compares memprof leaks with valgrind and LeakSanitizer on many small programs: see scripts/leak-compare --help.

--tap is the test: memprof's verdict on each program is exactly the truth, in bytes and objects by kind, and it finds
what valgrind finds.
"""

import argparse
import os
import shutil
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import document
import judge
import tools
from programs import generate

ROOT = Path(__file__).resolve().parents[2]


def arguments():
    parser = argparse.ArgumentParser(prog="scripts/leak-compare", description=(
        "Runs memprof leaks, valgrind and LeakSanitizer on small programs that are made so that what they leak is known. "
        "Writes the tables of docs/LEAK-COMPARISON.md."))
    parser.add_argument("names", nargs="*", metavar="FLOW", help="only these programs of tests/leak_compare/flows; writes nothing")
    parser.add_argument("--rounds", type=int, default=1,
                        help="2 programs a flow and round: 1 is what the test runs, 2 has each compiler at each level (1)")
    parser.add_argument("--jobs", type=int, default=2, help="programs at a time (2)")
    parser.add_argument("--memprof", default=os.environ.get("MEMPROF", str(ROOT / "build/cli/memprof")), help="the command")
    parser.add_argument("--keep", metavar="FOLDER", help="leave the programs and reports there")
    parser.add_argument("--tap", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def examine(program, command, folder):
    """memprof's and valgrind's verdicts on the program."""
    plain = program.build(folder)
    return {"memprof": tools.memprof(command, plain, plain), "valgrind": tools.valgrind(plain, plain)}


def ask_lsan(program, folder):
    """LeakSanitizer's verdict, for the document: the test asks nothing of it."""
    sanitized = program.build(folder, ".lsan", "-fsanitize=leak")
    verdict = tools.lsan(sanitized)
    if judge.score(program, verdict).missed:
        again = tools.lsan(sanitized, ":use_stacks=0:use_registers=0")
        if not judge.score(program, again).missed:
            verdict.reason = "found without stacks and registers: stale pointers"
    return verdict


def complaint(program, verdicts):
    wrong = judge.wrong_with_memprof(program, verdicts["memprof"])
    if wrong:
        return wrong
    if judge.score(program, verdicts["memprof"]).false:
        return "something in use was called lost"
    alone = judge.found_by_valgrind_alone(program, verdicts["memprof"], verdicts["valgrind"])
    return f"valgrind alone found {alone} bytes" if alone else None


def one(number, program, args, folder):
    """(verdicts or None, complaint or None, both as TAP)."""
    try:
        verdicts = examine(program, args.memprof, folder)
        if not args.tap:
            verdicts["lsan"] = ask_lsan(program, folder)
        wrong = complaint(program, verdicts)
    except Exception as error:  # a program that does not compile or hangs fails alone
        verdicts, wrong = None, str(error)
    lines = [f"{'not ok' if wrong else 'ok'} {number} - {program.name}"]
    if wrong:
        lines += ["# " + line for line in wrong.splitlines()]
        lines.append(f"# {' '.join(map(repr, program.command('/tmp/program')))}")
    return verdicts, wrong, "\n".join(lines)


def run_all(programs, args, folder):
    """[(verdicts, complaint)]. TAP wants its lines in order."""
    results = []
    with ThreadPoolExecutor(args.jobs) as pool:
        for verdicts, wrong, said in pool.map(lambda item: one(*item, args, folder), enumerate(programs, 1)):
            print(said, flush=True, file=sys.stdout if args.tap else sys.stderr)
            results.append((verdicts, wrong))
    return results


def main():
    args = arguments()
    programs = [p for p in generate(args.rounds) if not args.names or p.flow.name in args.names]
    if not shutil.which("valgrind"):
        sys.exit("leak-compare: valgrind is not there: scripts/deps test installs it")
    if not programs:
        sys.exit(f"leak-compare: no such program in tests/leak_compare/flows: {' '.join(args.names)}")
    if args.tap:
        print(f"1..{len(programs)}", flush=True)
    folder = Path(args.keep or tempfile.mkdtemp(prefix="leak-compare."))
    folder.mkdir(exist_ok=True)
    try:
        results = run_all(programs, args, folder)
    finally:
        if not args.keep:
            shutil.rmtree(folder, ignore_errors=True)
    failed = [program.name for program, (_, wrong) in zip(programs, results) if wrong]
    rows = [document.Row(p, verdicts) for p, (verdicts, _) in zip(programs, results) if verdicts]
    if not args.tap:
        text = document.render(rows)
        print(text)
        if not args.names:
            document.write(ROOT / "docs/LEAK-COMPARISON.md", text)
    if failed:
        print(f"# {len(failed)} of {len(programs)} failed", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
