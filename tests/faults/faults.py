#!/usr/bin/env python3
"""Every system call of the shim and of the command fails once, by strace: faults.py [--all] [--document FILE] [MODE...]

calls.txt lists the calls and their errors. Without --all the first and a middle call of each name fail, and all of a name at once,
with one error, in the modes of SHORT; with --all every call, with every error. With --document the figures go into FILE.

The program prints the same and ends alike as alone, or is not started; memprof ends by itself, with a documented status, a few
lines on stderr, and leaves nothing behind but a recording that a line names. A profile that is there reads, and is whole or says
that it is not. The script runs in mount namespaces with a /dev/shm and a /tmp of its own."""

import argparse
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import time
from collections import Counter, namedtuple
from contextlib import contextmanager
from pathlib import Path

import tap
from marks import machine, read_between, table, write_between
from tap import check, equal

MEMPROF, SHIM, PROGRAM = os.getenv("MEMPROF", ""), os.path.realpath(os.getenv("SHIM", "")), os.getenv("TARGETS", "") + "/program"
LISTED = Path(__file__).with_name("calls.txt")
WORK = Path("/dev/shm/faults")
# Folders that are this test's own (own_places), and emptied. /tmp is not if the build lies in it.
PLACES = [("/dev/shm", "memprof-*")]
if os.path.isdir("/dev/shm/tmp") and os.path.samefile("/tmp", "/dev/shm/tmp"):
    PLACES.append(("/tmp", "memprof-[0-9]*"))
ALL_LOST, CHILD_LOST, ALL_OUT = 170000, 20000, "begun\ndone\n"
LIBCS = 1000  # bytes at most: what libc allocates for a thread
NOT_STARTED = {2, 3, 126, 127}
FEW = 6  # lines
AGAIN = ("EINTR", "EAGAIN")  # who gets one tries again: all at once would be for ever

# `ends`: the statuses of a run that nothing happened to, and those that say that something did. `profiles`: what it writes.
Mode = namedtuple("Mode", "who options command ends profiles")
PRELOADED = ["-E", f"LD_PRELOAD={SHIM}", "-E", "MEMPROF_DIR=recordings"]
COLLECTED = [*PRELOADED, "-f", "-E", "MEMPROF_SUPERVISOR=1"]
PROFILES, RECORDINGS = ["p*.pb.gz"], ["recordings/*.mprec"]
MODES = {
    "shim": Mode("shim", COLLECTED, [PROGRAM, "5"], ({5}, {5}), RECORDINGS),
    "shim, exact": Mode("shim", [*COLLECTED, "-E", "MEMPROF_RATE=exact", "-E", "MEMPROF_FREE_STACKS=1"], [PROGRAM, "5"], ({5}, {5}), RECORDINGS),
    "shim at exit": Mode("shim", [*PRELOADED, "-E", "MEMPROF_RATE=exact", "-E", "MEMPROF_OUTPUT=p.pb.gz"], [PROGRAM, "5"], ({5}, {5}), PROFILES + RECORDINGS),
    "run": Mode("command", [], [MEMPROF, "run", "-q", "-o", "p.pb.gz", "--", PROGRAM, "5"], ({5}, {5}), PROFILES),
    "run --exact": Mode("command", [], [MEMPROF, "run", "-q", "--exact", "-o", "p.pb.gz", "--", PROGRAM, "5"], ({5}, {5}), PROFILES),
    "leaks": Mode("command", [], [MEMPROF, "leaks", "--log=report", "--", PROGRAM, "0"], ({23}, {2, 3, 23}), ()),
    "check": Mode("command", [], [MEMPROF, "check", "--json", "--", PROGRAM, "0"], ({1}, {1, 2, 3}), ()),
    "snapshot": Mode("command", [], [MEMPROF, "snapshot", "-q", "-o", "p.pb.gz"], ({0}, {2, 3}), PROFILES),
    "recover": Mode("command", [], [MEMPROF, "recover", "-q", "-o", "p.pb.gz", "recordings"], ({0}, {2, 3}), PROFILES),
}
KILLED = "run --exact, killed"
SHORT = ("shim, exact", "run --exact", "leaks", "check")

HANG = 60  # seconds, many times what any of the programs takes

# A call of a recording run: how many of that name its thread had made with it, the file whose code makes it ("" is the loader,
# which maps itself nowhere), and whether strace made it fail.
Call = namedtuple("Call", "task name number file injected text")
Result = namedtuple("Result", "status out err trace")

LINE = re.compile(r"(?:(\d+) +)?\[([0-9a-f]+)\] (<\.\.\. )?(\w+)(.*)")
MAPPING = re.compile(r"\(NULL, (\d+), .*<(/[^>]*)>, 0\) += (0x[0-9a-f]+)")


