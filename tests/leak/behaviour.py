#!/usr/bin/env python3
"""The command around the verdict: statuses, outputs, suppressions, living processes, and that being traced changes nothing.
Speaks TAP."""

import json
import os
import re
import signal
import subprocess
import time
from pathlib import Path

from harness import LOSE, MEMPROF, build, case, definite, equal, folder, holds, leaks, main, program_of, report, wait_for

CLEAN = build("clean", "int main(int argc, char **argv) { return argc > 1 ? atoi(argv[1]) : 0; }")
LOST = build("lost", LOSE + "int main(int argc, char **argv) { lose(); return argc > 1 ? atoi(argv[1]) : 0; }")


@case("the exit status is 0 without leaks, 23 with, --error-exitcode's if given, the program's own if it fails")
def _():
    clean = leaks(CLEAN)
    equal(clean.returncode, 0)
    equal(clean.stderr.splitlines()[-1], "SUMMARY: memprof: no leaks.")
    equal(leaks(LOST).returncode, 23)
    equal(leaks("--error-exitcode=7", LOST).returncode, 7)
    equal(leaks("--error-exitcode=0", LOST).returncode, 0)
    equal(leaks(CLEAN, "5").returncode, 5)
    result = leaks(LOST, "5")
    equal(result.returncode, 5)
    holds(result.stderr, "ended with status 5", "there are leaks, too")


@case("the text names the stack and ends with the summary")
def _():
    text = leaks(LOST).stderr
    holds(text, "96 (64 direct, 32 indirect) bytes in 2 (1 direct, 1 indirect) blocks are definitely lost",
          "  32 bytes in 1 block is indirectly lost with it", "lost.c:2", "main (",
          "definitely lost: 64 bytes in 1 block\n", "indirectly lost: 32 bytes in 1 block\n")
    equal(text.splitlines()[-1], "SUMMARY: memprof: 96 byte(s) leaked in 2 allocation(s).")


@case("--fail-on says which kinds count")
def _():
    held = build("held", "char *p, *q; int main(void) { p = (char *)get(64) + 8; q = get(32); return 0; }")
    equal(leaks(held).returncode, 0)
    result = leaks("--fail-on=possible", held)
    equal(result.returncode, 23)
    holds(result.stderr, "SUMMARY: memprof: 64 byte(s) leaked in 1 allocation(s).")
    equal(leaks("--fail-on=definite,reachable", held).returncode, 23)
    none = leaks("--fail-on=none", LOST)
    equal((none.returncode, none.stderr.splitlines()[-1]), (0, "SUMMARY: memprof: no leaks of the kinds that count."))
    result = leaks("--fail-on=some", LOST)
    equal(result.returncode, 2)
    holds(result.stderr, "--fail-on", "some")


@case("--max-leaks and --min-bytes shorten the list and change no figure")
def _():
    for option, wanted in (("--max-leaks=1", 1), ("--min-bytes=40", 1), ("--min-bytes=100", 0), ("--max-leaks=0", 2)):
        document, result = report(option, LOST)
        equal(len(document["processes"][0]["leaks"]), wanted, option)
        equal(document["leaked"], {"bytes": 96, "objects": 2}, option)
        equal(result.returncode, 23)


@case("suppressions of LeakSanitizer's and valgrind's form, with what they lost indirectly")
def _():
    for name, text in {
        "lsan": "# known\nleak:lose\n",
        "lsan module": "leak:/lost$\n",
        "lsan file": "leak:lost.c\n",
        "valgrind": "{\n  name\n  Memcheck:Leak\n  match-leak-kinds: definite\n  fun:malloc\n  fun:get\n  fun:lo*e\n  fun:main\n}\n",
        "valgrind with dots": "{\n  name\n  Memcheck:Leak\n  ...\n  fun:main\n}\n",
        "valgrind object": "{\n  name\n  Memcheck:Leak\n  obj:*/lost\n}\n{\n  other\n  Memcheck:Addr1\n  fun:x\n}\n",
        "valgrind source": "{\n  name\n  Memcheck:Leak\n  fun:get\n  src:lost.c:2\n}\n",
    }.items():
        (folder / "supp").write_text(text)
        document, result = report("--suppressions", "supp", LOST)
        equal(result.returncode, 0, name)
        summary = document["processes"][0]["summary"]
        equal(summary["suppressed"], {"bytes": 96, "objects": 2}, name)
        equal(summary["definite"], {"bytes": 0, "objects": 0}, name)
        equal(sum(s["objects"] for s in document["suppressions"]), 2, name)
    for name, text in {
        "other function": "leak:looose\n",
        "anchored": "leak:^ose\n",
        "other kind": "{\n  name\n  Memcheck:Leak\n  match-leak-kinds: possible\n  ...\n}\n",
        "other order": "{\n  name\n  Memcheck:Leak\n  fun:main\n  fun:lose\n}\n",
    }.items():
        (folder / "supp").write_text(text)
        result = leaks("--suppressions", "supp", LOST)
        equal(result.returncode, 23, name)
        holds(result.stderr, "matched nothing")


