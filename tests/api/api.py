"""memprof.h: what a program that knows of memprof says and asks, and that it runs as well without."""

import json
import os
import re
from pathlib import Path

from harness import MEMPROF, SHIM, case, check, equal, main, read, run

HERE = Path(__file__).parent
INCLUDE = os.environ["INCLUDE"]
STRICT = ["-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Werror", "-I", INCLUDE]
POOLED = 6 * 3000 + (1 << 20) + 4 * 24  # of talk.c's pools, live


def build(compiler, source, *options, output="program"):
    """Compiled into the test's folder; its path."""
    run([*compiler.split(), *STRICT, "-g", "-fno-builtin", "-pthread", *options, HERE / source, "-o", output])
    return os.path.abspath(output)


def recorded(program, *options, arguments=(), output="p.pb.gz"):
    result = run([MEMPROF, "run", "-q", "-o", output, *options, "--", program, *arguments])
    return read(output), result.stdout.decode()


def labels(profile, size):
    """The program's own labels of the block that was asked for with `size` bytes."""
    [found] = [s for s in profile.samples if s.labels.get("bytes") == f"{size} bytes" and s.values["alloc_objects"]]
    return {k: v for k, v in found.labels.items() if k not in ("bytes", "rate", "type")}


@case("the header compiles without a warning, and the program runs without memprof")
def _():
    for compiler in "gcc", "clang":
        for options in ["-std=c99", "-D_GNU_SOURCE"], ["-std=gnu17", "-O2"], ["-std=gnu11", "-fno-pie", "-no-pie"], ["-static"]:
            program = build(compiler, "talk.c", *options)
            equal(run([program]).stdout.decode(), "active: 0\nstats: 38, 0 calls, 0 frees, 0 bytes, 0 more live\nsnapshot: 38 38\n",
                  f"{compiler} {options}")
    for compiler in "g++", "clang++":
        for options in ["-std=c++98"], ["-std=c++20", "-O2"], ["-std=c++17", "-fno-pie", "-no-pie"]:
            equal(run([build(compiler, "talk.cpp", *options)]).stdout, b"0 1\n", f"{compiler} {options}")


@case("tags become labels: nested, hidden, cut, each thread's own")
def _():
    profile, output = recorded(build("gcc", "talk.c"), "--exact")
    check(output.startswith("active: 1\n"), output)
    for size, wanted in ((1001, {}), (1002, {"a": "outer"}), (1004, {"b": "in\033ner", "a": "hides outer"}), (1005, {"a": "outer"}),
                         (1006, {"tag": "no key"}), (1007, {}), (1010, {}), (1020, {"who": "helper"}), (1021, {"who": "main"}), (1022, {})):
        equal(labels(profile, size), wanted, f"labels of {size}")
    equal(labels(profile, 1003), {"a": "outer", "b": "in\033ner"}, "labels of 1003")
    raw = run(["go", "tool", "pprof", "-symbolize=none", "-raw", "p.pb.gz"]).stdout.decode()
    check(f'a key that is far too l:[{"ä" * 47}]' in raw, "a long key and value are cut, at a whole character")
    equal(labels(profile, 1009), {"deep": "15"}, "the sixteenth")


@case("top --by tag groups by the labels that the program gave, --by KEY by one of them")
def _():
    recorded(build("gcc", "talk.c"), "--exact")
    for by, wanted in ("tag", {"who=helper": 1020, "a=outer": 1002 + 1005}), ("who", {"helper": 1020}):
        nodes = json.loads(run([MEMPROF, "top", "--json", "--by", by, "p.pb.gz"]).stdout)["nodes"]
        flat = {node["name"]: node["flat"]["value"] for node in nodes}
        for name, value in wanted.items():
            equal(flat.get(name), value, f"{name} of {flat}")
        check(f"(no {by})" in flat, flat)


@case("the same in a program for a fixed address, in C++, and when samples are taken")
def _():
    profile, output = recorded(build("gcc", "talk.c", "-fno-pie", "-no-pie"), "--exact")
    equal((output.splitlines()[0], labels(profile, 1002)), ("active: 1", {"a": "outer"}), "a fixed address")
    for options in [], ["-fno-pie", "-no-pie"]:
        profile, _ = recorded(build("g++", "talk.cpp", "-std=c++17", *options), "--exact")
        equal((labels(profile, 7000), labels(profile, 7001)), ({"scope": "inside"}, {}), "C++")
    profile, _ = recorded(build("gcc", "talk.c"), "--rate=1KiB")
    pools = {s.labels["pool"] for s in profile.samples if "pool" in s.labels}
    check("other" in pools, pools)