def run(strace_options, command):
    """The end of `command` under strace; a status of None if it had to be killed, with all that it had started."""
    trace = WORK / "trace"
    process = subprocess.Popen(["strace", "-qq", "-o", trace, *strace_options, *command], cwd=WORK, stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
    try:
        out, err = process.communicate(timeout=HANG)
        status = process.returncode
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, 9)
        out, err = process.communicate()
        status = None
    return Result(status, out.decode(errors="replace"), err.decode(errors="replace"), trace.read_text(errors="replace"))


def calls_of(trace):
    """The calls of a trace that was made with -i -y, in their order; one that strace shows in two pieces may come twice."""
    mapped, seen, found = {}, Counter(), []
    for line in trace.splitlines():
        match = LINE.match(line)
        if not match:
            continue
        task, place, resumed, name, rest = match.groups()
        if name == "execve" and not resumed:
            mapped[task] = []
        # A new task has the mappings of the first one; its calls are counted from 1 again.
        ranges = mapped.setdefault(task, list(next(iter(mapped.values()), [])))
        injected = "(INJECTED)" in rest
        if not resumed:
            seen[task, name] += 1
        if not resumed or injected:
            file = next((path for start, end, path in ranges if start <= int(place, 16) < end), "")
            found.append(Call(task, name, seen[task, name], file, injected, rest))
        mapping = MAPPING.match(rest) if name == "mmap" else None
        if mapping:
            start = int(mapping[3], 16)
            ranges.insert(0, (start, start + int(mapping[1]), mapping[2]))
    return found


def listed():
    """{(who, call): errors}"""
    rows = [line.split() for line in LISTED.read_text().splitlines() if line and line[0] != "#"]
    return {(who, name): [e for e in errors if e != "-"] for name, all_who, *errors in rows for who in all_who.split(",")}


def preloaded():
    """The shim's settings for programs that strace does not start."""
    return {**os.environ, "LD_PRELOAD": SHIM, "MEMPROF_DIR": "recordings", "MEMPROF_RATE": "exact"}


@contextmanager
def surroundings(name):
    """An empty folder, and what the mode needs in it; yields the rest of its command."""
    shutil.rmtree(WORK, ignore_errors=True)
    for place, pattern in PLACES:
        for old in Path(place).glob(pattern):
            shutil.rmtree(old)
    (WORK / "recordings").mkdir(parents=True)
    if name == "recover":
        subprocess.run([PROGRAM, "0"], cwd=WORK, env={**preloaded(), "MEMPROF_SUPERVISOR": "999999999"}, stdout=subprocess.DEVNULL, check=True)
    if name != "snapshot":
        yield []
        return
    process = subprocess.Popen([PROGRAM, "0", "wait"], cwd=WORK, env={**preloaded(), "MEMPROF_SUPERVISOR": "1"}, stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE)
    try:
        process.stdout.readline()
        while len(list(WORK.glob("recordings/*"))) < 2 or Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text():
            time.sleep(0.01)
        yield [str(process.pid)]
        out, _ = process.communicate(timeout=HANG)
        equal((out, process.returncode), (b"done\n", 0), "the program that was looked at")
    finally:
        process.kill()


def lost(path):
    """The bytes that were allocated by a profile, or None if the profile says itself that something is missing."""
    result = subprocess.run([MEMPROF, "top", "--json", "--sample-index=alloc_space", path], capture_output=True, text=True, timeout=HANG)
    check(result.returncode == 0, f"{path} does not read: {result.stderr}")
    document = json.loads(result.stdout)
    whole = "exact" in document["sampling"] and not document["dropped"]
    return document["total"]["value"] if whole else None


def judge_profiles(name, result):
    """A snapshot is one of the parent alone."""
    found = [lost(path) for pattern in MODES[name].profiles for path in WORK.glob(pattern)]
    wanted = ALL_LOST - CHILD_LOST if name == "snapshot" else ALL_LOST
    noted = any(p.suffix != ".mprec" for p in WORK.glob("recordings/*"))  # the shim's notes for memprof run
    # Where the shim could make no recording, memprof run reports that it left no recording.
    check(found or result.err or noted or MODES[name].profiles == RECORDINGS, "no profile, and not a word")
    if found and name not in ("shim", "run") and not result.err and not noted and None not in found:
        check(0 <= sum(found) - wanted <= LIBCS, f"{found} bytes in the profiles, {wanted} were lost, and not a word")