@case("a broken file of suppressions is an error that names file and line")
def _():
    for text, place in (("leak:a\nnonsense\n", "supp:2:"), ("{\n name\n Memcheck:Leak\n", "supp:3:"), ("{\n name\n Memcheck:Leak\n bad\n}\n", "supp:4:"),
                        ("{\n name\n Memcheck:Leak\n}\n", "supp:4:"), ("{\n n\n Memcheck:Leak\n match-leak-kinds: odd\n fun:x\n}\n", "supp:4:")):
        (folder / "supp").write_text(text)
        result = leaks("--suppressions", "supp", LOST)
        equal(result.returncode, 2, text)
        holds(result.stderr, place)


@case("--gen-suppressions prints entries that suppress, here and in valgrind")
def _():
    text = leaks("--gen-suppressions", LOST).stderr
    entries = "\n".join(re.findall(r"^\{\n.*?^\}$", text, re.M | re.S))
    (folder / "supp").write_text(entries)
    equal(leaks("--suppressions", "supp", LOST).returncode, 0)
    result = subprocess.run(["valgrind", "--error-exitcode=9", "--leak-check=full", "--suppressions=supp", LOST], cwd=folder, capture_output=True)
    equal(result.returncode, 0, "valgrind")


@case("LSAN_OPTIONS are heeded")
def _():
    (folder / "supp").write_text("leak:lose\n")
    env = {**os.environ, "LSAN_OPTIONS": "verbosity=0:suppressions=supp:exitcode=9"}
    equal(leaks(LOST, env=env).returncode, 0)
    env["LSAN_OPTIONS"] = "exitcode=9"
    equal(leaks(LOST, env=env).returncode, 9)
    held = build("global", "void *p; int main(void) { p = get(64); return 0; }")
    env["LSAN_OPTIONS"] = "use_globals=0"
    equal(leaks(held, env=env).returncode, 23)
    equal(leaks("--roots=all", held, env=env).returncode, 0, "the option comes first")


@case("-o writes a profile that go tool pprof opens, by kind")
def _():
    leaks("-o", "l.pb.gz", LOST)
    for index, wanted in (("definite_space", "64B"), ("indirect_space", "32B"), ("definite_objects", "1")):
        text = subprocess.run(["go", "tool", "pprof", f"-sample_index={index}", "-top", "l.pb.gz"], cwd=folder, capture_output=True, text=True).stdout
        if not re.search(rf"^ +{wanted} .* get$", text, re.M):
            raise AssertionError(text)


@case("--why tells the root and the way, and what lost a block")
def _():
    held = build("chain", "void **head; int main(void) { head = get(64); head[1] = get(32); return 0; }")
    document, _ = report("--why", "--show=reachable", held)
    ways = {leak["bytes"]: leak["why"] for p in document["processes"] for leak in p["leaks"] if "chain" in leak["stack"][0]["file"] or leak["stack"][0]["function"] == "get"}
    if not any(re.match(r"data of .*/chain at 0x\w+ -> 64 bytes at 0x\w+ -> 32 bytes at 0x\w+$", way) for way in ways.values()) and \
       not any(re.match(r"data of .*/chain at 0x\w+ -> 64 bytes at 0x\w+$", way) for way in ways.values()):
        raise AssertionError(ways)
    document, _ = report("--why", "--show=indirect", LOST)
    way = document["processes"][0]["leaks"][0]["why"]
    if not re.match(r"64 bytes at 0x\w+ -> 32 bytes at 0x\w+$", way):
        raise AssertionError(way)


