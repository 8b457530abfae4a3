#!/usr/bin/env python3
"""Blocks of new, new[] and malloc that another family's counterpart frees: each such pair is reported with its stacks, and
no other is. The language's rule says what is right. Speaks TAP."""

import subprocess

from harness import build, case, equal, folder, holds, main, report

# By number: what allocates; what frees it rightly.
ALLOCATORS = ["malloc", "new", "new[]", "aligned new", "aligned new[]"]
DEALLOCATORS = ["free", "delete", "delete[]", "aligned delete", "aligned delete[]"]
PAIRS = """
#include <new>
NOINLINE void *take(int family, size_t n) {
  void *volatile p = 0;
  switch (family) {
  case 0: p = malloc(n); break;
  case 1: p = ::operator new(n); break;
  case 2: p = ::operator new[](n); break;
  case 3: p = ::operator new(n, std::align_val_t(64)); break;
  case 4: p = ::operator new[](n, std::align_val_t(64)); break;
  case 5: p = calloc(1, n); break;
  case 6: p = aligned_alloc(64, (n + 63) / 64 * 64); break;
  case 7: p = strdup(n > 100000 ? "very long ago" : n > 1000 ? "long ago" : "short"); break;
  case 8: p = ::operator new(n, std::nothrow); break;
  case 9: p = ::operator new[](n, std::nothrow); break;
  }
  return p;
}
NOINLINE void give(int family, void *p, size_t n) {
  switch (family) {
  case 0: free(p); break;
  case 1: ::operator delete(p); break;
  case 2: ::operator delete[](p); break;
  case 3: ::operator delete(p, std::align_val_t(64)); break;
  case 4: ::operator delete[](p, std::align_val_t(64)); break;
  case 5: p = realloc(p, 2 * n); ESCAPE(p); free(p); break;
  case 8: ::operator delete(p, std::nothrow); break;
  case 9: ::operator delete[](p, std::nothrow); break;
  case 11: ::operator delete(p, n); break;
  case 12: ::operator delete[](p, n); break;
  }
  ESCAPE(p);
}
/* Of each table that knows blocks: small ones, wide ones, and the others. */
int main(int argc, char **argv) {
  const int sizes[] = {40, 4000, 200000};
  for (int i = 2; i < argc; i++)
    for (int size : sizes)
      give(atoi(argv[i]), take(atoi(argv[1]), size), size);
  return 0;
}
"""
# The families of what is above beyond the first five.
TAKEN = {5: 0, 6: 0, 7: 0, 8: 1, 9: 2}
SIZES = {3: [64, 4032, 200000], 4: [64, 4032, 200000], 6: [64, 4032, 200000], 7: [6, 9, 14]}
GIVEN = {5: 0, 8: 1, 9: 2, 11: 1, 12: 2}


def told(*command, **options):
    document, result = report(*command, **options)
    wrongs = [wrong for process in document["processes"] for wrong in process["wrong_frees"]]
    return wrongs, result


def functions(stack):
    return [frame["function"] for frame in stack]


def are_told_rightly(program, take, gives):
    """Reports on one allocator's blocks, freed by each of `gives`, are those of the wrong pairs alone."""
    family = TAKEN.get(take, take)
    names = {give: "realloc" if give == 5 else DEALLOCATORS[GIVEN.get(give, give)] for give in gives}
    wanted = sorted((ALLOCATORS[family], names[give], size)
                    for give in gives if GIVEN.get(give, give) != family for size in SIZES.get(take, [40, 4000, 200000]))
    wrongs, result = told(program, str(take), *map(str, gives))
    equal(sorted((w["allocated_as"], w["freed_as"], w["size"]) for w in wrongs), wanted, f"{take} freed by {gives}")
    for wrong in wrongs:
        taken = ["strdup"] * (take == 7) + ["take", "main"]
        equal((wrong["kind"], wrong["calls"], functions(wrong["stack"])[:2], functions(wrong["allocated"])[:len(taken)]),
              ("mismatched", 1, ["give", "main"], taken))
    equal(result.returncode, 23 if wanted else 0)