def judge(name, result, failed):
    """Raises where something is not as it must be; else a word for what happened. `failed`: the call, or None."""
    mode = MODES[name]
    check(result.status is not None, "it hung")
    check(result.status >= 0, f"killed by signal {-result.status}")
    check(len([l for l in result.err.splitlines() if l.startswith("memprof: ")]) <= FEW, "too many lines")
    runs_program = name not in ("snapshot", "recover")
    said = [line for line in result.err.splitlines() if name != "check" or line not in ALL_OUT.split()]  # check keeps stdout for its report
    out = "".join(f"{word}\n" for word in ALL_OUT.split() if word in result.err) if name == "check" else result.out if runs_program else ALL_OUT
    started = "begun" in out
    if not started:
        check(mode.who == "command" and result.status in NOT_STARTED, f"the program printed {out!r}; status {result.status}")
        check(result.err or failed == "write", "not started, and not a word")
    else:
        check(out == ALL_OUT, f"the program printed {out!r}")
        check(result.status in mode.ends[0] | mode.ends[1], f"status {result.status}")
        check(said or result.status in mode.ends[0] or failed == "write", f"status {result.status}, and not a word")
        if mode.profiles and result.status in mode.ends[0] and failed != "write":
            judge_profiles(name, result)
    rest = [p for place, pattern in PLACES for p in Path(place).glob(f"{pattern}/run.*")] + list(WORK.glob(".memprof-*"))
    check(failed in ("unlink", "unlinkat", "rmdir", "write") or all(str(p) in result.err for p in rest), f"left behind: {rest}")
    return "as alone" if started and result.status in mode.ends[0] and not said else "said" if started else "not started"


def is_shims(call):
    """The shim starts the command by libc's clone, with flags of its own."""
    return call.file == SHIM or "flags=CLONE_VM|CLONE_VFORK)" in call.text


def once(name, options, failed=None):
    mode = MODES[name]
    with surroundings(name) as rest:
        result = run([*mode.options, *options], [*mode.command, *rest])
    hit = [c for c in calls_of(result.trace) if c.injected] if "-i" in options else []
    if failed and mode.who == "shim" and not all(map(is_shims, hit)):
        return "missed", result  # the calls of this run came in another order, or all include the program's
    try:
        return judge(name, result, failed), result
    except tap.Failure as error:
        raise tap.Failure(f"{name}: {' '.join(options)}: {error}; stderr: {result.err[-600:]}") from None


def recorded(name):
    """[(who, call)], each made by the shim or the command, not by the program or a loader."""
    _, result = once(name, ["-i", "-y"])
    who, mine = MODES[name].who, []
    begun = who == "command"
    calls = calls_of(result.trace)
    for call in calls:
        begun = begun or call.name == "write" and '"begun' in call.text
        if call.file and is_shims(call) == (who == "shim"):
            mine.append((who if who == "command" else "later" if begun else "start", call))
    others = {(c.name, c.number) for c in calls if who == "shim" and not is_shims(c)}
    return [(by, c) for by, c in mine if (c.name, c.number) not in others], {(by, c.name) for by, c in mine}


