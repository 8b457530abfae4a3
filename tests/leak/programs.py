#!/usr/bin/env python3
"""Real programs under memprof leaks: where valgrind sees no definite loss, neither do we, and where it sees some, we see as
much. valgrind is asked on the spot for the small ones (--run-libc-freeres=no: it would otherwise free and reset some of
glibc's state first, environ for one)."""

import json
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import tap

MEMPROF = os.environ["MEMPROF"]
folder = Path(tempfile.mkdtemp(prefix="memprof-leaks."))
(folder / "x.c").write_text("#include <stdio.h>\nint main(void) { return printf(\"%d\\n\", 1) < 0; }\n")
(folder / "words").write_text("b\na\nc\n")
cc1 = subprocess.run(["gcc", "-print-prog-name=cc1"], capture_output=True, text=True).stdout.strip()

# No definite loss.
CLEAN = [
    ["bash", "-c", "x=$(echo 1); y=(a b c); f() { :; }; f; [[ $x == 1 ]]"],
    ["/usr/bin/python3", "-c", "import json, re; print(json.dumps({'a': [1, 2]}))"],
    ["git", "-C", "/", "--version"],
    ["sqlite3", ":memory:", "create table t(a); insert into t values (1); select * from t;"],
    ["openssl", "version"],
    ["curl", "--version"],
    ["redis-server", "--version"],
    [cc1, "-quiet", "-o", "/dev/null", str(folder / "x.c")],
    ["node", "-e", "console.log([1, 2, 3].map(x => x * 2))"],
    ["vim", "-es", "-u", "NONE", "-c", "q"],
    ["cmake", "--version"],
    ["clang", "--version"],
    ["ls", "-l", "/"],
]
# Compared with valgrind, definite and indirect, to the byte, and definite losses stack by stack.
COMPARED = [
    ["perl", "-e", "1"],
    ["sort", str(folder / "words")],
    ["date"],
    ["ed", "--version"],
    ["tar", "cf", "/dev/null", "-C", str(folder), "words"],
    ["ssh", "-V"],
    ["nginx", "-t", "-q"],
    ["bash", "-c", "true"],
    ["make", "--version"],
    ["awk", "BEGIN { print 1 }"],
    ["sed", "s/a/b/", str(folder / "words")],
    ["grep", "a", str(folder / "words")],
    ["gcc", "--version"],
]
# The same, once malloc fills what it gives out: blocks that these programs never write whole hold pointers of earlier blocks,
# which keep lost blocks reachable for all who do not know, as valgrind does, which words were written (docs/LEAK-COMPARISON.md).
FILLED = [
    ["grops", "-v"],
    ["troff", "-v"],
    ["gdb", "-batch", "-ex", "quit"],
]
FILLING = {"GLIBC_TUNABLES": "glibc.malloc.tcache_count=0:glibc.malloc.perturb=85"}


def memprof(command):
    log = folder / "report.json"
    log.unlink(missing_ok=True)
    result = subprocess.run([MEMPROF, "leaks", "--json", "--log", str(log), "--fail-on=none", "--", *command], capture_output=True,
                            stdin=subprocess.DEVNULL, timeout=120, cwd=folder, text=True, errors="replace")
    if not log.exists():
        raise AssertionError(result.stderr[-1000:])
    processes = json.loads(log.read_text())["processes"]
    wrong = [w for process in processes for w in process["wrong_frees"]]
    if wrong:
        raise AssertionError(f"false reports of wrong frees: {json.dumps(wrong, indent=1)[:4000]}")
    return processes


RECORD = re.compile(r"== ([\d,]+)(?: \(([\d,]+) direct, [\d,]+ indirect\))? bytes in ([\d,]+) blocks are definitely lost.*\n((?:.*0x.*\n)+)")


def number(text):
    return int(text.replace(",", ""))


def stacks_of(text):
    """(bytes, blocks, the function that called the allocator, if it has a name) of each stack that lost something."""
    found = []
    for total, direct, blocks, frames in RECORD.findall(text):
        caller = next(line for line in frames.splitlines() if "vgpreload" not in line)
        name = re.match(r"==\d+==    (?:at|by) 0x[0-9A-F]+: ([^ (]+) \(", caller)
        found.append((number(direct or total), number(blocks), name[1] if name and name[1] != "???" else None))
    return sorted(found, key=str)


