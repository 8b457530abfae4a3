"""memprof run --timeline: a file in Chrome's trace event format that is whole whoever is killed."""

import json
import os
import signal
import time
from pathlib import Path

from running import files, running, wait_for, wait_for_files
from harness import MEMPROF, case, check, equal, main, run, target

MIB = 1 << 20

# The format (Trace Event Format, "JSON Array Format" and the events' own sections) asks for these keys by phase, with
# these types, beside pid and name.
NUMBER = (int, float)
SCHEMA = {
    "M": {"args": dict},
    "C": {"ts": NUMBER, "args": dict, "cat": str},
    "i": {"ts": NUMBER, "tid": int, "s": str, "cat": str, "args": dict},
}


def check_event(event):
    check(isinstance(event, dict) and event.get("ph") in SCHEMA, f"phase of {event}")
    for key, wanted in {"name": str, "pid": int, **SCHEMA[event["ph"]]}.items():
        check(isinstance(event.get(key), wanted) and not isinstance(event[key], bool), f"{key} of {event}")
    check(event.get("ts", 0) >= 0, f"time of {event}")
    if event["ph"] == "C":  # a counter has nothing but numbers, and something
        check(event["args"] and all(isinstance(v, NUMBER) for v in event["args"].values()), f"args of {event}")
    if event["ph"] == "i":
        check(event["s"] in ("g", "p", "t"), f"scope of {event}")
    if event["ph"] == "M":
        check(event["name"] in ("process_name", "thread_name") and isinstance(event["args"].get("name"), str), f"{event}")


def load(path):
    """All events of a file that is JSON to the letter."""
    events = json.loads(Path(path).read_bytes().decode("utf-8"))
    check(isinstance(events, list) and events, f"{path} has no events")
    for event in events:
        check_event(event)
    return events


def peek(path):
    """The same while it is being written: a reader may see a half of what a write replaces."""
    try:
        return json.loads(Path(path).read_bytes())
    except ValueError:
        return []


def marks(events, name, pid=None):
    return [e for e in events if e["ph"] == "i" and e["name"] == name and pid in (None, e["pid"])]


def threads(events, mark):
    return {e["args"]["detail"]: e["tid"] for e in marks(events, mark)}


def counts(events, name, key):
    return [e["args"][key] for e in sorted(events, key=lambda e: e.get("ts", 0)) if e["ph"] == "C" and e["name"] == name]


@case("counters of the heap and of each thread; marks for threads and snapshots")
def _():
    with running([target("hold")], "--exact", "--timeline=t.json", "--on-growth=50%") as p:
        wait_for_files(1)
        wait_for(lambda: counts(peek("t.json"), "live heap", "bytes")[-1:] > [16 * MIB], "the heap's counter")
        for letter in "mmm":
            p.tell(letter)
        wait_for(lambda: counts(peek("t.json"), "live heap", "bytes")[-1:] > [28 * MIB], "its growth")
        p.tell("r")
        p.tell("t")
        wait_for(lambda: "worker" in threads(peek("t.json"), "thread start"), "the worker's start")
        p.tell("u")
        wait_for(lambda: marks(peek("t.json"), "thread exit"), "the worker's exit")
    events = load("t.json")
    equal({e["pid"] for e in events}, {p.pid}, "processes")
    live = counts(events, "live heap", "bytes")
    check(16 * MIB < live[-1] < 17 * MIB, f"live at the end: {live}")
    rss = counts(events, "RSS", "bytes")
    check(10 * MIB < rss[-1] < 40 * MIB, f"RSS {rss}")
    check(0 < counts(events, "live heap of RSS", "percent")[-1] <= 100, "the heap's share of RSS")
    total = [e for e in events if e["ph"] == "C"]
    check({"allocated", "calls", "recorded", "threads"} <= {e["name"] for e in total}, "tracks")
    helper = "helper\033[31m"
    started = threads(events, "thread start")
    check(set(started) == {"hold", helper, "worker"} and started["hold"] == p.pid, f"threads {started}")
    equal(threads(events, "thread exit"), {"worker": started["worker"]}, "threads that ended")
    names = {e["tid"]: e["args"]["name"] for e in events if e["name"] == "thread_name"}
    equal(names, {tid: name for name, tid in started.items()}, "names")
    track = f"thread {started[helper]} {helper}"
    check(counts(events, track, "allocated bytes/s")[0] > 0, "what the helper allocated")
    own = next(e for e in events if e["name"] == "process_name")
    check(own["args"]["name"].endswith("hold"), own)
    snapshots = marks(events, "snapshot", p.pid)
    equal(len(snapshots), len(files()), "snapshots")
    equal(snapshots[0]["args"]["detail"], "live memory grew by 50%", "detail")
    equal([len(marks(events, "start")), len(marks(events, "exit"))], [1, 1], "start and exit")