for compiler in ("g++", "clang++"):
    for level in ("-O0", "-O2"):
        @case(f"each pair of families is reported when they differ and not when they do not: {compiler} {level}")
        def _(compiler=compiler, level=level):
            program = build(f"pairs{compiler}{level}", PAIRS, "-std=c++17", "-fno-builtin", "-fsized-deallocation", compiler=compiler, level=level)
            for take in range(5):
                are_told_rightly(program, take, range(6))
                are_told_rightly(program, take, [take])


@case("calloc, aligned_alloc and strdup are malloc's; nothrow and sized operators belong to the plain ones")
def _():
    program = build("pairs", PAIRS, "-std=c++17", compiler="g++")
    for take in TAKEN:
        are_told_rightly(program, take, (0, 1, 2))
    for take in (0, 1, 2):
        are_told_rightly(program, take, (8, 9, 11, 12))


def same_as_alone(*command, **options):
    """Nothing is reported, and the program says and returns what it does alone."""
    alone = subprocess.run(command, capture_output=True, text=True, **options)
    wrongs, result = told("--fail-on", "none", *command, **options)
    equal([(w["kind"], w.get("allocated_as"), w.get("freed_as"), functions(w["stack"])[:3]) for w in wrongs], [], command[0])
    equal((result.stdout, result.returncode), (alone.stdout, alone.returncode), command[0])


@case("every alignment that is a power of two is the operators' own, from 1 on")
def _():
    same_as_alone(build("alignments", """
#include <new>
int main() {
  const size_t sizes[] = {1, 40, 1000, 100000};
  for (size_t alignment = 1; alignment <= 4096; alignment *= 2)
    for (size_t size : sizes) {
      ::operator delete(::operator new(size, std::align_val_t(alignment)), std::align_val_t(alignment));
      ::operator delete[](::operator new[](size, std::align_val_t(alignment)), std::align_val_t(alignment));
    }
}
""", "-std=c++17", compiler="g++"))
    wrongs, _ = told(build("alignment_1", """
#include <new>
int main() { free(::operator new(40, std::align_val_t(1))); }
""", "-std=c++17", "-fno-builtin", compiler="g++"))
    equal([(w["allocated_as"], w["freed_as"]) for w in wrongs], [("aligned new", "free")], "an alignment of 1")