@case("--contents shows the first bytes of a lost block, as hex and as text")
def _():
    filled = build("filled", """
NOINLINE void lose(void) { char *p = get(70); memcpy(p, "one\\033[2J\\xff two", 12); p[69] = 'z'; ESCAPE(p); }
NOINLINE void lose_small(void) { char *p = get(3); memcpy(p, "abc", 3); ESCAPE(p); }
int main(void) { lose(); lose_small(); clean(); return 0; }""")
    document, _ = report("--contents", filled)
    held = {leak["bytes"]: leak["contents"]["hex"] for leak in document["processes"][0]["leaks"]}
    equal(held, {70: b"one\033[2J\xff two".ljust(64, b"\0").hex()[:128], 3: b"abc".hex()})
    text = leaks("--contents", filled).stderr
    holds(text, "    0000  6f 6e 65 1b 5b 32 4a ff 20 74 77 6f 00 00 00 00  one.[2J. two....", "\n    0030  00",
          "    0000  61 62 63 " + 13 * "   " + " abc\n")
    equal("    0040" in text, False, "64 bytes are shown")


@case("the thread that allocated is named, if there was one and the process had several")
def _():
    named = build("named", """
#include <pthread.h>
NOINLINE void lose(size_t n) { void *p = get(n); ESCAPE(p); }
static void *work(void *x) { pthread_setname_np(pthread_self(), "wor\\033ker"); for (int i = 0; i < 2; i++) lose(48); clean(); return x; }
int main(void) {
  pthread_t t;
  lose(16);
  pthread_create(&t, 0, work, 0);
  pthread_join(t, 0);
  for (int i = 0; i < 2; i++) lose(32);
  clean();
  return 0;
}""", "-pthread")
    document, _ = report(named)
    by = {leak["bytes"]: (leak["thread"], leak["thread_name"]) for leak in document["processes"][0]["leaks"]}
    equal(by, {16: (1, "named"), 64: (1, "named"), 96: (2, "wor\033ker")})
    holds(leaks(named).stderr, "by thread 2 (wor\\x1bker)\n")
    document, _ = report(LOST)
    equal({leak.get("thread") for leak in document["processes"][0]["leaks"]}, {None}, "one thread")


@case("the report arrives though the program closed every descriptor")
def _():
    closer = build("closer", LOSE + "int main(void) { lose(); for (int i = 0; i < 100; i++) close(i); return 0; }")
    result = leaks(closer)
    equal(result.returncode, 23)
    holds(result.stderr, "SUMMARY: memprof: 96 byte(s)")


@case("output, input and environment of the program are its own")
def _():
    result = subprocess.run([MEMPROF, "leaks", "--log", str(folder / "log"), "sh", "-c", "cat; echo err >&2; echo $$ > pid; exit 4"],
                            input="in\n", capture_output=True, text=True, cwd=folder)
    equal((result.returncode, result.stdout), (4, "in\n"))
    equal(result.stderr.splitlines()[0], "err")


@case("each process of a tree is checked, under its own pid")
def _():
    document, result = report("sh", "-c", f"{LOST}; {CLEAN}; {LOST}; :")
    lost = [p for p in document["processes"] if p["summary"]["definite"]["objects"]]
    equal([p["command"] for p in lost], [LOST, LOST])
    equal(len({p["pid"] for p in document["processes"]}), len(document["processes"]))
    equal(result.returncode, 23)


@case("a process that cannot be checked is reported with a remedy and status 3, never 'no leaks'")
def _():
    static = build("static", LOSE + "int main(void) { lose(); return 0; }", "-static")
    result = leaks(static)
    equal(result.returncode, 3)
    holds(result.stderr, "static")
    result = subprocess.run(["strace", "-f", "-o", "/dev/null", MEMPROF, "leaks", LOST], capture_output=True, text=True)
    equal(result.returncode, 3, "traced")
    holds(result.stderr, "traces it already")
    result = leaks("env", "-u", "LD_PRELOAD", LOST)
    equal(result.returncode, 3, "recorder dropped")
    holds(result.stderr, "LD_PRELOAD")
    result = leaks("--pid=999999")
    equal(result.returncode, 3, "no process")
    holds(result.stderr, "no such process")


@case("a program that does not exist, and wrong usage")
def _():
    equal(leaks("/nowhere/x").returncode, 127)
    equal(leaks("/etc/passwd").returncode, 126)
    equal(leaks().returncode, 2)
    equal(leaks("--pid=1", LOST).returncode, 2)