@case("forks, executed programs, the ends of processes, in order")
def _():
    script = "/bin/ls >/dev/null; exec \"$0\" 2"
    with running(["sh", "-c", script, target("churn")], "--exact", "--timeline=t.json") as p:
        wait_for(lambda: marks(peek("t.json"), "exec"), "the exec")
    events = load("t.json")
    child = next(e["args"]["detail"].split()[1] for e in marks(events, "fork", p.pid))
    starts = {e["pid"]: e["args"]["detail"] for e in marks(events, "start")}
    check(set(starts) == {p.pid, int(child)} and starts[p.pid].startswith("sh -c"), starts)
    executed = [e["args"]["detail"] for e in marks(events, "exec", p.pid)]
    check(len(executed) == 1 and executed[0].endswith("churn 2"), executed)
    fork, execute, end = (marks(events, name, p.pid)[0]["ts"] for name in ("fork", "exec", "exit"))
    check(fork < execute < end, (fork, execute, end))
    equal(len(marks(events, "exit", p.pid)), 1, "an exec is no exit")
    last = max(e["ts"] for e in events if "ts" in e)
    equal(marks(events, "exit", p.pid)[0]["ts"], last, "the end is the end")


@case("libraries, when they are loaded")
def _():
    program = "import time; time.sleep(1.0); import zlib; c = zlib.compressobj(); c.compress(b'x'); time.sleep(0.7)"
    run([MEMPROF, "run", "-q", "-o", "p.pb.gz", "--exact", "--timeline=t.json", "--", "/usr/bin/python3", "-S", "-c", program])
    events = load("t.json")
    loads = {os.path.basename(e["args"]["detail"]): e["ts"] for e in marks(events, "library load")}
    libc, libz = (next(ts for name, ts in loads.items() if name.startswith(lib)) for lib in ("libc.so", "libz.so"))
    check(libz > libc, loads)


@case("the file is whole when the program is killed, and when memprof run is")
def _():
    with running([target("churn"), "2"], "--timeline=t.json") as p:
        wait_for(lambda: os.path.getsize("t.json") > 2000, "events")
        os.kill(p.pid, signal.SIGKILL)
    equal(len(marks(load("t.json"), "exit", p.pid)), 1, "the exit of the killed program")
    for delay in 0, 0.1, 0.37, 0.5:
        # A killed memprof run leaves its recordings behind, here.
        with running([target("churn"), "2"], "--timeline=t.json", env={"MEMPROF_DIR": os.getcwd()}) as p:
            wait_for(lambda: os.path.getsize("t.json") > 2000, "events")
            time.sleep(delay)
            os.kill(p.process.pid, signal.SIGKILL)
            p.process.wait(30)
            load("t.json")
            os.kill(p.pid, signal.SIGKILL)


@case("a pipe gets the events, too; a file that cannot be written is said before the program runs")
def _():
    os.mkfifo("pipe")
    run(["sh", "-c", f"cat pipe >piped.json & '{MEMPROF}' run -q -o p.pb.gz --timeline=pipe -- ls; wait"])
    check(marks(load("piped.json"), "start"), "no start")
    for file, why in ("/dev/full", "No space left on device"), ("no/such/folder/t", "No such file or directory"):
        result = run([MEMPROF, "run", f"--timeline={file}", "--", "touch", "ran"], status=2)
        equal(result.stderr.decode(), f"memprof: cannot write {file}: {why}\n", "stderr")
        check(not os.path.exists("ran"), "the program ran")


main()