def valgrind(command):
    """(definite, indirect) as (bytes, blocks) each, and the stacks of the definite ones."""
    log = folder / "valgrind"
    subprocess.run(["valgrind", "--leak-check=full", "--num-callers=500", "--run-libc-freeres=no", f"--log-file={log}", *command],
                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=300, cwd=folder)
    figures = {}
    for line in log.read_text().splitlines():
        words = line.split()
        if len(words) > 6 and words[2] == "lost:":
            figures[words[1]] = (int(words[3].replace(",", "")), int(words[6].replace(",", "")))
    if not figures and "no leaks are possible" in log.read_text():
        return ((0, 0), (0, 0)), []
    return (figures["definitely"], figures["indirectly"]), stacks_of(log.read_text())


def is_as_valgrind_says_filled(command):
    os.environ.update(FILLING)
    try:
        is_as_valgrind_says(command)
    finally:
        for name in FILLING:
            del os.environ[name]


def is_clean(command):
    for process in memprof(command):
        if not process["checked"]:
            raise AssertionError(f"not checked: {process}")
        if process["summary"]["definite"]["objects"]:
            raise AssertionError(json.dumps([x for x in process["leaks"] if x["kind"] == "definite"], indent=1)[:4000])


def figures_of(main):
    return tuple((main["summary"][kind]["bytes"], main["summary"][kind]["objects"]) for kind in ("definite", "indirect"))


def is_as_valgrind_says(command):
    wanted, stacks = valgrind(command)
    main = memprof(command)[-1]
    # gdb's worker threads live at the end, and what they hold depends on where they are: in one of 45 runs two blocks were not lost.
    if figures_of(main) != wanted:
        main = memprof(command)[-1]
    got = figures_of(main)
    if got != wanted:
        raise AssertionError(f"got {got}, valgrind says {wanted}")
    ours = sorted(((leak["bytes"], leak["objects"], leak["stack"][0]["function"]) for leak in main["leaks"]
                   if leak["kind"] == "definite"), key=str)
    if len(ours) != len(stacks):
        raise AssertionError(f"got the stacks {ours}, valgrind says {stacks}")
    for own, theirs in zip(ours, stacks):
        # Code without a name: valgrind says ???, we say where it lies in its file.
        if own[:2] != theirs[:2] or (theirs[2] and "+0x" not in own[2] and own[2] != theirs[2]):
            raise AssertionError(f"got the stacks {ours}, valgrind says {stacks}")


def cgo():
    """Go's heap holds what it holds, below the running goroutine's stack, too; the system stack's dead frames hold nothing."""
    program = folder / "cgo"
    subprocess.run(["go", "build", "-o", str(program), str(Path(__file__).parent / "parts" / "cgo.go")], check=True, cwd=folder,
                   env={**os.environ, "GOCACHE": str(folder / "go-cache"), "GO111MODULE": "off"})
    main = memprof([str(program)])[-1]["summary"]
    lost = {kind: (main[kind]["bytes"], main[kind]["objects"]) for kind in ("definite", "indirect", "possible")}
    # Only a stale pointer in the memory of the goroutine that ended may lead into the block that it lost.
    tap.check(lost in ({"definite": (503, 4), "indirect": (0, 0), "possible": (0, 0)},
                       {"definite": (303, 3), "indirect": (0, 0), "possible": (200, 1)}), lost)


def examine(test, command):
    tap.check(shutil.which(command[0]), f"{command[0]} is not installed; scripts/deps test does that")
    test(command)


def main():
    for test, command in [(is_clean, c) for c in CLEAN] + [(is_as_valgrind_says, c) for c in COMPARED] + \
            [(is_as_valgrind_says_filled, c) for c in FILLED]:
        tap.add(f"{test.__name__.replace('_', ' ')}: {Path(command[0]).name}", examine, test, command)
    tap.add("cgo: blocks of C in Go's heap, and lost ones", cgo)
    try:
        tap.main()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


main()