@case("what operator new does without memory is done: handlers, bad_alloc, null; and so is what containers and threads do")
def _():
    failing = build("failing", """
#include <cstdio>
#include <new>
#include <sys/resource.h>
static int handled;
static void *reserve;
static void give_back() { handled++; free(reserve); reserve = malloc(10); if (handled % 2 == 0) std::set_new_handler(0); }
template <class F> static void attempt(const char *what, F f) {
  reserve = malloc(100);
  std::set_new_handler(give_back);
  try { void *p = f(); printf("%s: %s", what, p ? "a block" : "null"); }
  catch (const std::bad_alloc &e) { printf("%s: %s", what, e.what()); }
  printf(" after %d\\n", handled);
  free(reserve);
}
int main() {
  const size_t n = size_t(1) << 46, odd = size_t(-1) / 2 - 3;
  for (int i = 0; i < 2; i++) {
    attempt("new", [=] { return ::operator new(n); });
    attempt("new[]", [=] { return ::operator new[](n); });
    attempt("nothrow", [=] { return ::operator new(n, std::nothrow); });
    attempt("nothrow[]", [=] { return ::operator new[](n, std::nothrow); });
    attempt("aligned", [=] { return ::operator new(n, std::align_val_t(64)); });
    attempt("aligned nothrow", [=] { return ::operator new[](n, std::align_val_t(64), std::nothrow); });
    attempt("largest", [=] { return ::operator new(odd); });
    attempt("not aligned", [=] { return ::operator new(64, std::align_val_t(48)); });
  }
  delete new int; delete[] new int[0]; ::operator delete(::operator new(0)); delete (int *)0;
  printf("%d\\n", int((size_t)::operator new(8, std::align_val_t(4096)) % 4096));
}""", "-std=c++17", compiler="g++")
    same_as_alone(failing)
    busy = build("containers", """
#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>
#include <sstream>
#include <algorithm>
#include <iostream>
#include <unistd.h>
#include <sys/wait.h>
struct alignas(128) Wide { int i; };
static std::atomic<std::string *> box[64];
static void work(unsigned r) {
  std::map<int, std::vector<std::string>> m;
  std::vector<Wide> wide;
  for (int i = 0; i < 8000; i++) {
    r = r * 1103515245 + 12345;
    m[r >> 24].push_back(std::string(r >> 26, 'x'));
    wide.resize(r >> 27);
    if (i % 7 == 0) m.erase(r >> 25);
    delete box[r >> 26].exchange(new std::string(r >> 25, 'y'));
    if (i % 100 == 0) { std::ostringstream out; out << r << std::string(200, 'z'); std::stable_sort(m[r >> 24].begin(), m[r >> 24].end()); }
    if (i % 500 == 0) try { throw std::string("an exception"); } catch (const std::string &) {}
  }
}
int main() {
  thread_local std::unique_ptr<int[]> own(new int[30]);
  std::vector<std::thread> threads;
  std::string *inherited = new std::string(300, 'i');
  int *inherited_array = new int[10];
  for (int i = 0; i < 4; i++) threads.emplace_back(work, i + 1);
  for (int i = 0; i < 5; i++) {
    pid_t child = fork();
    if (!child) { delete inherited; delete[] inherited_array; own.reset(); work(9); _exit(0); }
    waitpid(child, 0, 0);
  }
  for (auto &t : threads) t.join();
  std::cout << inherited->size() << std::endl;
}""", "-std=c++17", "-pthread", compiler="g++", level="-O2")
    same_as_alone(busy)


# A program and a plugin that hand each other blocks, by every way that functions end: each frees what the other made by
# operators of its own choosing.
PLUGIN = """
#include <new>
%s
extern "C" __attribute__((visibility("default"))) void *make(int array) { return array ? (void *)new char[50] : new int; }
extern "C" __attribute__((visibility("default"))) void end(void *p, int array) { if (array) delete[] (char *)p; else delete (int *)p; }
extern "C" __attribute__((visibility("default"))) void end_and_go_on(void *p, int array) { end(p, array); ESCAPE(p); }
"""
HOST = """
#include <cstdio>
#include <dlfcn.h>
#include <new>
int main(int argc, char **argv) {
  void *plugin = dlopen(argv[1], RTLD_NOW | (argc > 2 ? RTLD_DEEPBIND : 0));
  if (!plugin) { puts(dlerror()); return 9; }
  auto make = (void *(*)(int))dlsym(plugin, "make");
  auto end = (void (*)(void *, int))dlsym(plugin, "end"), end_and_go_on = (void (*)(void *, int))dlsym(plugin, "end_and_go_on");
  for (int i = 0; i < 100; i++) {
    delete (int *)make(0); delete[] (char *)make(1);
    end(new int, 0); end(new char[50], 1);
    end_and_go_on(new int, 0); end_and_go_on(new char[50], 1);
    end(make(0), 0); end(make(1), 1);
    delete new int; delete[] new char[50];
  }
  puts("done");
}
"""
OWN = {
    "new": "void *operator new(size_t n) { return malloc(n ? n : 1); } void *operator new[](size_t n) { return malloc(n ? n : 1); }",
    "delete": "void operator delete(void *p) noexcept { free(p); } void operator delete[](void *p) noexcept { free(p); }"
              "void operator delete(void *p, size_t) noexcept { free(p); } void operator delete[](void *p, size_t) noexcept { free(p); }",
}
POOL = """
#include <new>
static char pool[1 << 20];
size_t used;
void *operator new(size_t n) { void *p = pool + used; used += (n + 31) / 16 * 16; return p; }
void *operator new[](size_t n) { return operator new(n); }
void operator delete(void *) noexcept {}
void operator delete[](void *) noexcept {}
void operator delete(void *, size_t) noexcept {}
void operator delete[](void *, size_t) noexcept {}
"""
HIDING = "{ global: make; end; end_and_go_on; local: *; };"


