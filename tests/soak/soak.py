"""memprof run over a long time: soak.py --minutes N [--document FILE] [ROW...]; scripts/soak says what it does.

Each row is a program of loads.py, which runs bare and under memprof run with snapshots, HTTP scrapes and pushes. The program is asked
for the same work on both sides in turn. Slopes are by least squares over the second half of the time, without what goes with the number of sites and of recordings."""

import argparse
import glob
import http.client
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import namedtuple
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from harness import MEMPROF, Failure, read, run
from loads import ROWS
from trend import slope

# KiB a minute. A slope fails when it is above by more than its error, two standard errors. Bounded growth is taken off before: the command
# is allowed 3 KiB for each recording beside, of which it keeps an account, and 2 for each site of the program, because --push keeps the last
# profile; the program half a KiB for a site, its place in the index and its stack, in tables that double.
BOUND = 64
Memory = namedtuple("Memory", "title a_recording a_site")
MEMORIES = (Memory("the shim's share", 0, 0.5), Memory("the command", 3, 2), Memory("the program less bare", 0, 0.5))
Look = namedtuple("Look", "minutes memories recordings size sites")  # memories and size in KiB
BATCH = 50  # profiles that one go tool pprof reads
NAME = r'^memprof_(\w+)\{pid="(\d+)",[^}]*\} (\S+)$'


# Memory, in KiB; 0 for processes that have ended.


def children(pid):
    """The process's descendants."""
    try:
        found = [int(p) for task in glob.glob(f"/proc/{pid}/task/*/children") for p in Path(task).read_text().split()]
    except OSError:
        return []
    return found + [q for p in found for q in children(p)]


def smaps(pid):
    try:
        return Path(f"/proc/{pid}/smaps").read_text()
    except OSError:
        return ""


def resident(text):
    return sum(map(int, re.findall(r"^Rss: +(\d+)", text, re.M)))


def share_of_shim(text):
    """Resident memory of recordings, of the shim and of the anonymous mapping behind it, which is its .bss."""
    total, ours, behind = 0, False, False
    for m in re.finditer(r"^[0-9a-f]+-[0-9a-f]+ \S+ \S+ \S+ \S+ *(.*)$|^Rss: +(\d+)", text, re.M):
        if m[2]:
            total += int(m[2]) * ours
        else:
            ours = ".mprec" in m[1] or "libmemprof" in m[1] or (not m[1] and behind)
            behind = "libmemprof" in m[1]
    return total


SITES_AT = 1472 + 3 * 264  # of the header: the number of sites (docs/RECORDING.md)


def recordings(command, program):
    """Number and KiB of the recordings of a memprof run, and the sites of its program's."""
    sizes, sites = [], 0
    for path in glob.glob(f"/dev/shm/memprof-*/run.{command}.*/*.mprec"):
        try:
            with open(path, "rb") as file:
                file.seek(SITES_AT)
                count = int.from_bytes(file.read(8), "little")
            sites += count if os.path.basename(path).startswith(f"{program}.") else 0
            sizes.append(os.stat(path).st_blocks / 2)
        except OSError:  # it has become a profile
            pass
    return len(sizes), round(sum(sizes)), sites


def growth(looks):
    """[(KiB a minute, two standard errors)] of each of MEMORIES in the second half of the time, without what is bounded."""
    late = [look for look in looks if look.minutes > looks[-1].minutes / 2]
    lines = [slope([(v.minutes, v.memories[i] - m.a_recording * v.recordings - m.a_site * v.sites) for v in late]) for i, m in enumerate(MEMORIES)]
    return [(found, 2 * error) for found, error in lines]


class Listener:
    """Takes pushes as a Pyroscope server does, and counts them."""

    def __init__(self):
        self.count, listener = 0, self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                self.rfile.read(int(self.headers["Content-Length"]))
                listener.count += 1
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def get(path, what):
    """The answer of a server at a Unix socket."""
    connection = http.client.HTTPConnection("localhost")
    connection.sock = socket.socket(socket.AF_UNIX)
    connection.sock.settimeout(60)
    connection.sock.connect(path)
    connection.request("GET", what)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    if answer.status != 200:
        raise Failure(f"{what}: status {answer.status}: {body[:100]}")
    return body


