#!/usr/bin/env python3
"""Calls of free and realloc with what is no live block: each is reported once, with its stacks, and nothing else is
reported. Speaks TAP."""

import json
import os
import subprocess
from pathlib import Path

from harness import MEMPROF, build, case, equal, folder, holds, leaks, main, report

PROGRAM = """
#include <pthread.h>
#include <sys/mman.h>
static char global[100];
NOINLINE void *make(size_t n) { void *p = malloc(n); ESCAPE(p); return p; }
NOINLINE void first(void *p) { free(p); ESCAPE(p); }
NOINLINE void second(void *p) { ESCAPE(p); free(p); ESCAPE(p); }
NOINLINE void *again(void *p, size_t n) { ESCAPE(p); p = realloc(p, n); ESCAPE(p); return p; }
static void second_life(void *p, size_t n) { if (again(0, n) != p) _exit(3); first(p); second(p); }
static void *in_thread(void *p) { first(p); return 0; }
static void *own_stack(void *unused) { char local[64]; (void)unused; second(local + 16); return 0; }
static void run(void *(*what)(void *), void *p) { pthread_t t; pthread_create(&t, 0, what, p); pthread_join(t, 0); }
int main(int argc, char **argv) {
  char local[64];
  char *volatile p;
  switch (atoi(argv[1])) {
  case 0: p = make(3000); make(16); first(p); second(p); break;
  case 1: p = make(100); second(p + 16); break;
  case 2: second(local + 16); break;
  case 3: second(global + 16); break;
  case 4: p = make(5000); make(16); first(p); again(p, 9); break;
  case 5: p = make(500); again(p + 32, 9); break;
  case 6: p = make(3000); make(16); run(in_thread, p); second(p); break;
  case 7: run(own_stack, 0); break;
  case 8: p = make(3000); make(16); p = again(p, 90000); make(16); first(p); second(p); break;
  case 10: second((void *)0x87654321); break;
  case 11: second((void *)0x7ffff0de0000); break;
  case 12: second((void *)0x4141414141414140); break;
  case 13: again((void *)0xffff888000001000, 9); break;
  case 14: second((char *)mmap(0, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) + 4096); break;
  case 15: second((char *)mmap(0, 8192, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) + 4096); break;
  case 16: p = make(100); run(in_thread, p); second(p); break; // a small block, first freed by a thread that has allocated nothing
  // The later of two blocks that had one address: small after large, large after small, huge after large.
  case 17: p = make(3000); make(16); first(p); second_life(p, 100); break;
  case 18: for (int life = 0; life < 2; life++) { // the large one by a call that is known by then
    char *q[8];
    for (int i = 0; i < 8 && life; i++) q[i] = make(200);
    for (int i = 0; i < 8 && life; i++) first(q[i]);
    p = again(0, 3000);
    if (life && p != q[7]) _exit(3);
    first(p);
    if (life) second(p);
  }
  break;
  case 19: p = make(3000); first(p); second_life(p, 70000); break;
  case 9: for (int i = 0; i < 2; i++) { p = make(100); first(p); memset(p, 0, 32); second(p); } break;
  }
  return 0;
}
"""
# Arguments: kind, functions on top of the call's, the first free's and the allocation's stack.
WRONG = [
    ("double", "second", "first", "make"),
    ("interior", "second", None, "make"),
    ("stack", "second", None, None),
    ("global", "second", None, None),
    ("double", "again", "first", "make"),
    ("interior", "again", None, "make"),
    ("double", "second", "first", "make"),
    ("stack", "second", None, None),
    ("double", "second", "first", "again"),
    None,
] + [("foreign", "again" if case == 13 else "second", None, None) for case in range(10, 16)] + [
    ("double", "second", "first", "make"),
] + [("double", "second", "first", "again")] * 3


def top(stack):
    return stack[0]["function"] if stack else None


def told(*command):
    document, result = report(*command)
    return [wrong for process in document["processes"] for wrong in process["wrong_frees"]], result


def is_told(program, number):
    wrongs, result = told(program, str(number))
    equal(len(wrongs), 1, f"case {number}")
    wrong = wrongs[0]
    equal((wrong["kind"], top(wrong["stack"]), top(wrong.get("freed")), top(wrong.get("allocated"))), WRONG[number], f"case {number}")
    equal(wrong["calls"], 1)
    if wrong["kind"] == "interior":
        equal((wrong["offset"], wrong["size"]), (16, 100) if number == 1 else (32, 500))
    alone = subprocess.run([program, str(number)], stderr=subprocess.DEVNULL).returncode
    equal((alone < 0, result.returncode), (True, 128 - alone) if alone else (False, 23), "the allocator does what it does alone")


for compiler in ("gcc", "clang"):
    for level in ("-O0", "-O2"):
        @case(f"each kind is reported, before the allocator aborts, with the stacks that belong to it: {compiler} {level}")
        def _(compiler=compiler, level=level):
            program = build(f"wrong{compiler}{level}", PROGRAM, "-pthread", "-fno-optimize-sibling-calls", compiler=compiler, level=level)
            for number in range(len(WRONG)):
                if WRONG[number]:
                    is_told(program, number)


TAIL = """
#include <pthread.h>
#include <sys/mman.h>
NOINLINE void jumps(int below) { char *sp; __asm__ volatile("mov %%rsp, %0" : "=r"(sp)); free(sp - below); }
NOINLINE void *calls(void *n) { jumps(200 + *(int *)n); ESCAPE(n); return 0; }
int main(int argc, char **argv) {
  pthread_t t;
  if (argc > 1) { pthread_create(&t, 0, calls, &argc); pthread_join(t, 0); }
  else calls(&argc);
  return 0;
}
"""


