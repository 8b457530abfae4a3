#!/usr/bin/env python3
"""Stacks of C++ and Rust programs are readable on 80 columns: what says nothing is folded, rows differ, lines end."""

import json
import os
import re
from pathlib import Path

from harness import MEMPROF, case, check, equal, main, record, run

BENCH = Path(os.environ["BENCH"])
START = re.compile(r"(_start|__libc_start_\w+|clone3?|start_thread|std::rt::lang_start.*|.*__rust_begin_short_backtrace"
                   r"|core::ops::function::FnOnce::call_once)$")
PROGRAM = """
#include <map>
#include <string>
#include <thread>
#include <vector>
namespace shop {
struct Article { std::string name; };
struct Customer { std::string name; };
template <class Key, class Value> struct Register {
  std::map<Key, Value> entries;
  __attribute__((noinline)) void enter(const Key &key) { entries[key] = Value{std::string(50, 'x')}; }
};
}
__attribute__((noinline)) static void fill(shop::Register<std::string, std::vector<shop::Article>> *r) {
  for (int i = 0; i < 1000; i++) r->entries["article " + std::to_string(i)].push_back({std::string(60, 'a')});
}
int main() {
  shop::Register<std::string, shop::Article> articles;
  shop::Register<std::string, shop::Customer> customers;
  shop::Register<std::string, std::vector<shop::Article>> orders;
  for (int i = 0; i < 1000; i++) { articles.enter("article " + std::to_string(i)); customers.enter(std::to_string(i)); }
  std::thread thread([&] { fill(&orders); });
  thread.join();
  auto *lost = new std::map<std::string, int>{{"one", 1}};
  asm volatile("" : : "r"(lost));
}
"""


def text(*arguments, columns="80", status=0):
    result = run([MEMPROF, *arguments], env={"COLUMNS": columns}, status=status)
    return result.stdout.decode() + result.stderr.decode()


def check_width(output, columns=80):
    for line in output.splitlines():
        check(len(line) <= columns, f"{len(line)} columns: {line}")


def names(output, column):
    """The last column of a table, from where its heading `column` begins."""
    lines = output.splitlines()
    at = next(i for i, line in enumerate(lines) if line.endswith(f"  {column}"))
    return [line[lines[at].index(column):] for line in lines[at + 1:]]


def check_folds(path, start):
    output = text("traces", path)
    check("/rustc/" not in output and "/rustlib/" not in output, "a folder of somebody else's compiler is in a path")
    frames = {line.split()[0] for line in output.splitlines() if line.startswith(" " * 22)}
    check(not any(START.match(f) for f in frames), f"not folded: {[f for f in frames if START.match(f)]}")
    check(re.search(r"\.\.\. \d+ frames of the runtime's start", output), "no fold")
    check(start in text("traces", "--all-frames", path), f"--all-frames lacks {start}")
    first = names(text("tree", path), "call path")[0]
    check(re.match(r"\+ \.\.\. \d+ frames of the runtime's start$", first), f"the tree begins with {first}")
    check(start in text("tree", "--all-frames", path, columns="200"), f"tree --all-frames lacks {start}")
    check_width(output_of_top := text("top", "--cum", "-n", "8", path))
    shown = names(output_of_top, "name")
    check(not any(START.match(n) or re.match(r"<?(std|core|alloc)::", n) for n in shown), f"top --cum shows {shown}")


@case("a Rust program: its start and /rustc/HASH are folded")
def _():
    path, _ = record([str(BENCH / "churn_rs"), "3"], "--exact")
    check_folds(path, "std::rt::lang_start")
    dropped = re.search("^drop_frames: (.*)$", text("convert", "--to=text", path), re.M)[1].split("|")
    check(len(dropped) > 2 and len(set(dropped)) == len(dropped), f"drop_frames has doubles: {dropped}")


@case("a C++ program: threads' start and std are folded; rows that look alike differ by what called them")
def _():
    Path("in.cpp").write_text(PROGRAM)
    run(["g++", "-g", "-O1", "-pthread", "in.cpp", "-o", "program"])
    path, _ = record(["./program"], "--exact")
    check_folds(path, "start_thread")
    shown = names(text("top", path), "name")
    entered = [n for n in shown if "enter" in n]
    check(len(entered) == 2 and len(set(entered)) == 2, f"rows look alike: {shown}")
    stack = text("leaks", "./program", status=23)
    check(re.search(r"frames of the standard library\n +std::map<std::string, int>::map \(", stack), stack)
    check("basic_string<" not in stack, f"std::string is not called so:\n{stack}")
    whole = text("leaks", "--all-frames", "./program", status=23)
    check("frames of" not in whole and "std::_Rb_tree<" in whole, f"--all-frames folds:\n{whole}")


