"""memprof run --push: what a Pyroscope server gets, and what becomes of it while no server answers."""

import base64
import os
import re
import socket

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from client import running, serving
from running import complaint
from harness import MEMPROF, case, check, equal, main, read, run, target
from small_disk import within

HELD_100, HELD_BIG, LATER = 75_000, 16 << 20, 150_000  # of tests/live/targets/hold.c


class Pyroscope:
    """Takes POST /ingest as the server does, and answers with `statuses` in turn, then with 200."""

    def __init__(self, statuses=(), port=0, headers=None):
        self.pushes, self.left, taken = [], list(statuses), self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = taken.left.pop(0) if taken.left else 200
                url = urlsplit(self.path)
                taken.pushes.append((status, url.path, parse_qs(url.query, strict_parsing=True), dict(self.headers), body))
                self.send_response(status)
                for header in (headers or {}).items():
                    self.send_header(*header)
                self.send_header("Content-Length", "3")
                self.end_headers()
                self.wfile.write(b"so\n")

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def wait_for(self, n, status=200):
        deadline = time.monotonic() + 60
        while len([p for p in self.pushes if p[0] == status]) < n and time.monotonic() < deadline:
            time.sleep(0.02)
        check(len([p for p in self.pushes if p[0] == status]) >= n, f"{len(self.pushes)} pushes")

    def profiles(self, status=200):
        for got, path, query, headers, body in self.pushes:
            if got == status:
                Path("pushed.pb.gz").write_bytes(body)
                yield query, read("pushed.pb.gz")


def unused_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def queue():
    return sorted(Path("cache/memprof/push").rglob("*.push"))


def push_run(url, *options, program=("/bin/ls", "/dev/null"), status=0):
    result = run([MEMPROF, "run", "-q", "--exact", "-o", "end.pb.gz", "--push", url, *options, "--", *program], status=status)
    return result.stderr.decode()


def own_cache():
    os.environ["XDG_CACHE_HOME"] = os.path.abspath("cache")


@case("each push has what was allocated in its interval and what is live; together all that was")
def _():
    own_cache()
    with Pyroscope() as server:
        with running([target("hold")], "--exact", "--push", server.url, "--push-every=300ms") as p:
            server.wait_for(1)
            p.tell("a")
            server.wait_for(len(server.pushes) + 2)
        pushes = list(server.profiles())
        for _, path, query, headers, _ in server.pushes:
            equal(path, "/ingest", "path")
            equal(headers["Content-Type"], "application/octet-stream", "type")
            equal((query["format"], query["name"]), (["pprof"], [f"hold{{pid={p.pid}}}"]), "query")
        end = read("end.pb.gz")
        for kind in "alloc_space", "alloc_objects":
            equal(sum(profile.total(kind) for _, profile in pushes), end.total(kind), kind)
        later = [profile.flat("alloc_space")["later_50_of_3000"] for _, profile in pushes]
        equal((sum(later), len([n for n in later if n])), (LATER, 1), "in one interval only")
        for _, profile in pushes:
            equal(profile.flat("inuse_space")["hold_100"], HELD_100, "what is live is in each")
        equal(pushes[-1][1].flat("inuse_space")["later_50_of_3000"], LATER, "live at the end")
        times = [(int(q["from"][0]), int(q["until"][0])) for q, _ in pushes]
        now = time.time()
        check(all(now - 120 < start <= until <= now + 2 for start, until in times), times)
        check(all(a[1] - 1 <= b[0] <= a[1] for a, b in zip(times, times[1:])), f"no gap: {times}")


@case("children are pushed too, each by its pid; a name, labels and headers of one's own")
def _():
    own_cache()
    with Pyroscope() as server:
        push_run(server.url + "/ingest/", "--push-name=my.app/x{env=a b}", "--push-header=X-Scope-OrgID: team",
                 "--push-header", "X-Two: 2", program=["/bin/sh", "-c", "/bin/ls / >/dev/null; exit 0"])
        check(len(server.pushes) >= 2, server.pushes)
        pids = {profile.counts("process")["pid"] for _, profile in server.profiles()}
        equal(len(pids), len(server.pushes), "one each")
        for _, path, query, headers, _ in server.pushes:
            equal((path, query["name"]), ("/ingest", ["my.app/x{env=a b}"]), "path and name")
            equal((headers["X-Scope-OrgID"], headers["X-Two"]), ("team", "2"), "headers")


@case("children that have ended leave no profile in memprof's memory")
def _():
    own_cache()
    script = "echo ready; for i in $(seq 1 60); do /usr/bin/python3 -S -c pass; echo $i; done; read x"
    with Pyroscope() as server, running(["/bin/sh", "-c", script], "--exact", "--push", server.url, "--push-every=100ms") as p:
        def at(n):
            while p.hear() != str(n):
                pass
            server.wait_for(n + 1)
            return int(re.search(r"RssAnon:\s+(\d+)", Path(f"/proc/{p.process.pid}/status").read_text())[1])
        early, late = at(20), at(60)
    check(late - early < 40 * 50, f"40 children have cost {late - early} KiB")


