#!/usr/bin/env python3
"""`memprof top` begins with functions that a maintainer of the program would call the cause.

Seven of the first ten rows that allocate must be such: named, no allocation function and no container. This
test has patterns of its own for what an allocator looks like, and for each program it names some functions that must be
among the rows, found by reading the program's source.
"""

import json
import os
import re
import subprocess
import time
from pathlib import Path

from harness import MEMPROF, case, check, equal, main, record, run

SOURCES = Path(__file__).parent / "targets"
BENCH = Path(os.environ["BENCH"])
ALLOCATOR = re.compile(
    r"\+0x[0-9a-f]+$|^\[|^(in|de)flate|^strbuf_|^_IO_|^(std|__gnu_cxx|alloc|core|hashbrown)::|^<(alloc|core|std)::|operator new|^_?_?[a-z_]*(m|c|re)alloc"
    r"|malloc|strn?dup$|^Py(Object|Mem)_|^_Py(Object|Mem)_(Raw)?(Malloc|Calloc|Realloc)|_GC_New|_GC_Alloc|safesys|ggc_internal")


def rows(path, *options):
    nodes = json.loads(run([MEMPROF, "top", "--json", "-n", "10", *options, path]).stdout)["nodes"]
    return [node["name"] for node in nodes if node["flat"]["value"] > 0]


def table(path):
    return run([MEMPROF, "top", "-n", "15", path]).stdout.decode()


def note(title, good, names):
    if "ROWS" in os.environ:
        with open(os.environ["ROWS"], "a") as file:
            file.write("\t".join([title, str(len(good)), *names]) + "\n")


def check_rows(title, path, *expected, part=0.7):
    names = rows(path)
    good = [name for name in names if not ALLOCATOR.search(name)]
    note(title, good, names)
    check(len(good) >= part * len(names), f"{len(good)} of {len(names)} are somebody's own: {names}")
    for name in expected:
        check(any(re.search(name, n) for n in names), f"{name} is not among\n{table(path)}")


@case("python3 with PYTHONMALLOC=malloc")
def _():
    program = "import json; d=[{'k%d'%i: list(range(i%50))} for i in range(3000)]; print(len(json.dumps(d)))"
    path, _ = record(["/usr/bin/python3", "-c", program], "--exact", env={"PYTHONMALLOC": "malloc"})
    check_rows("python3", path, "^PyList_Append$|^list_resize$", "^_?PyUnicode")


@case("sqlite3, whose library has few names")
def _():
    sql = (b"create table t(a integer primary key, b text); with recursive n(i) as (select 1 union all select i+1 from n "
           b"where i<20000) insert into t select i, 'row '||i from n; create index u on t(b);")
    path, _ = record(["sqlite3", ":memory:"], "--exact", input=sql)
    check_rows("sqlite3", path, "^sqlite3")


@case("cc1plus")
def _():
    Path("in.cpp").write_text("#include <map>\n#include <string>\nstd::map<std::string, int> m;\n")
    record(["g++", "-O1", "-c", "in.cpp", "-o", "out.o"], "--exact")
    path = max(Path(".").glob("*.pb.gz"), key=lambda p: p.stat().st_size)
    check_rows("cc1plus", path, "^_cpp_get_buff$")


@case("perl")
def _():
    path, _ = record(["perl", "-e", 'my %h; $h{"k$_"}=[1..5] for 1..20000; print scalar(keys %h)'], "--exact")
    check_rows("perl", path, "^Perl_hv_common$", "^Perl_av_make$")


@case("node")
def _():
    path, _ = record(["node", "-e", "let a=[]; for (let i=0;i<2e5;i++) a.push({x:'s'+i}); console.log(a.length)"], "--exact")
    check_rows("node", path, "^v8::|^node::")