class Row:
    """A program on both sides, and what was seen of it."""

    def __init__(self, name, scratch, url, every):
        kind, options = ROWS[name]
        self.name, self.exact, self.begun = name, "--exact" in options, time.monotonic()
        self.faults, self.looks, self.p99, self.totals = [], [], {0: [], 1: []}, {}
        self.profiles = self.scrapes = self.bursts = 0
        self.status = None
        self.loads = []
        for recorded in (0, 1):
            folder = tempfile.mkdtemp(prefix="ab"[recorded], dir=scratch)
            load = kind(folder)
            command = [MEMPROF, "run", "-q", "-o", f"{folder}/p.%n.%p.pb.gz", f"--every={every}s", f"--http=unix:{folder}/http",
                       f"--push={url}", f"--push-every={every}s", *options, "--"] if recorded else []
            process = subprocess.Popen([*command, *load.command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=folder,
                                       stderr=open(f"{folder}/stderr", "w", encoding="utf-8"),
                                       env={**os.environ, "XDG_CACHE_HOME": folder, "HOME": folder}, **load.who)
            deadline = time.monotonic() + 30
            while recorded and not children(process.pid) and time.monotonic() < deadline:
                time.sleep(0.02)
            load.begin(process, children(process.pid)[0] if recorded else process.pid)
            self.loads.append(load)
        self.folder = self.loads[1].folder

    def fault(self, text):
        self.faults.append(f"{self.name}: {text}")
        print(self.faults[-1], file=sys.stderr, flush=True)

    def work(self, deadline, pause):
        """Bursts on both sides, each first in turn."""
        try:
            while time.monotonic() < deadline:
                for side in (0, 1) if self.bursts % 2 else (1, 0):
                    self.p99[side].append(self.loads[side].burst())
                self.bursts += 1
                time.sleep(pause)
        except Exception as error:  # whatever it is, the program did not do its work
            self.fault(f"burst {self.bursts}: {error!r}")

    def look(self):
        bare, command = (load.process.pid for load in self.loads)
        texts = [smaps(p) for p in children(command)]
        alone = sum(resident(smaps(p)) for p in [bare, *children(bare)])
        memories = sum(map(share_of_shim, texts)), resident(smaps(command)), sum(map(resident, texts)) - alone
        self.looks.append(Look((time.monotonic() - self.begun) / 60, memories, *recordings(command, self.loads[1].pid)))

    def scrape(self):
        try:
            text = get(f"{self.folder}/http", "/metrics").decode()
            Path(self.folder, "scraped").write_bytes(get(f"{self.folder}/http", "/debug/pprof/heap"))
        except (OSError, http.client.HTTPException, Failure) as error:
            self.fault(f"scrape: {error!r}")
            return
        for what, pid, value in re.findall(NAME, text, re.M):
            if what in ("live_bytes", "live_objects") and float(value) < 0:
                self.fault(f"{what} of {pid}: {value}")
            if what == "dropped_events_total" and value != "0":
                self.fault(f"{pid} dropped {value}")
            if what in ("allocations_total", "frees_total", "allocated_bytes_total"):
                if float(value) < self.totals.get((what, pid), 0):
                    self.fault(f"{what} of {pid} went down to {value}")
                self.totals[what, pid] = float(value)
        self.scrapes += 1
        self.read_some([f"{self.folder}/scraped"])

    def read_some(self, paths):
        """Through go tool pprof, which adds them up: no figure is negative, nothing was dropped. It warns of a file that it cannot read."""
        self.profiles += len(paths)
        result = run(["go", "tool", "pprof", "-symbolize=none", "-raw", *paths], status=None)
        head, _, rest = result.stdout.decode().partition("\nSamples:\n")
        if result.returncode or not rest or re.search(r"fetched|unrecognized|malformed|parsing", result.stderr.decode(), re.I):
            self.fault(f"go tool pprof: {result.stderr.decode()}")
        if re.search(r"^ *[\d ]*-\d[-\d ]*:", rest.partition("Locations\n")[0], re.M):
            self.fault(f"a negative figure in {paths}")
        if "Comment: dropped" in head:
            self.fault(f"{paths}: {re.search('dropped: .*', head)[0]}")
        for path in paths:
            os.unlink(path)

    def read_finished(self):
        """Snapshots and profiles of children that are written. A name is taken by an empty file first."""
        paths = [p for p in glob.glob(f"{self.folder}/p.*.pb.gz") if os.path.getsize(p) and p != self.last_profile()]
        for i in range(0, len(paths), BATCH):
            self.read_some(paths[i:i + BATCH])

    def last_profile(self):
        load = self.loads[1]
        return f"{self.folder}/p.{os.path.basename(load.command[0])}.{load.pid}.pb.gz"

    def finish(self):
        ends = []
        for load in self.loads:
            load.end()
            said = load.final()
            ends.append((load.process.wait(120), said if self.exact or load is self.loads[0] else ""))
        self.status = ends[1][0]
        if ends[0][0] != self.status:
            self.fault(f"ended with {self.status}, alone with {ends[0][0]}")
        said = Path(self.folder, "stderr").read_text()
        if "memprof" in said:
            self.fault(said)
        self.check_totals(ends[1][1])
        self.read_finished()
        self.read_some([self.last_profile()])

    def check_totals(self, said):
        """The program that counts itself, in exact mode: each block and each byte."""
        if self.exact and re.fullmatch(r"\d+ \d+ \d+\n", said):
            profile = read(self.last_profile())
            seen = [profile.flat(v)["relay_alloc"] for v in ("alloc_objects", "alloc_space", "inuse_objects")]
            if seen != [*map(int, said.split()[:2]), 0]:
                self.fault(f"recorded {seen}, but the program allocated {said}")

    def judge(self):
        """The row's cells; slopes above the bound are faults."""
        cells = [self.name, str(self.bursts)]
        both = [[v for v in self.p99[side] if v is not None] for side in (0, 1)]
        cells.append(" / ".join(f"{statistics.median(v):.2f}" for v in both) + " ms" if all(both) else "-")
        last = self.looks[-1]
        for memory, kib, (found, error) in zip(MEMORIES, last.memories, growth(self.looks)):
            cells.append(f"{kib} KiB, {found:+.1f} +- {error:.1f}")
            if found - error > BOUND:
                self.fault(f"{memory.title} grows by {found:.1f} KiB a minute, +- {error:.1f}")
        half = self.looks[len(self.looks) // 2]
        return [*cells, f"{last.recordings}, {last.size} KiB", f"{half.sites} to {last.sites}", f"{self.profiles} / {self.scrapes}", str(self.status)]


def read_along(rows, deadline, pause):
    while time.monotonic() < deadline:
        for row in rows:
            row.scrape()
            row.read_finished()
        time.sleep(pause)


def soak(names, minutes, judge_slopes=True):
    """(cells of each row, faults, pushes)"""
    scratch = tempfile.mkdtemp(prefix="soak.", dir="/tmp")  # short: sockets have their path in 108 bytes
    os.chmod(scratch, 0o755)
    listener, every = Listener(), max(2, round(minutes))
    rows = [Row(name, scratch, listener.url, every * 5 if minutes > 1 else every) for name in names]
    deadline = time.monotonic() + minutes * 60
    with ThreadPoolExecutor(len(rows) + 1) as pool:
        for row in rows:
            pool.submit(row.work, deadline, min(2, minutes))
        pool.submit(read_along, rows, deadline, min(10, 4 * minutes))
        while time.monotonic() < deadline:
            for row in rows:
                row.look()
            time.sleep(min(5, 2 * minutes))
    for row in rows:
        try:
            row.finish()
        except Exception as error:  # the others must still be ended
            row.fault(f"end: {error!r}")
    if not listener.count:
        rows[0].fault("no push arrived")
    cells = [row.judge() for row in rows] if judge_slopes else []
    shutil.rmtree(scratch)
    return cells, [fault for row in rows for fault in row.faults], listener.count


HEAD = ("program", "bursts", "p99 bare / recorded", "shim's share, slope", "command, slope", "program less bare, slope",
        "recordings at the end", "sites", "profiles / scrapes", "status", "run")


def machine():
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    return f"{model[1] if model else 'unknown'}, {os.cpu_count()} processors, Linux {os.uname().release}"


def write_table(document, minutes, found, faults, pushes):
    """Into the document, between its marks; rows that did not run stay, and say when they ran."""
    text = document.read_text()
    when = f"{time.strftime('%Y-%m-%d')}, {minutes:g} min, load {os.getloadavg()[2]:.0f}"
    rows = {line.split(" | ")[0]: line for line in text.partition("<!-- soak -->\n")[2].partition("<!-- end")[0].splitlines() if line.startswith("| ")}
    rows |= {f"| {row[0]}": "| " + " | ".join([*row, when]) + " |" for row in found}
    head = ["| " + " | ".join(row) + " |" for row in (HEAD, ["---"] * len(HEAD))]
    lines = [f"Last run: {machine()}; {pushes} pushes. Faults: {len(faults)}.", "", *head, *(rows[f"| {name}"] for name in ROWS if f"| {name}" in rows),
             *([""] if faults else []), *(f"- {' '.join(fault.split())[:300]}" for fault in faults)]
    head, mark, rest = text.partition("<!-- soak -->\n")
    _, end, tail = rest.partition("<!-- end of soak -->\n")
    if not mark or not end:
        sys.exit(f"{document}: has no marks <!-- soak --> and <!-- end of soak -->")
    document.write_text(f"{head}{mark}\n" + "\n".join(lines) + f"\n\n{end}{tail}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=15)
    parser.add_argument("--document")
    parser.add_argument("rows", nargs="*", metavar="ROW")
    arguments = parser.parse_args()
    found, faults, pushes = soak(arguments.rows or list(ROWS), arguments.minutes)
    for row in [HEAD, *found]:
        print("| " + " | ".join(row) + " |")
    if arguments.document:
        write_table(Path(arguments.document), arguments.minutes, found, faults, pushes)
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
