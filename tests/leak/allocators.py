#!/usr/bin/env python3
"""Leaks over other allocators: their operators and functions are seen, or the process cannot be checked. Speaks TAP."""

import os
import subprocess

from harness import build, case, definite, equal, folder, holds, leaks, main, report

ALLOCATORS = {"jemalloc": "libjemalloc.so.2", "tcmalloc": "libtcmalloc_minimal.so.4", "mimalloc": "libmimalloc.so.2.0"}

CPP = """
#include <map>
#include <string>
#include <vector>
struct Node { Node *next; char *held; std::vector<char> bytes; };
static Node *first;
static std::map<int, std::string> *table;
NOINLINE void lose() { Node *n = new Node; n->held = (char *)malloc(1000); n->bytes.reserve(5000); ESCAPE(n); }
int main(int argc, char **argv) {
  table = new std::map<int, std::string>;
  for (int i = 0; i < 1000; i++) {
    Node *n = new Node;
    n->next = first;
    n->held = (char *)malloc(100 + i % 50);
    n->bytes.reserve(64);
    first = n;
    (*table)[i] = std::string(40, 'x');
  }
  if (argc > 1) lose();
  return 0;
}
"""

for name, file in ALLOCATORS.items():
    for level in ("-O0", "-O2"):
        @case(f"C++ over {name}, {level}: a lost object is found, and what C++ objects hold is not lost")
        def _(name=name, file=file, level=level):
            program = build(f"cpp_{name}{level}", CPP, "-Wl,--no-as-needed", f"-l:{file}", compiler="g++", level=level)
            document, result = report(program)
            equal((definite(document), result.returncode), (0, 0), document["processes"][-1].get("reason"))
            document, result = report(program, "lose")
            summary = document["processes"][-1]["summary"]
            equal(result.returncode, 23)
            equal([(summary[k]["objects"], summary[k]["bytes"]) for k in ("definite", "indirect")], [(1, 40), (2, 6000)])

FAMILIES = {
    "jemalloc": ("void *mallocx(size_t, int);", "mallocx(n, 0)"),
    "tcmalloc": ("void *tc_malloc(size_t);", "tc_malloc(n)"),
    "mimalloc": ("void *mi_heap_get_default(void); void *mi_heap_malloc(void *, size_t);", "mi_heap_malloc(mi_heap_get_default(), n)"),
}
for name, (declaration, call) in FAMILIES.items():
    @case(f"blocks of {name}'s own functions are lost, held and hold")
    def _(name=name, declaration=declaration, call=call):
        program = build(f"own_{name}", declaration + f"""
static void *take(size_t n) {{ return {call}; }}
static void **kept;
NOINLINE void lose(void) {{ void **p = take(64); p[0] = malloc(32); ESCAPE(p); }}
int main(void) {{ kept = take(80); kept[0] = malloc(500); for (int i = 0; i < 10; i++) lose(); return 0; }}
""", "-Wl,--no-as-needed", f"-l:{ALLOCATORS[name]}")
        document, result = report(program)
        summary = document["processes"][-1]["summary"]
        equal([(summary[k]["objects"], summary[k]["bytes"]) for k in ("definite", "indirect")], [(10, 640), (10, 320)])
        equal(summary["reachable"]["objects"] >= 2, True, "what is held")


def cannot(program, *words, **options):
    document, result = report(program, **options)
    equal(result.returncode, 3, result.stderr)
    holds(result.stderr, "could not be checked", *words)
    equal(document["leaked"]["objects"], 0, "no verdict")


@case("dig, which links jemalloc: nothing that it holds is lost")
def _():
    document, result = report("dig", "-v")
    equal((definite(document), result.returncode), (0, 0), result.stderr)


@case("an allocator that is opened later cannot be checked, and is named")
def _():
    for name, file in ALLOCATORS.items():
        program = build(f"opens_{name}", f"""
#include <dlfcn.h>
int main(void) {{ ESCAPE(malloc(10)); return !dlopen("{file}", RTLD_NOW); }}
""")
        alone = subprocess.run([program], check=False)
        if alone.returncode:  # it needs room for thread-local data that only the start has
            preloaded = leaks(program, env={**os.environ, "GLIBC_TUNABLES": "glibc.rtld.optional_static_tls=100000"})
            equal(preloaded.returncode, 3, preloaded.stderr)
            holds(preloaded.stderr, "could not be checked", file)
        else:
            cannot(program, file)


@case("an allocator under a prefix inside a library cannot be checked")
def _():
    source = folder / "prefixed.c"
    source.write_text("#include <stddef.h>\nvoid *je_arrow_mallocx(size_t n, int f) { return (void *)(n + f); }\n"
                      "void *use(void) { return je_arrow_mallocx(0, 0); }\n")
    subprocess.run(["gcc", "-shared", "-fPIC", str(source), "-o", str(folder / "libprefixed.so")], check=True)
    program = build("uses_prefixed", "void *use(void); int main(void) { ESCAPE(malloc(10)); return use() != 0; }\n",
                    f"-L{folder}", "-lprefixed", f"-Wl,-rpath,{folder}")
    cannot(program, "libprefixed.so", "je_arrow_mallocx")


@case("a child with a malloc of its own cannot be checked; one that allocates nothing is passed over")
def _():
    own = build("own_malloc", """
static char room[1 << 16]; static size_t used;
void *malloc(size_t n) { void *p = room + used; used += (n + 15) & ~15ul; return p; }
void free(void *p) { }
int main(void) { ESCAPE(malloc(10)); return 0; }
""", "-fno-builtin")
    parent = build("runs_child", """
#include <spawn.h>
#include <sys/wait.h>
extern char **environ;
int main(int argc, char **argv) {
  pid_t pid; int status;
  if (posix_spawn(&pid, argv[1], 0, 0, argv + 1, environ)) return 9;
  waitpid(pid, &status, 0);
  return 0;
}
""")
    document, _ = report(parent, own)
    reasons = [p.get("reason") for p in document["processes"] if not p["checked"]]
    equal(len(reasons), 1, document["processes"])
    holds(reasons[0], "malloc")
    document, _ = report(parent, "/bin/true")
    equal([p for p in document["processes"] if not p["checked"]], [])


@case("a program built with LLVM's MemProf is refused or cannot be checked")
def _():
    source = folder / "profiled.c"
    source.write_text("#include <stdlib.h>\nint main(void) { return !malloc(10); }\n")
    built = subprocess.run(["clang", "-fmemory-profile", str(source), "-o", str(folder / "profiled")], capture_output=True, text=True)
    equal(built.returncode, 0, built.stderr)
    result = leaks(str(folder / "profiled"))
    equal(result.returncode, 3, result.stderr)


main()