@case("a program's own operators, linked in, hidden, of plugins bound in any way: none makes a mismatch of what is no mismatch")
def _():
    (folder / "hiding.map").write_text(HIDING)
    for compiler in ("g++", "clang++"):
        host = build("host" + compiler, HOST, "-std=c++17", "-ldl", compiler=compiler, level="-O2")
        static_host = build("static" + compiler, HOST, "-std=c++17", "-ldl", "-static-libstdc++", "-static-libgcc", compiler=compiler, level="-O2")
        for level in ("-O0", "-O2") if compiler == "g++" else ("-O2",):
            shared = ["-std=c++17", "-shared", "-fPIC"]
            hidden = shared + [f"-Wl,--version-script={folder}/hiding.map"]
            for name, own, flags in (
                    ("plain", "", shared), ("linked", "", hidden + ["-static-libstdc++", "-static-libgcc"]),
                    ("symbolic", OWN["new"] + OWN["delete"], shared + ["-Wl,-Bsymbolic"]),
                    ("replaced", OWN["new"] + OWN["delete"], shared), ("hidden", OWN["new"] + OWN["delete"], hidden),
                    ("hidden_new", OWN["new"], hidden), ("hidden_delete", OWN["delete"], hidden),
                    ("stripped_new", OWN["new"], hidden + ["-s"]), ("stripped_delete", OWN["delete"], hidden + ["-s"])):
                plugin = build(f"{name}.so", PLUGIN % own, *flags, compiler=compiler, level=level)
                same_as_alone(host, plugin)
                if level == "-O2":
                    same_as_alone(host, plugin, "deep")
                    same_as_alone(static_host, plugin)


@case("between a program and its plugin, calls that name their function prove a mismatch")
def _():
    host = build("mixing", """
#include <dlfcn.h>
#include <new>
NOINLINE void wrong(void *p) { free(p); ESCAPE(p); }
NOINLINE void wrong_array(void *p) { delete (int *)p; ESCAPE(p); }
NOINLINE void wrong_string(char *p) { delete p; ESCAPE(p); }
int main(int argc, char **argv) {
  void *plugin = dlopen(argv[1], RTLD_NOW);
  auto make = (void *(*)(int))dlsym(plugin, "make");
  wrong(make(0)); wrong_array(new char[50]); wrong_string(strdup("a string")); delete new int;
}""", "-ldl", "-fno-sized-deallocation", compiler="g++")
    wrongs, _ = told(host, build("mixed.so", PLUGIN % "", "-std=c++17", "-shared", "-fPIC", compiler="g++"))
    equal([(w["allocated_as"], w["freed_as"], functions(w["stack"])[0], functions(w["allocated"])[0]) for w in wrongs],
          [("new", "free", "wrong", "make"), ("new[]", "delete", "wrong_array", "main"), ("malloc", "delete", "wrong_string", "strdup")])


JUMPS = """
#include <new>
#include <string>
%s
NOINLINE void give(void *p) { free(p); }
NOINLINE void *take() { return ::operator new(40); }
int main() { give(take()); give(::operator new(24)); return 0; }
"""


@case("a jump to free is reported where the module's symbols show no operator, and only there")
def _():
    (folder / "local.map").write_text("{ local: *; };")
    hidden = [f"-Wl,--version-script={folder}/local.map"]
    for compiler in ("g++", "clang++"):
        program = build("jumps" + compiler, JUMPS % "", "-std=c++17", compiler=compiler, level="-O2")
        wrongs, _ = told(program)
        equal([(w["kind"], w["allocated_as"], w["freed_as"], w["size"]) for w in wrongs], [("mismatched", "new", "free", 40), ("mismatched", "new", "free", 24)], compiler)
        # The same code, but of its own operator's: give is what delete jumps to.
        for own, flags in (("", ["-s"]), ("", ["-Wl,-x"]), (OWN["delete"], hidden), (OWN["delete"], hidden + ["-Wl,-x"])):
            program = build("jumps" + compiler, JUMPS % own, "-std=c++17", *flags, compiler=compiler, level="-O2")
            equal(told(program)[0], [], f"{compiler} {flags}")