@case("a debugger and a tracer within the program work as alone")
def _():
    result = leaks("strace", "-f", "-o", "trace", "sh", "-c", "exit 6")
    equal(result.returncode, 6, "strace")
    holds((folder / "trace").read_text(), "exit_group(6)")
    result = leaks("gdb", "-batch", "-ex", "break lose", "-ex", "run", "-ex", "bt", LOST)
    holds(result.stdout, "#0  lose", "#1", "main")


@case("--every checks a running process again and again, says how long it stood still, and ends with it")
def _():
    growing = build("growing", LOSE + """
#include <stdio.h>
int main(void) {
  char c;
  lose(); clean();
  puts("ready"); fflush(stdout);
  while (read(0, &c, 1) == 1) { lose(); clean(); puts("more"); fflush(stdout); }
  return 0;
}""")
    program = subprocess.Popen([MEMPROF, "run", "-q", "--exact", "-o", str(folder / "growing.pb.gz"), growing], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, text=True, bufsize=0)
    program.stdout.readline()
    pid = next(int(p) for p in os.listdir("/proc") if p.isdigit() and program_of(p) == growing)
    log = folder / "every.json"
    watcher = subprocess.Popen([MEMPROF, "leaks", "--json", "--log", str(log), "--every=100ms", "--pid", str(pid)],
                               stderr=subprocess.PIPE, text=True)
    wait_for(lambda: log.exists() and log.read_text().count("\n") >= 2)
    program.stdin.write("x")
    program.stdout.readline()
    more = log.read_text().count("\n") + 2
    wait_for(lambda: log.read_text().count("\n") >= more)
    program.stdin.close()
    equal(program.wait(30), 0)
    _, said = watcher.communicate(timeout=30)
    holds(said, f"process {pid} has ended")
    equal(watcher.returncode, 23)
    documents = [json.loads(line) for line in log.read_text().splitlines()]
    lost = [d["processes"][0]["summary"]["definite"]["objects"] for d in documents]
    equal((lost[0], lost[-1], sorted(lost)), (1, 2, lost))
    equal(all(d["processes"][0]["paused_nanos"] > 0 for d in documents), True, "pause")
    equal(leaks("--every=1s", LOST).returncode, 2, "--every without --pid")


@case("memprof run --leaks writes the profile and adds the verdict, on the same process, and its status")
def _():
    profile = folder / "leaking.pb.gz"

    def run(*arguments):
        profile.unlink(missing_ok=True)
        return subprocess.run([MEMPROF, "run", "--leaks", "-o", str(profile), *arguments], capture_output=True, text=True, cwd=folder)

    result = run(LOST)
    equal(result.returncode, 23)
    holds(result.stderr, f"the profile is in {profile}", "96 (64 direct, 32 indirect) bytes in 2 (1 direct, 1 indirect) blocks are definitely lost", "SUMMARY: memprof: 96 byte(s) leaked in 2 allocation(s).")
    top = json.loads(subprocess.run([MEMPROF, "top", "--json", "--sample-index=inuse_space", str(profile)], capture_output=True, check=True).stdout)
    equal((top["sampling"]["exact"], top["total"]["value"]), (True, 96))
    equal(run(CLEAN).returncode, 0)
    equal(run(CLEAN, "6").returncode, 6)
    equal(run("--error-exitcode=5", LOST).returncode, 5)
    equal(run("/nowhere/x").returncode, 127)
    for options in (["--rate=1M"], ["--every=1s"]):
        result = run(*options, LOST)
        equal((result.returncode, profile.exists(), result.stderr.count("\n")), (2, False, 1), options)


@case("signals arrive with their senders, stops and continuations are seen by the parent")
def _():
    program = build("stops", """
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
int main(void) {
  int status, seen = 0, hold[2];
  pipe(hold);
  pid_t child = fork();
  if (!child) { raise(SIGSTOP); read(hold[0], &status, 1); _exit(3); }
  if (waitpid(child, &status, WUNTRACED) == child && WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP) seen |= 1;
  usleep(20000);
  kill(child, SIGCONT);
  if (waitpid(child, &status, WUNTRACED | WCONTINUED) == child && WIFCONTINUED(status)) seen |= 2;
  kill(child, SIGSTOP);
  if (waitpid(child, &status, WUNTRACED) == child && WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP) seen |= 4;
  kill(child, SIGCONT);
  write(hold[1], "x", 1);
  if (waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 3) seen |= 8;
  printf("%d\\n", seen);
  return 0;
}
""")
    alone = subprocess.run([program], capture_output=True, text=True, timeout=20).stdout
    equal(leaks(program).stdout, alone)
    equal(alone, "15\n")


