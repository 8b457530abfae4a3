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
import tap
import tools
from programs import generate

ROOT = Path(__file__).resolve().parents[2]


def arguments():
    parser = argparse.ArgumentParser(prog="scripts/leak-compare", description=(
        "Runs memprof leaks, valgrind and LeakSanitizer on small programs that are made so that what they leak is known. "
        "Writes the tables of docs/LEAK-COMPARISON.md."))
    parser.add_argument("names", nargs="*", metavar="FLOW", help="only these programs of tests/leak_compare/flows; writes nothing")
    parser.add_argument("--rounds", type=int, default=1,
                        help="2 programs a flow and round, of which the test runs one; 2 has each compiler at each level (1)")
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


def reproduce(program):
    return " ".join(map(repr, program.command("/tmp/program")))


def examine_case(program, command, folder):
    wrong = complaint(program, examine(program, command, folder))
    tap.check(not wrong, f"{wrong}\n{reproduce(program)}")


def test(programs, args, folder):
    # One of each flow's two, with either compiler and at either level in turn: scripts/leak-compare runs all.
    for program in [programs[i + i // 4 % 2] for i in range(0, len(programs) - 1, 2)]:
        tap.add(program.name, examine_case, program, args.memprof, folder)
    tap.main(jobs=args.jobs, wanted=[])


def compare(program, args, folder):
    """(verdicts or None, complaint or None)."""
    try:
        verdicts = examine(program, args.memprof, folder)
        verdicts["lsan"] = ask_lsan(program, folder)
        return verdicts, complaint(program, verdicts)
    except Exception as error:  # a program that does not compile or hangs fails alone
        return None, str(error)


def compare_all(programs, args, folder):
    """[(verdicts, complaint)] in the order of the programs."""
    results = []
    with ThreadPoolExecutor(args.jobs) as pool:
        for program, result in zip(programs, pool.map(lambda p: compare(p, args, folder), programs)):
            results.append(result)
            wrong = f": {result[1]}\n{reproduce(program)}" if result[1] else ""
            print(f"{program.name}{wrong}", flush=True, file=sys.stderr)
    return results


def report(programs, args, folder):
    """Compares, prints the table, and writes it where all programs were compared. The number of complaints."""
    results = compare_all(programs, args, folder)
    rows = [document.Row(p, verdicts) for p, (verdicts, _) in zip(programs, results) if verdicts]
    text = document.render(rows)
    print(text)
    if not args.names:
        document.write(ROOT / "docs/LEAK-COMPARISON.md", text)
    return sum(1 for _, wrong in results if wrong)


def main():
    args = arguments()
    programs = [p for p in generate(args.rounds) if not args.names or p.flow.name in args.names]
    if not shutil.which("valgrind"):
        sys.exit("leak-compare: valgrind is not there: scripts/deps test installs it")
    if not programs:
        sys.exit(f"leak-compare: no such program in tests/leak_compare/flows: {' '.join(args.names)}")
    folder = Path(args.keep or tempfile.mkdtemp(prefix="leak-compare."))
    folder.mkdir(exist_ok=True)
    try:
        if args.tap:
            test(programs, args, folder)
        failed = report(programs, args, folder)
    finally:
        if not args.keep:
            shutil.rmtree(folder, ignore_errors=True)
    if failed:
        print(f"{failed} of {len(programs)} failed", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