@case("reports for build servers say which families were mixed")
def _():
    program = build("pairs", PAIRS, "-std=c++17", compiler="g++")
    result = told("--junit", str(folder / "junit.xml"), "--sarif", str(folder / "sarif.json"), program, "2", "0")[1]
    equal(result.returncode, 23)
    for name in ("junit.xml", "sarif.json"):
        holds((folder / name).read_text(), "wrong free (mismatched: allocated by new[], freed by free), called in give")


@case("a program that replaces operators, all or some, in any visibility, keeps them, and nothing is reported")
def _():
    program = "#include <cstdio>\n#include <new>\n#include <string>\n%s\nint main() { for (int i = 0; i < 100; i++) { delete new int; delete[] new char[30]; ESCAPE(std::string(100 + i, 'x').data()); } puts(\"done\"); }"
    (folder / "nothing.map").write_text("{ local: *; };")
    hidden = f"-Wl,--version-script={folder}/nothing.map"
    for replaced in (OWN["new"], OWN["delete"], OWN["new"] + OWN["delete"]):
        for flags in ([], [hidden], [hidden, "-s"], ["-static-libstdc++"]):
            for level in ("-O2",) if flags else ("-O0", "-O2"):
                same_as_alone(build("replacing", program % replaced, "-std=c++17", *flags, compiler="g++", level=level))
    build("libpool.so", POOL, "-std=c++17", "-shared", "-fPIC", compiler="g++")
    same_as_alone(build("pool_user", """
#include <cstdio>
#include <iostream>
extern size_t used;
int main() { for (int i = 0; i < 100; i++) { delete new int; delete[] new char[30]; } std::cout << std::flush; printf("%zu of its own\\n", used); }""",
                        "-std=c++17", str(folder / "libpool.so"), compiler="g++"))
    same_as_alone(build("pooled", program % """
static char pool[1 << 20]; static size_t used;
void *operator new(size_t n) { void *p = pool + used; used += (n + 31) / 16 * 16; return p; }
void operator delete(void *) noexcept {}
void operator delete(void *, size_t) noexcept {}""", "-std=c++17", compiler="g++"))


@case("a C program's plugin has the operators that it brings, whatever they are")
def _():
    host = build("c_host", """
#include <dlfcn.h>
#include <stdio.h>
int main(int argc, char **argv) {
  void *plugin = dlopen(argv[1], RTLD_NOW);
  void *(*make)(int) = dlsym(plugin, "make");
  void (*end)(void *, int) = dlsym(plugin, "end");
  for (int i = 0; i < 100; i++) { end(make(0), 0); end(make(1), 1); }
  size_t *used = dlsym(plugin, "used");
  printf("%zu of its own\\n", used ? *used : 0);
}""", "-ldl")
    for own in ("", OWN["new"] + OWN["delete"], POOL):
        for flags in ([], ["-Wl,-Bsymbolic"]):
            same_as_alone(host, build("pooling.so", PLUGIN % own, "-std=c++17", "-shared", "-fPIC", *flags, compiler="g++", level="-O2"))


@case("real programs in C++ and with C++ plugins free by what they allocated with")
def _():
    (folder / "empty.cpp").write_text("#include <map>\nint main() { std::map<int, int> m; return m.size(); }")
    for command in (["node", "-e", "console.log(JSON.stringify([1, 2].map(String)))"], ["cmake", "--help-command", "set"],
                    ["clang++", "-O1", "-c", "-o", "/dev/null", "empty.cpp"], ["g++", "-c", "-o", "/dev/null", "empty.cpp"],
                    ["python3", "-c", "import sqlite3, ssl, ctypes; print(1)"], ["redis-server", "--version"]):
        same_as_alone(*command, cwd=folder)


main()