@case("a pointer into the frame that a jump to free has taken down is one on the stack")
def _():
    program = build("tail", TAIL, "-pthread", level="-O2")
    code = subprocess.run(["objdump", "-d", "--disassemble=jumps", program], capture_output=True, text=True).stdout
    holds(code, "jmp", "<free@plt>")
    for arguments in ([], ["in a thread"]):
        wrongs, _ = told(program, *arguments)
        equal([(w["kind"], w["calls"], top(w["stack"])) for w in wrongs], [("stack", 1, "calls")])


@case("calls that the allocator lets pass are reported, too, once a place, and fails the check")
def _():
    program = build("passing", PROGRAM, "-pthread")
    equal(subprocess.run([program, "9"]).returncode, 0, "glibc is blind where its mark in the freed block is gone")
    wrongs, result = told(program, "9")
    equal([(w["kind"], w["calls"], top(w["stack"])) for w in wrongs], [("double", 2, "second")])
    equal(result.returncode, 23)


@case("run --exact tells of them, with the first free's stack where --free-stacks asks for it")
def _():
    program = build("wrong", PROGRAM, "-pthread")
    for options, first in ((["--exact"], False), (["--exact", "--free-stacks"], True)):
        result = subprocess.run([MEMPROF, "run", *options, "-o", str(folder / "wrong.pb.gz"), program, "0"], capture_output=True, text=True)
        equal(result.returncode, 134)
        holds(result.stderr, "made 1 wrong call of free or realloc", "Double free: 0x", "    second (", "  allocated here:\n    make (")
        equal("  first freed here:\n    first (" in result.stderr, first)
    result = subprocess.run([MEMPROF, "run", "--free-stacks", program, "0"], capture_output=True, text=True)
    equal(result.returncode, 2, "--free-stacks without --exact")


@case("run --exact tells of mismatches where the operators are known, and does not keep the stacks of frees: realloc has a shorter way")
def _():
    program = build("mismatch", """
#include <new>
NOINLINE void *take(int family, size_t n) { void *p = family ? ::operator new(n) : malloc(n); ESCAPE(p); return p; }
NOINLINE void give(int family, void *p, size_t n) { ESCAPE(p); if (family == 2) p = realloc(p, 2 * n); if (family == 1) ::operator delete(p); else free(p); }
int main(int argc, char **argv) {
  const int sizes[] = {40, 4000, 200000};
  for (int size : sizes) give(atoi(argv[2]), take(atoi(argv[1]), size), size);
}""", "-std=c++17", "-fno-builtin", compiler="g++")
    libraries = [str(Path(MEMPROF).parents[1] / "libprof/shim" / name) for name in ("libmemprof.so", "libmemprof-new.so")]
    command = [MEMPROF, "run", "--exact", "-o", "p.pb.gz", "/usr/bin/env", "LD_PRELOAD=" + ":".join(libraries), program]
    for take, give, wanted in ((0, 0, 0), (0, 2, 0), (0, 1, 3), (1, 1, 0), (1, 0, 3), (1, 2, 3)):
        result = subprocess.run([*command, str(take), str(give)], capture_output=True, text=True, cwd=folder, check=True)
        equal(result.stderr.count("Mismatched free: "), wanted, f"{take} freed by {give}: {result.stderr}")


@case("blocks that change hands between threads, are reused at once, moved and inherited by children are no wrong frees")
def _():
    busy = build("busy", """
#include <pthread.h>
#include <sys/wait.h>
static void *_Atomic box[64];
static void *work(void *seed) {
  unsigned r = (unsigned)(uintptr_t)seed;
  for (int i = 0; i < 200000; i++) {
    r = r * 1103515245 + 12345;
    void *old = __atomic_exchange_n(&box[r >> 26], r & 256 ? malloc(r >> 20 & 1023) : 0, __ATOMIC_ACQ_REL);
    if (r & 512) old = realloc(old, 1 + (r >> 12 & 4095));
    free(old);
  }
  return 0;
}
int main(void) {
  pthread_t t[4];
  for (int i = 0; i < 4; i++) pthread_create(&t[i], 0, work, (void *)(uintptr_t)(i + 1));
  for (int i = 0; i < 20; i++) {
    pid_t child = fork();
    if (!child) { work((void *)7); _exit(0); }
    waitpid(child, 0, 0);
  }
  for (int i = 0; i < 4; i++) pthread_join(t[i], 0);
  for (int i = 0; i < 64; i++) free(box[i]);
  return 0;
}""", "-pthread", level="-O2")
    wrongs, _ = told(busy)  # a child has lost what the other threads held when it was forked
    equal(wrongs, [])


@case("a pointer that the allocator's own interface gave out is passed on in silence")
def _():
    library = subprocess.run("ldconfig -p | sed -n 's/.*libmimalloc.*=> //p' | head -1", shell=True, capture_output=True, text=True).stdout.strip()
    equal(bool(library), True, "libmimalloc is installed (scripts/deps test)")
    mixed = build("mixed", """
#include <dlfcn.h>
int main(void) {
  void *(*direct)(size_t) = dlsym(RTLD_DEFAULT, "mi_malloc");
  if (!direct) return 9;
  for (int i = 0; i < 1000; i++) { void *p = malloc(100); free(p); p = direct(100); free(p); }
  return 0;
}""")
    result = leaks("--json", "--log", str(folder / "mixed.json"), mixed, env={**os.environ, "LD_PRELOAD": library})
    document = json.loads((folder / "mixed.json").read_text())
    equal(document["processes"][-1]["wrong_frees"], [])
    equal(result.returncode, 0)


main()
