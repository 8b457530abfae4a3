"""memprof serve and memprof run --http: what HTTP clients get, and that nobody else is disturbed."""

import gzip
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, os.environ["LIVE"])
from running import complaint, memprof, running  # noqa: E402
from harness import MEMPROF, case, check, equal, main, read, run, target  # noqa: E402

HELD_100, HELD_BIG = 750 * 100, 16 << 20  # of tests/live/targets/hold.c


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


class Server:
    def __init__(self, process, base):
        self.process, self.base = process, base
        self.port = int(base.rsplit(":", 1)[1])

    def get(self, path, status=200, method="GET", body=None, headers=None):
        request = urllib.request.Request(self.base + path, data=body, method=method, headers=headers or {})
        opener = urllib.request.build_opener(NoRedirect, urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=60) as response:
                answer = Answer(response.status, response.headers, response.read())
        except urllib.error.HTTPError as e:
            answer = Answer(e.code, e.headers, e.read())
        equal(answer.status, status, f"status of {method} {path}: {answer.body[:200]}")
        return answer

    def profile(self, path, headers=None):
        Path("fetched.pb.gz").write_bytes(self.get(path, headers=headers).body)
        return read("fetched.pb.gz")


def read_base(stream):
    """The address in the line that says where it serves."""
    for line in stream:
        found = re.search(r"serving (http://\S+?)/debug/pprof/", line)
        if found:
            return found[1]
    raise AssertionError("it does not say where it serves")


@contextmanager
def serving(*operands):
    process = subprocess.Popen([MEMPROF, "serve", "--http", "localhost:0", *map(str, operands)], stderr=subprocess.PIPE, text=True)
    try:
        yield Server(process, read_base(process.stderr))
    finally:
        process.terminate()
        process.wait(60)
        process.stderr.close()


@case("heap and allocs are what memprof snapshot says, with symbols")
def _():
    with running([target("hold")], "--exact") as p, serving(p.pid) as s:
        memprof("snapshot", "-q", "-o", "s.pb.gz", p.pid)
        snapshot = read("s.pb.gz")
        for path in "heap", "allocs":
            profile = s.profile("/debug/pprof/" + path)
            for kind in "alloc_space", "alloc_objects", "inuse_space", "inuse_objects", "peak_space":
                equal(profile.flat(kind), snapshot.flat(kind), f"{path} {kind}")
            equal(profile.flat("inuse_space")["hold_100"], HELD_100, "hold_100")
            check(any(f[1].endswith("hold.c") and f[2] > 0 for x in profile.samples for f in x.frames), "lines")
            raw = run(["go", "tool", "pprof", "-raw", "fetched.pb.gz"]).stdout.decode()
            default = re.search(r"(\w+)/\w+\[dflt\]", raw)[1]
            equal(default, {"heap": "inuse_space", "allocs": "alloc_space"}[path], "default sample type")


@case("/metrics passes promtool, and its figures are the program's")
def _():
    with running([target("hold")], "--exact") as p, serving(p.pid) as s:
        answer = s.get("/metrics")
        equal(answer.headers["Content-Type"], "text/plain; version=0.0.4; charset=utf-8", "type")
        checked = run(["promtool", "check", "metrics"], input=answer.body, status=None)
        equal((checked.returncode, checked.stdout + checked.stderr), (0, b""), "promtool")
        figures = {m[1]: m[2] for m in re.finditer(r'^memprof_(\w+)\{pid="%d",program="hold"\} (\S+)$' % p.pid, answer.body.decode(), re.M)}
        stats = json.loads(memprof("stats", "--json", p.pid))
        for name, wanted in (("live_bytes", stats["live_bytes"]["value"]), ("live_objects", stats["live_objects"]),
                             ("peak_bytes", stats["peak_bytes"]), ("allocated_bytes_total", stats["total_bytes"]),
                             ("allocations_total", stats["mallocs"]), ("frees_total", stats["frees"]),
                             ("dropped_events_total", 0), ("sampling_distance_bytes", 1)):
            equal(int(figures[name]), wanted, name)


main()