@case("a stop of the program stops the command, and both go on together")
def _():
    sleeper = build("sleeper", LOSE + "#include <signal.h>\nint main(void) { lose(); raise(SIGSTOP); return 0; }")
    command = subprocess.Popen([MEMPROF, "leaks", sleeper], stderr=subprocess.PIPE, text=True, start_new_session=True)
    pid, status = os.waitpid(command.pid, os.WUNTRACED)
    equal(os.WIFSTOPPED(status), True)
    os.killpg(command.pid, signal.SIGCONT)
    pid, status = os.waitpid(command.pid, 0)
    equal(os.waitstatus_to_exitcode(status), 23)
    command.returncode = 23


@case("a signal to the command goes to the program")
def _():
    program = build("catcher", """
#include <signal.h>
#include <stdio.h>
static void handler(int s) { write(1, "caught\\n", 7); _exit(0); }
int main(void) { signal(SIGTERM, handler); write(1, "ready\\n", 6); for (;;) pause(); }
""")
    command = subprocess.Popen([MEMPROF, "leaks", program], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    equal(command.stdout.readline(), "ready\n")
    command.send_signal(signal.SIGTERM)
    equal(command.stdout.readline(), "caught\n")
    equal(command.wait(30), 0)


@case("--pid checks a living process with all its threads, again and again, and lets it go on")
def _():
    program = build("server", LOSE + """
#include <pthread.h>
#include <stdio.h>
static void *run(void *n) { void *volatile p = get(128); clean(); pause(); return p; }
int main(void) {
  char line[10];
  pthread_t t;
  for (int i = 0; i < 3; i++) pthread_create(&t, NULL, run, NULL);
  usleep(100000);
  for (int i = 0; fgets(line, sizeof line, stdin); i++) { lose(); clean(); printf("%d\\n", i); fflush(stdout); }
  return 9;
}
""", "-pthread")
    server = subprocess.Popen([MEMPROF, "run", "-q", "-o", "p.pb.gz", "--exact", program], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask():
        server.stdin.write("x\n")
        server.stdin.flush()
        server.stdout.readline()

    ask()
    pid = int(subprocess.run(["pgrep", "-P", str(server.pid)], capture_output=True, text=True).stdout)
    for n in (1, 2, 3):
        document, result = report("--show=all", f"--pid={pid}")
        equal(result.returncode, 23, result.stderr)
        equal(document["processes"][0]["summary"]["definite"], {"bytes": 64 * n, "objects": n})
        equal(sum(x["bytes"] for x in document["processes"][0]["leaks"] if x["kind"] == "reachable" and x["stack"][1]["function"] == "run"), 384)
        ask()
    server.stdin.close()
    equal(server.wait(30), 9)


@case("a sampled recording is refused")
def _():
    program = build("waiter", LOSE + "int main(void) { lose(); write(1, \"x\\n\", 2); return getchar() == 'x'; }")
    server = subprocess.Popen([MEMPROF, "run", "-q", "-o", "p.pb.gz", "--rate=64KiB", program], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    server.stdout.readline()
    pid = int(subprocess.run(["pgrep", "-P", str(server.pid)], capture_output=True, text=True).stdout)
    result = leaks(f"--pid={pid}")
    server.communicate("")
    equal(result.returncode, 3)
    holds(result.stderr, "--exact")


LSAN = """
#include <pthread.h>
#include <stdio.h>
__attribute__((weak)) int __lsan_do_recoverable_leak_check(void);
__attribute__((weak)) void __lsan_do_leak_check(void);
NOINLINE void lose(void) { ESCAPE(get(64)); }
static void *busy(void *unused) { for (;;) free(get(10)); return unused; }
int main(int argc, char **argv) {
  pthread_t t;
  for (int i = 0; i < 3; i++) pthread_create(&t, NULL, busy, NULL);
  int before = __lsan_do_recoverable_leak_check();
  lose();
  int after = __lsan_do_recoverable_leak_check();
  printf("%d %d\\n", before, after);
  fflush(stdout);
  if (argc > 1) { __lsan_do_leak_check(); puts("alive"); }
  return 0;
}
"""


@case("LeakSanitizer's checks on demand, among threads that allocate; leaks end the program if it wants that")
def _():
    program = build("lsan", LSAN, "-pthread")
    for _ in range(5):
        document, result = report(program)
        equal((result.returncode, result.stdout), (23, "0 1\n"))
        equal(document["leaked"], {"bytes": 64, "objects": 1})
    document, result = report(program, "x")
    equal((result.returncode, result.stdout), (23, "0 1\n"))
    equal(document["leaked"], {"bytes": 64, "objects": 1})


@case("a program can turn the check off and bring suppressions along")
def _():
    program = build("off", "int __lsan_is_turned_off(void) { return 1; }\n" + LSAN.replace("__lsan_do_recoverable_leak_check()", "0"), "-pthread", "-rdynamic")
    equal(leaks(program).returncode, 0)
    program = build("known", 'const char *__lsan_default_suppressions(void) { return "leak:lose"; }\n' + LSAN, "-pthread", "-rdynamic")
    document, result = report(program)
    equal((result.returncode, result.stdout), (0, "0 0\n"))


@case("stripped programs are checked, too")
def _():
    subprocess.run(["strip", "-o", str(folder / "bare"), LOST], check=True)
    document, result = report(str(folder / "bare"))
    equal((result.returncode, definite(document)), (23, 1))
    holds(document["processes"][0]["leaks"][0]["stack"][0]["module"], "/bare")


# A list whose nodes lie in no order: each of them is another page to read, so the check takes seconds.
SCATTERED = """
#include <stdio.h>
enum { NODES = 3000000 };
struct node { struct node *next; } *first;
int main(void) {
  struct node **nodes = malloc(sizeof(*nodes) * NODES);
  uint64_t random = 1;
  for (int i = 0; i < NODES; i++) nodes[i] = malloc(40);
  for (int i = NODES - 1; i > 0; i--) {
    random = random * 6364136223846793005u + 1442695040888963407u;
    int other = (random >> 33) % (i + 1);
    struct node *node = nodes[i];
    nodes[i] = nodes[other];
    nodes[other] = node;
  }
  for (int i = 0; i < NODES; i++) nodes[i]->next = i + 1 < NODES ? nodes[i + 1] : NULL;
  first = nodes[0];
  free(nodes);
  puts("ending");
  fflush(stdout);
  _exit(0);
}
"""


def state_of(pid):
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]


@case("a signal that asks for the end is heeded while a check takes long, and gives no verdict")
def _():
    command = subprocess.Popen([MEMPROF, "leaks", build("scattered", SCATTERED, level="-O2")], cwd=folder, text=True,
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    equal(command.stdout.readline(), "ending\n")
    program = int(Path(f"/proc/{command.pid}/task/{command.pid}/children").read_text())
    wait_for(lambda: state_of(program) == "t")
    while command.poll() is None:  # a first signal may come before the check begins, and is the program's
        command.send_signal(signal.SIGTERM)
        time.sleep(0.05)
    text = command.stderr.read()
    equal(command.returncode, 3)
    holds(text, "cannot check process", "a signal ended the check")
    equal("SUMMARY: memprof: no leaks." in text, False)
    equal(Path(f"/proc/{program}").exists(), False)


@case("a check gives no memory to what a program reserved and never used")
def _():
    reserved = build("reserved", """
#include <stdio.h>
#include <sys/mman.h>
int main(void) {
  char *space = mmap(NULL, 1ul << 40, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (space == MAP_FAILED) return 9;
  space[1ul << 39] = 1;
  puts("ready"); fflush(stdout);
  return getchar() == EOF;
}""")
    command = subprocess.Popen([MEMPROF, "run", "-q", "--exact", "-o", str(folder / "reserved.pb.gz"), reserved], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, text=True)
    equal(command.stdout.readline(), "ready\n")
    pid = int(Path(f"/proc/{command.pid}/task/{command.pid}/children").read_text())
    tables = lambda: int(re.search(r"VmPTE:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())[1])
    before = tables()
    equal(leaks("--pid", str(pid)).returncode, 0)
    equal(tables() - before < 100, True, f"KiB of page tables: {before}, then {tables()}")
    command.communicate("\n", timeout=60)
    equal(command.returncode, 0)


@case("nothing of ours is left behind")
def _():
    before = set(Path("/dev/shm").glob("memprof-*/*"))
    leaks(LOST)
    leaks("sh", "-c", f"{LOST}; exit 3")
    equal({p for p in Path("/dev/shm").glob("memprof-*/*") if p not in before and f".{os.getpid()}." in p.name}, set())


main()