@case("blocks of pools count, with a label; where they lie does not matter")
def _():
    profile, output = recorded(build("gcc", "talk.c"), "--exact")
    check("stats: 0, 16 calls, 5 frees, 1078696 bytes, 1066672 more live\n" in output, output)
    equal((1078696, 1066672), (10 * 3000 + (1 << 20) + 5 * 24, POOLED), "bytes")
    of = {}
    for s in profile.samples:
        if "pool" in s.labels:
            equal(s.labels["a"], "around", "the tag around")
            of[s.labels["pool"]] = (s.values["alloc_objects"], s.values["inuse_objects"], s.values["inuse_space"])
            equal(s.frames[0][0], "pools", "who allocates")
    equal(of, {"slab": (10, 6, 18000), "other": (1, 1, 1 << 20), "tiny": (5, 4, 96)}, "pools")
    slab = [s for s in profile.samples if s.labels["bytes"] == "100000 bytes"]
    equal([s.values["inuse_objects"] for s in slab], [1], "the block that the pool lies in")


@case("pause leaves out what is allocated until it is resumed, and counts it")
def _():
    profile, _ = recorded(build("gcc", "talk.c"), "--exact")
    sizes = {s.labels["bytes"]: s.values["inuse_objects"] for s in profile.samples}
    equal([sizes.get(f"{n} bytes") for n in (5000, 5001, 5002, 5003)], [0, None, None, 1], "live objects")
    equal(profile.counts("paused"), {"allocs": 2}, "comment")
    check(profile.counts("totals")["allocs"] >= sum(s.values["alloc_objects"] for s in profile.samples) + 2, "totals")


@case("snapshot writes a profile of now, whoever is the parent; its result says its faults")
def _():
    program = build("gcc", "talk.c")
    for command in [MEMPROF, "run", "-q", "--exact", "--", program], [program]:
        env = {} if command[0] == MEMPROF else {"LD_PRELOAD": SHIM, "MEMPROF_DIR": os.getcwd(), "MEMPROF_RATE": "exact"}
        for old in Path(".").glob("program-of-*"):
            old.unlink()
        result = run(command, env=env)
        check(b"snapshot: 0 5\n" in result.stdout, result.stdout)
        check(b"no/such/folder" in result.stderr, result.stderr)
        [path] = Path(".").glob("program-of-*.pb.gz")
        profile = read(path)
        equal(labels(profile, 1002), {"a": "outer"}, "tags")
        equal(profile.counts("paused"), {"allocs": 2}, "it is of that moment")


@case("a forked child has its parent's blocks with their tags, and may take snapshots too")
def _():
    profile, output = recorded(build("gcc", "talk.c"), "--exact", arguments=["fork"])
    check("child: 0\n" in output, output)
    child = read("child.pb.gz")
    live = [s for s in child.samples if s.labels["bytes"] == "1004 bytes" and s.values["inuse_objects"]]
    equal([(s.labels["a"], s.labels["b"]) for s in live], [("hides outer", "in\033ner")], "inherited")
    equal(labels(child, 200000), {"in": "child"}, "its own")
    equal(sum(s.values["inuse_space"] for s in child.samples if "pool" in s.labels), POOLED, "pools")


@case("a child that was forked while another thread took a snapshot takes one of its own")
def _():
    _, output = recorded(build("gcc", "moments.c"), "--exact", arguments=["fork"])
    equal(output, "taken: 5\n", "snapshots of children")


@case("a thread that began in a sandbox is not recorded, and memprof.h says so there")
def _():
    for options in ["--exact"], []:
        _, output = recorded(build("gcc", "moments.c"), *options, arguments=["sandbox"])
        equal(output, "active: 1, here 1, in a new thread 0\n", str(options))


@case("too many combinations of tags: those beyond are left out, and that is said")
def _():
    profile, _ = recorded(build("gcc", "talk.c"), "--exact", arguments=["many"])
    equal(labels(profile, 1030), {}, "one too many")
    check(profile.counts("dropped")["limit"] > 3000, profile.comment("dropped"))
    equal(labels(profile, 1002), {"a": "outer"}, "an early one")


@case("leaks: a pool's blocks are no heap blocks; after a pause nothing is definite")
def _():
    result = run([MEMPROF, "leaks", "--", build("gcc", "talk.c")], status=None)
    text = (result.stdout + result.stderr).decode()
    check("3,000" not in text and "1,048,576" not in text and "pools" not in text, text)
    check(re.search(r"definitely lost: 0 bytes", text), text)


@case("the example does what its text says")
def _():
    program = build("gcc", "example.c", "-O2")
    equal(run([program]).stdout, b"nobody records this\n", "without memprof")
    profile, output = recorded(program, "--exact")
    check("snapshot: Success\n" in output and re.search(r"^\d+ blocks of \d+ bytes are live$", output, re.M), output)
    snapshot = read("example.pb.gz")
    of = {}
    for s in snapshot.samples:
        key = (s.labels.get("request"), s.labels.get("pool"))
        of[key] = of.get(key, 0) + s.values["inuse_space"]
    equal({k: v for k, v in of.items() if k[0]},
          {("login", None): 100 + 300 + 500 + 700, ("search", None): 200 + 400 + 600 + 800, ("login", "request arena"): 4000,
           ("search", "request arena"): 4000}, "live by label")
    equal(sum(s.values["inuse_space"] for s in profile.samples if "pool" in s.labels), 0, "the arena was cleared")


main()
