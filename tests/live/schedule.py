"""memprof run takes snapshots by itself: --every, --on-growth, --on-peak, --keep."""

import os
import re
import time
from pathlib import Path

from running import files, held, running, settle, wait_for_files
from harness import MEMPROF, case, check, equal, main, read, run, target

HELD_100 = 75_000  # what targets/hold.c has of hold_100


@case("--every: whole profiles in numbered files, none overwritten")
def _():
    Path("end.0002.pb.gz").write_text("mine")
    with running([target("hold")], "--exact", "--every=300ms") as p:
        wait_for_files(4)
        p.tell("m")
        before = len(files())
        wait_for_files(before + 2)
    names = files()
    equal(Path("end.0002.pb.gz").read_text(), "mine", "what was there")
    equal(names, [f"end.{i:04}.pb.gz" for i in range(1, len(names) + 1)], "names")
    names.remove("end.0002.pb.gz")
    for name in names:
        profile = read(name)
        equal(profile.flat("inuse_space")["hold_100"], HELD_100, f"hold_100 in {name}")
        equal(profile.comment("snapshot"), "every 0.3 s", f"comment of {name}")
    equal([held(names[0]), held(names[-1])], [0, 4], "MiB in the first and the last")
    check(read("end.pb.gz").comment("snapshot") is None, "the profile at the end is no snapshot")


@case("--on-growth: when it has grown by so much since the last one, not for less, not for the same again")
def _():
    with running([target("hold")], "--exact", "--on-growth=20%") as p:
        wait_for_files(1)  # from nothing to 16 MiB
        p.tell("a")  # 0.15 MiB
        settle()
        p.tell("m")  # by a quarter
        wait_for_files(2)
        p.tell("r")
        settle()
        p.tell("m")
        settle()
        p.tell("m")  # of the 20.3 MiB of then, 19.7%
        settle()
        p.tell("m")
        wait_for_files(3)
    equal([held(f) for f in files()], [0, 4, 12], "MiB")
    equal(read(files()[1]).comment("snapshot"), "live memory grew by 20%", "comment")


@case("--on-peak: at peaks that are higher than all before")
def _():
    with running([target("hold")], "--exact", "--on-peak") as p:
        wait_for_files(1)
        for n in 2, 3:
            p.tell("m")
            wait_for_files(n)
        p.tell("r")
        settle()
        p.tell("m")
        p.tell("m")
        settle()
        p.tell("m")
        wait_for_files(4)
    equal([held(f) for f in files()], [0, 4, 8, 12], "MiB")


@case("--keep: the largest and the newest")
def _():
    with running([target("hold")], "--exact", "--every=250ms", "--keep=3") as p:
        wait_for_files(1)
        p.tell("m")
        end = time.monotonic() + 30
        while not any(held(f) for f in files() if os.path.exists(f)):
            check(time.monotonic() < end, "none with 4 MiB")
        p.tell("r")
        large = next(f for f in files() if held(f))
        while int(files()[-1].split(".")[1]) < int(large.split(".")[1]) + 6:
            check(time.monotonic() < end, f"only {files()}")
            time.sleep(0.05)
    names = files()
    equal(len(names), 3, f"kept {names}")
    equal([held(f) for f in names], [4, 0, 0], "MiB in what is kept")
    numbers = [int(f.split(".")[1]) for f in names]
    equal(numbers[1] + 1, numbers[2], "the newest")


@case("a child's files have its pid")
def _():
    with running(["sh", "-c", '"$0"; exit 0', target("hold")], "--exact", "--on-growth=50%"):
        wait_for_files(1, "end.*.0001.pb.gz")
    process = re.fullmatch(r"end\.(\d+)\.0001\.pb\.gz", files("end.*.0001.pb.gz")[0])
    check(process, files())
    profile = read(process[0])
    equal(profile.flat("inuse_space")["hold_100"], HELD_100, "hold_100")
    check(f"pid={process[1]} " in profile.comment("process"), profile.comment("process"))


@case("what makes no sense is said before the program runs")
def _():
    for bad, what in (["--keep=3"], "nothing takes snapshots"), (["--on-growth=20"], "such as 20%"), \
                     (["--on-growth=0.5%"], "1%"), (["--every=1ms"], "at least 250 ms"), (["--every=x"], "--every"), (["--every=3"], "--every=3s"), \
                     (["--every=1s", "--keep=1"], "2"):
        result = run([MEMPROF, "run", *bad, "--", "touch", "ran"], status=2)
        check(what in result.stderr.decode() and len(result.stderr.splitlines()) == 1, result.stderr)
        check(not os.path.exists("ran"), f"{bad}: the program ran")


main()