def plan(calls, errors, everything):
    """[(call, error, when)]"""
    by_name, result = {}, []
    for by, call in calls:
        by_name.setdefault((by, call.name), set()).add(call.number)
    for key, numbers in sorted(by_name.items()):
        ordered = sorted(numbers)
        chosen = ordered if everything else sorted({ordered[0], ordered[len(ordered) // 2]})
        for error in errors[key][:None if everything else 1]:
            e, _, first = error.partition("@")
            result += [(key[1], e, str(n)) for n in chosen[:1 if first else None]]
        hard = [e for e in errors[key] if e not in AGAIN and "@" not in e][:1]
        result += [(key[1], e, f"{ordered[0]}..{ordered[-1]}") for e in hard if len(ordered) > 1]
    return result


def figures_of(name, everything):
    calls, made = recorded(name)
    errors = listed()
    new = sorted(made - set(errors))
    check(not new, "\n".join(f"new call: {by} {call}: add it to {LISTED}; who calls it, with which locks, what if it fails or waits,"
                             " what do seccomp filters of programs say to it?" for by, call in new))
    outcomes, complaints = Counter(), []
    for call, error, when in plan(calls, errors, everything):
        value = f"{'retval' if error.isdigit() else 'error'}={error}"
        seen = ["-i", "-y", "-e", f"trace={call},mmap,execve"] if MODES[name].who == "shim" else ["-e", f"trace={call}"]
        try:
            outcomes[once(name, [*seen, "-e", f"inject={call}:{value}:when={when}"], call)[0]] += 1
        except tap.Failure as failure:
            complaints.append(str(failure))
    check(sum(outcomes.values()) + len(complaints) > 10, "hardly a call failed")
    return len(made), outcomes, complaints


rows = {}  # of the document


def fail_calls(name, everything):
    made, outcomes, complaints = figures_of(name, everything)
    rows[name] = [made, sum(outcomes.values()) + len(complaints), *(outcomes[o] for o in ("as alone", "said", "not started", "missed")), len(complaints)]
    check(not complaints, "\n".join(complaints))


def kill_command(points):
    """The program goes on, and recover has what was not written yet."""
    name, begun = "run --exact", 0
    calls, _ = recorded(name)
    for _, call in calls[::max(1, len(calls) // points)]:
        with surroundings(name):
            result = run(["-e", f"trace={call.name}", "-e", f"inject={call.name}:signal=KILL:when={call.number}"], MODES[name].command)
            check(result.out in ("", ALL_OUT), f"the program printed {result.out!r}")
            subprocess.run([MEMPROF, "recover", "-q", "--all", "-o", "r.%p.pb.gz"], cwd=WORK, capture_output=True, timeout=HANG)
        found = [lost(p) for p in WORK.glob("*.pb.gz") if p.stat().st_size]  # an empty file only holds a name
        begun += result.out == ALL_OUT
        check(not result.out or sum(found) >= ALL_LOST, f"{call.name} {call.number}: {found} of {ALL_LOST}")
    check(begun > points // 4, "the program hardly ever ran")
    rows[KILLED] = ["", points, begun, "", points - begun, "", 0]


def sync_before_rename():
    """A profile's bytes are on the disk before it has its name, and before the recording goes."""
    with surroundings("run --exact"):
        result = run(["-y", "-e", "trace=fsync,rename,unlink,unlinkat"], MODES["run --exact"].command)
    lines = [line for line in result.trace.splitlines() if ".tmp" in line or ".mprec" in line]
    order = ["fsync" if line.startswith("fsync") else "rename" if line.startswith("rename") and "p.pb.gz" in line else
             "remove" if line.startswith("unlink") and ".mprec" in line else "" for line in lines if " = 0" in line]
    check(order.index("fsync") < order.index("rename") < order.index("remove"), f"the order: {order}")


def document(path, everything):
    """Rows that did not run stay, with their date."""
    head = ("run", "kinds of calls", "failures", "as alone", "said", "not started", "missed", "broken promises", "date")
    scope = "every call and error" if everything else "first and middle calls"
    known = [line.strip("| ").split(" | ") for line in read_between(path, "faults") if line.startswith("| ")][2:]
    new = {name: [name, *row, time.strftime("%Y-%m-%d")] for name, row in rows.items()}
    old = {name: cells for name, *cells in known}
    order = [name for name in (*MODES, KILLED) if name in old or name in new]
    lines = [f"Last run {machine()}, glibc {platform.libc_ver()[1]}; {scope}.", "", *table(head, [new.get(name) or [name, *old[name]] for name in order])]
    write_between(path, "faults", lines)


def own_places():
    """Begins again where /dev/shm and /tmp are nobody else's. A build below /tmp must stay visible."""
    if os.environ.get("FAULTS") == "inside":
        return
    mounts = "mount -t tmpfs none /dev/shm && mkdir /dev/shm/tmp && chmod 1777 /dev/shm/tmp && "
    mounts += ":" if any(p.startswith("/tmp/") for p in (MEMPROF, __file__)) else "mount --bind /dev/shm/tmp /tmp"
    os.environ["FAULTS"] = "inside"
    os.execvp("unshare", ["unshare", "-m" if os.geteuid() == 0 else "-rm", "sh", "-c", mounts + ' && exec "$@"', "sh", sys.executable, *sys.argv])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--document", type=lambda name: Path(name).resolve())  # cases change the folder
    parser.add_argument("modes", nargs="*", metavar="MODE", help=", ".join(MODES))
    arguments = parser.parse_args()
    own_places()
    os.environ.update(XDG_CACHE_HOME="/dev/shm/cache", MALLOC_PERTURB_="0")
    for variable in [v for v in os.environ if v.startswith("MEMPROF_") or v == "TMPDIR"]:
        del os.environ[variable]
    for name in arguments.modes or (MODES if arguments.all else SHORT):
        tap.add(f"{name}: a call that fails changes nothing of the program, and memprof says what it means", fail_calls, name, arguments.all)
    if not arguments.modes:
        tap.add("memprof run is killed at any call: the program goes on, recover has everything", kill_command, 50 if arguments.all else 8)
        tap.add("a profile is on the disk before it has its name", sync_before_rename)
    try:
        tap.main(wanted=[])
    finally:
        if arguments.document:
            document(arguments.document, arguments.all)


if __name__ == "__main__":
    main()