@case("children whose recordings were removed while the program runs were pushed before")
def _():
    own_cache()
    with Pyroscope() as server:
        result = within(32 << 10, [MEMPROF, "run", "-q", "--exact", "-o", "end.pb.gz", "--push", server.url, "--push-every=2s", "--",
                                   target("../preload/children"), "200", "20"])
        named = [re.search(r"pid=(\d+)", query["name"][0])[1] for status, _, query, _, _ in server.pushes if status == 200]
    equal(sorted(set(result.stdout.decode().split()) - set(named)), [], "children of which nothing was pushed")


@case("memprof serve --push pushes, too")
def _():
    own_cache()
    with Pyroscope() as server, running([target("hold")], "--exact") as p:
        with serving(p.pid, "--push", server.url, "--push-every=200ms"):
            server.wait_for(2)
        _, profile = next(server.profiles())
        equal(profile.flat("inuse_space")["hold_100"], HELD_100, "hold_100")


@case("without a server profiles wait on disk, nothing else changes, and the next run sends them first")
def _():
    own_cache()
    port = unused_port()
    url = f"http://127.0.0.1:{port}"
    said = push_run(url, program=["/bin/sh", "-c", "exit 7"], status=7)
    check(f"cannot send to 127.0.0.1:{port}" in said and "has not been sent" in said, said)
    equal(len(queue()), 1, "files that wait")
    equal(os.stat(queue()[0].parent).st_mode & 0o77, 0, "what others may do there")
    check(read("end.pb.gz").samples, "the profile at the end")
    push_run(url)
    equal(len(queue()), 2, "files that wait")
    with Pyroscope(port=port) as server:
        equal(push_run(url), "", "what is said")
        names = [query["name"][0].split("{")[0] for query, _ in server.profiles()]
        equal((names[0][-2:], names[1:]), ("sh", ["ls", "ls"]), "in the order of their making")
    equal(queue(), [], "files that wait")


@case("a server in trouble is asked again, later; one that refuses is not")
def _():
    own_cache()
    with Pyroscope(statuses=[503, 429, 400]) as server:
        with running([target("hold")], "--exact", "--push", server.url, "--push-every=300ms") as p:
            server.wait_for(2)
        equal([status for status, *_ in server.pushes][:4], [503, 429, 400, 200], "answers")
        bodies = [body for *_, body in server.pushes]
        check(bodies[0] == bodies[1] == bodies[2] != bodies[3], "the same until it is refused, then the next")
        equal(queue(), [], "files that wait")


@case("the queue is bounded: the oldest go")
def _():
    own_cache()
    url = f"http://127.0.0.1:{unused_port()}"
    push_run(url)
    [first] = queue()
    for i in range(1010):
        (first.parent / f"{i:021d}-1-1.push").write_bytes(b"name=old\nx")
    said = push_run(url)
    check("12 profiles that waited were dropped" in said, said)
    equal(len(queue()), 1000, "files that wait")
    check(first in queue() and min(queue()).name.startswith(f"{12:021d}"), "the oldest are gone")
    with open(first.parent / f"{5000:021d}-1-1.push", "wb") as file:
        file.truncate(65 << 20)
    push_run(url)
    check(sum(f.stat().st_size for f in queue()) <= 64 << 20, "bytes that wait")


@case("a password is sent, and neither told nor written down")
def _():
    own_cache()
    with Pyroscope(statuses=[400]) as server:
        url = server.url.replace("http://", "http://user:swordfish@")
        said = push_run(url)
        equal(server.pushes[0][3]["Authorization"], "Basic " + base64.b64encode(b"user:swordfish").decode(), "authorization")
        check("refuses" in said and "swordfish" not in said, said)
    said = push_run(url)
    check("cannot send" in said and "swordfish" not in said, said)
    check(b"swordfish" not in b"".join(f.read_bytes() for f in Path("cache").rglob("*") if f.is_file()), "on disk")
    check("swordfish" not in complaint("run", "--push", "ftp://user:swordfish@x", "--", "/bin/true"), "in an error")


@case("a password is not in the command line that others see")
def _():
    own_cache()
    with Pyroscope() as server, running([target("hold")], "--push", server.url.replace("http://", "http://user:swordfish@")) as p:
        seen = Path(f"/proc/{p.process.pid}/cmdline").read_bytes()
        check(b"--push" in seen and b"http://user:xxxxxxxxx@" in seen, seen)
    check(server.pushes and server.pushes[0][3]["Authorization"].startswith("Basic "), "it is sent")


@case("a server that never answers does not keep the program's end waiting for long")
def _():
    own_cache()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        said = push_run(f"http://127.0.0.1:{silent.getsockname()[1]}")
        check("has not been sent" in said, said)
    equal(len(queue()), 1, "files that wait")


@case("a server that cannot be pushed to is reported before the program starts")
def _():
    for url in "", "host:4040", "ftp://host", "http://", "http://a b", "http://host/?x=1", "file:///etc/passwd":
        check("--push" in complaint("run", "--push", url, "--", "/usr/bin/touch", "started"), url)
    check("--push-header" in complaint("run", "--push=http://h", "--push-header=x", "--", "/usr/bin/touch", "started"), "header")
    check("--push-header" in complaint("run", "--push=http://h", "--push-header=a: b\r\nc: d", "--", "/usr/bin/touch", "started"), "two")
    os.environ["XDG_CACHE_HOME"] = "/proc"
    check("XDG_CACHE_HOME" in complaint("run", "--push=http://h", "--", "/usr/bin/touch", "started"), "no folder")
    check(not Path("started").exists(), "the program was started")


main()
