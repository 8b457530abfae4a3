"""A series of profiles: times in their names, and memprof history, which finds a moment."""

import json
import os
import re
import time
from datetime import datetime, timedelta
from pathlib import Path

from running import complaint, files, memprof, running, wait_for, wait_for_files
from harness import MEMPROF, case, check, equal, main, read, run, target

os.environ["TZ"] = "Asia/Kathmandu"  # +0545: neither UTC nor whole hours
time.tzset()
SECOND = 1_000_000_000


def series(*options):
    """Snapshots of hold.c, which grows by 4 MiB in between, over more than two seconds."""
    with running([target("hold")], "--exact", "--every=300ms", *options) as p:
        wait_for_files(2, "*.pb.gz")
        p.tell("m")
        began = time.monotonic()
        wait_for(lambda: time.monotonic() > began + 2.5, "2.5 s")
    return sorted(files("*.pb.gz"), key=lambda f: os.stat(f).st_mtime_ns)


def local(nanos, form="%Y-%m-%d %H:%M:%S"):
    return time.strftime(form, time.localtime(nanos // SECOND))


def history(*arguments):
    return json.loads(memprof("history", "--json", *arguments))["profiles"]


@case("%T in -o is the local time at which each profile is written")
def _():
    before = datetime.now().replace(microsecond=0)
    with running([target("hold")], "--exact", "--every=300ms", "-o", "a%%.%n.%T.pb.gz"):
        wait_for_files(2, "a*.pb.gz")
    after = datetime.now()
    names = files("a*.pb.gz")
    for name in names:
        found = re.fullmatch(r"a%\.hold\.(\d{8}-\d{6})(\.\d{4})?\.pb\.gz", name)
        check(found, names)
        check(before <= datetime.strptime(found[1], "%Y%m%d-%H%M%S") <= after, f"{name}: {before} to {after}")


@case("history lists profiles by time, with what is live, the peak and what changed")
def _():
    names = series()
    rows = history()
    equal([row["file"] for row in rows], names, "the order of their times")
    for i, row in enumerate(rows):
        profile = read(row["file"])
        for key, kind in ("live_bytes", "inuse_space"), ("peak_bytes", "peak_space"), ("allocated_bytes", "alloc_space"):
            equal(row[key]["value"], profile.total(kind), f"{key} of {row['file']}")
        equal((row["program"], row["pid"]), ("hold", profile.counts("process")["pid"]), "process")
        for change, key in ("live_change", "live_bytes"), ("allocated_change", "allocated_bytes"):
            equal(row[change], row[key]["value"] - rows[i - 1][key]["value"] if i else None, f"{change} of {row['file']}")
    check(max(row["live_change"] or 0 for row in rows) >= 4 << 20, "4 MiB are in a change")
    text = memprof("history").splitlines()
    equal(text[0], "Times are local, +0545", "the zone")
    equal([line[:19] for line in text[2:]], [local(row["time_nanos"]) for row in rows], "times")
    check(any("+4." in line for line in text), text)


@case("history --at prints the file that covers a time, with a day or without; a folder's in that folder")
def _():
    os.mkdir("series")
    os.chdir("series")
    series()
    os.chdir("..")
    rows = history("series")
    equal(sorted(row["file"] for row in rows), sorted(f"series/{name}" for name in os.listdir("series")), "files")
    moment = rows[0]["start_nanos"] // SECOND * SECOND + 2 * SECOND
    covering = next(row["file"] for row in rows if row["time_nanos"] >= moment)
    for form in "%Y-%m-%d %H:%M:%S", "%Y%m%d-%H%M%S", "%H:%M:%S":
        result = run([MEMPROF, "history", "series", "--at", local(moment, form)])
        equal(result.stdout.decode(), covering + "\n", form)
        check("memprof diff --live series/" in result.stderr.decode(), result.stderr)
    yesterday = datetime.fromtimestamp(moment // SECOND) - timedelta(days=1)
    said = complaint("history", "series", "--at", f"{yesterday:%Y-%m-%d %H:%M}")
    check(f"no profile covers {yesterday:%Y-%m-%d %H:%M}:00" in said and local(rows[-1]["time_nanos"]) in said, said)


@case("history: what is no time, no folder, no profile")
def _():
    Path("junk.pb.gz").write_text("junk")
    result = run([MEMPROF, "history"], status=2)
    equal((result.stdout, b"junk.pb.gz" in result.stderr, b"there is no profile" in result.stderr), (b"", True, True), result.stderr)
    check("cannot read the folder 'missing'" in complaint("history", "missing"), "folder")
    with running([target("hold")], "--exact"):
        pass
    os.remove("junk.pb.gz")
    for bad in "noon", "25:00", "03:00 tomorrow", "":
        check(f"'{bad}' is not a time; write 03:00" in complaint("history", "--at", bad), bad)


main()
