"""Commands on a running program that was not named: the only one is taken, several are listed."""

import os
import re
from pathlib import Path

from harness import MEMPROF, case, check, equal, main, read, run

# In a pid namespace of their own, where nobody else's recorded programs are.
ALONE = ["unshare", "-pf" if os.geteuid() == 0 else "-rpf", "--mount-proc", "bash", "-c"]
START = """
memprof() { "$MEMPROF" "$@"; }
recorded() { # N: waits until N programs are recorded
  for _ in $(seq 300); do [ "$(memprof ps --json | jq '.processes | length')" != "$1" ] || return 0; sleep 0.1; done
  echo "not $1 recorded programs" >&2; return 1
}
start() { memprof run -q -o "$1.pb.gz" sleep 1000 & }
"""
END = "\nstatus=$?; kill $(jobs -p); wait; exit $status\n"


def alone(script, status=0):
    result = run([*ALONE, START + script + END], status=status)
    return result.stdout.decode(), result.stderr.decode()


@case("stats and snapshot without PID take the only recorded program, and say which")
def _():
    out, err = alone("start a; recorded 1 && memprof stats && memprof snapshot -q -o s.pb.gz")
    pid = re.match(r"Process (\d+): sleep 1000\n", out)
    check(pid, out)
    equal(err.splitlines(), [f"memprof: the only recorded process: {pid[1]} (sleep)"] * 2, "said")
    check(f"pid={pid[1]} " in read("s.pb.gz").comment("process"), "the snapshot's process")


@case("live without PID shows the only recorded program")
def _():
    out, err = alone("start a; recorded 1 && TERM=xterm timeout 3 script -qec \"$MEMPROF live\" /dev/null </dev/null | cat -v", status=None)
    check("the only recorded process: " in out + err and "sleep 1000" in out, out[:3000] + err)


@case("several are listed with their names, on one line; none is said")
def _():
    Path("other").symlink_to("/bin/sleep")
    for command in "stats", "snapshot", "live":
        out, err = alone(f"start a; memprof run -q -o b.pb.gz ./other 1000 & recorded 2 && memprof {command}", status=2)
        equal((out, len(err.splitlines())), ("", 1), command)
        listed = re.search(r"several processes are being recorded; name one by its PID: \d+ \((\w+)\), \d+ \((\w+)\)\n", err)
        equal(sorted(listed.groups() if listed else []), ["other", "sleep"], err)
        out, err = alone(f"memprof {command}", status=2)
        equal((out, err.count("no process of yours is being recorded")), ("", 1), command)


main()