@case("diff names the functions that top names, and with --all-frames those that called the allocator")
def _():
    Path("in.cpp").write_text(PROGRAM)
    run(["g++", "-g", "-O1", "-pthread", "in.cpp", "-o", "program"])
    old, _ = record(["/bin/true"], "--exact", output="old.pb.gz")
    new, _ = record(["./program"], "--exact", output="new.pb.gz")
    wanted = {row["name"]: row["flat"]["value"] for row in json.loads(text("top", "--json", "--functions", new))["nodes"] if row["flat"]["value"]}
    changed = {row["name"]: row["new"]["value"] for row in json.loads(text("diff", "--json", old, new))["functions"] if row["new"]["value"]}
    equal(changed, wanted, "figures of functions")
    check(any("enter" in name for name in changed) and not any(name.startswith("std::") for name in changed), changed)
    check("\nstd::" in re.sub(r"^.*(yes|no)  ", "", text("diff", "--all-frames", "-n", "0", old, new), flags=re.M), "--all-frames")


@case("diff --stacks and check: no line is longer than the terminal, or than 80 columns in a file")
def _():
    Path("in.cpp").write_text(PROGRAM)
    run(["g++", "-g", "-O1", "-pthread", "in.cpp", "-o", "program"])
    old, _ = record([str(BENCH / "churn_rs"), "3"], "--exact", output="old.pb.gz")
    new, _ = record(["./program"], "--exact", output="new.pb.gz")
    check_width(text("diff", "--stacks", "-n", "0", old, new))
    check_width(text("diff", "--stacks", "-n", "0", old, new, columns=""))
    for columns in "80", "":
        output = text("check", "--base", old, new, columns=columns, status=1)
        check_width(output.split("verdict", 1)[1])
        rows = [line for line in re.sub(r"\n {40,}", " ", output).splitlines() if " OVER " in line]
        check(len(rows) == len(set(rows)), "rows of check look alike")


@case("sampled figures leave room for names on 80 columns")
def _():
    path, _ = record([str(BENCH / "churn_rs"), "3"], "--rate=64KiB")
    output = text("top", path)
    check_width(output)
    heading = next(line for line in output.splitlines() if line.endswith("  name"))
    check(heading.split() == ["flat", "95%", "flat%", "cum", "name"], heading)
    check(80 - heading.index("name") >= 28, f"{80 - heading.index('name')} columns for names: {heading}")


def names_program():
    """A program whose allocations are made in a library, both without debug information."""
    Path("lib.c").write_text("""
#include <stdlib.h>
static __attribute__((noinline)) void *hidden(long n) { return calloc(1, (size_t)n); }
void fill(void) { for (long i = 1; i < 1000; i++) *(void *volatile *)hidden(64 * i) = 0; }
""")
    Path("main.c").write_text("void fill(void);\nint main(void) { fill(); return 0; }\n")
    run(["gcc", "-O1", "-shared", "-fPIC", "lib.c", "-o", "libfill.so"])
    run(["gcc", "-O1", "main.c", "-o", "program", "-L.", "-lfill", "-Wl,-rpath,$ORIGIN"])


@case("code without names: the summary and top say what would give it some, and only where it lacks them")
def _():
    names_program()
    path, result = record(["./program"], "--exact")
    check("symbols" not in text("top", path), "an advice although all names are there")
    run(["strip", "libfill.so"])
    result = run([MEMPROF, "run", "--exact", "-o", path, "./program"])
    advice = "lies in libfill.so, which has no symbols: build it with -g and do not strip it"
    for output in text("top", path), result.stderr.decode():
        check(re.search(rf"(9\d|100)% {advice}\n", output), output)
    check("libfill.so, which" not in text("top", "--json", path), "JSON has a foot")
    names_program()
    check("libfill.so, which" not in text("top", path), "another file's symbols are missed")


@case("code without names: a Debian package is named, and debuginfod's server unless one is set")
def _():
    sql = (b"create table t(a integer primary key, b text); with recursive n(i) as (select 1 union all select i+1 from n "
           b"where i<20000) insert into t select i, 'row '||i from n; create index u on t(b);")
    path, _ = record(["sqlite3", ":memory:"], "--exact", input=sql)
    output = text("top", path)
    check("libsqlite3.so.0, which has no symbols: apt install libsqlite3-0-dbgsym\n(or export DEBUGINFOD_URLS=https://debuginfod."
          in output and f"and then: memprof symbolize {path}\n" in output, output)
    graph = run(["go", "tool", "pprof", "-dot", path]).stdout.decode()
    check('label="libsqlite3+0x' in graph, "pprof's graph has the name in pieces")
    # A port that nobody listens at: names are not asked for again by top.
    known = run([MEMPROF, "top", path], env={"DEBUGINFOD_URLS": "http://127.0.0.1:9"}).stdout.decode()
    check("dbgsym\nand then: memprof symbolize" in known, known)


main()