@case("redis-server")
def _():
    port = "7797"
    server = subprocess.Popen([MEMPROF, "run", "-q", "--exact", "-o", "p.pb.gz", "redis-server", "--port", port, "--save", ""],
                              stdout=subprocess.DEVNULL)
    try:
        for _ in range(100):
            if subprocess.run(["redis-cli", "-p", port, "ping"], capture_output=True).stdout == b"PONG\n":
                break
            time.sleep(0.1)
        run(["redis-benchmark", "-p", port, "-n", "10000", "-q", "-t", "set,lpush,hset,zadd"])
        run(["redis-cli", "-p", port, "shutdown", "nosave"], status=None)
        server.wait(30)
    finally:
        server.kill()
        server.wait()
    check_rows("redis-server", "p.pb.gz", "^createEmbeddedStringObject$", "^createClient$")


@case("a bignum library's allocator that nobody has on a list")
def _():
    path, _ = record([str(BENCH / "micro"), "bignum", "20000", "0", "1"], "--exact")
    check_rows("a bignum library, as cfrac", path)


@case("a C++ program of maps and strings")
def _():
    Path("in.cpp").write_text("""
#include <map>
#include <string>
#include <vector>
struct Shop {
  std::map<std::string, std::vector<int>> stock;
  __attribute__((noinline)) void add(int i) { stock["article number " + std::to_string(i)].push_back(i); }
};
static std::vector<std::string> names;
__attribute__((noinline)) static void call(int i) { names.push_back(std::string(40, 'a' + i % 20)); }
int main() {
  Shop shop;
  for (int i = 0; i < 3000; i++) { shop.add(i); call(i); }
}
""")
    run(["g++", "-g", "-O1", "in.cpp", "-o", "program"])
    path, _ = record(["./program"], "--exact")
    check(set(rows(path)[:2]) == {"Shop::add", "call"}, f"the first rows are {rows(path)[:2]}")
    all_frames = rows(path, "--all-frames")
    check(all_frames[0] not in ("Shop::add", "call"), f"--all-frames shows no other frames: {all_frames}")
    text = run([MEMPROF, "top", "-n", "2", path]).stdout.decode()
    check(re.search(r"Shop::add  via std::map<std::string, std::vector<int>>::operator\[\]", text), text)


@case("a larger C++ program")
def _():
    path, _ = record([str(BENCH / "stl"), "300"], "--exact")
    check_rows("C++", path, "::catalogue$", "::words$", "::count$")


@case("what libc allocates for streams, directories and lines is the caller's")
def _():
    Path("in.c").write_text("""
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#define OWN __attribute__((noinline)) static void
OWN say(void) { puts("x"); }
OWN copy(FILE *to) { fprintf(to, "%d", 1); fclose(to); }
OWN load(void) { char *line = NULL; size_t n = 0; FILE *f = fopen("in.c", "r"); getline(&line, &n, f); fclose(f); }
OWN list(void) { struct dirent **names; scandir(".", &names, 0, alphasort); closedir(opendir("/")); }
OWN text(void) { char *t; size_t n; FILE *f = open_memstream(&t, &n); fputs("a", f); fclose(f); }
int main(void) { say(); copy(tmpfile()); load(); list(); text(); }
""")
    run(["gcc", "-g", "-O1", "-w", "-D_GNU_SOURCE", "in.c", "-o", "program"])
    path, _ = record(["./program"], "--exact")
    equal(sorted(set(rows(path)) - {"main"}), ["copy", "list", "load", "say", "text"])


@case("a Rust program")
def _():
    path, _ = record([str(BENCH / "churn_rs"), "3"], "--exact")
    check_rows("Rust", path, "^churn::catalogue$", "^churn::count$")


if "GIT" in os.environ:

    @case("git")
    def _():
        path, _ = record([os.environ["GIT"], "--no-pager", "log", "--stat", "-n", "200"], "--exact", cwd=os.environ["REPOSITORY"],
                         stdout=subprocess.DEVNULL, output=os.path.abspath("p.pb.gz"))
        check_rows("git", path, "^unpack_compressed_entry$", "^xdl_prepare_ctx$", "^patch_delta$")


main()
