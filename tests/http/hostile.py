"""memprof serve and clients that mean no good: the program is not disturbed, the server goes on, no file is read."""

import os
import random
import re
import socket
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from client import running, serving, started
from harness import MEMPROF, case, check, equal, main, run, target

SECRET = "a-secret-that-nobody-may-read"


def connect(server):
    return socket.create_connection((server.host, server.port), timeout=30)


def send_raw(server, data):
    """The first line of what is answered to these bytes within a moment."""
    with connect(server) as s:
        s.settimeout(0.05)
        answer = b""
        try:
            s.sendall(data)
            while part := s.recv(65536):
                answer += part
        except (ConnectionError, TimeoutError):
            pass
        return answer.decode(errors="replace").split("\r\n")[0]


def footprint(pid):
    """The traces that a request would leave on a process that only waits: for each thread its CPU time, page
    faults and context switches; and the system call that it is in."""
    seen = {}
    for task in Path(f"/proc/{pid}/task").iterdir():
        fields = (task / "stat").read_text().rsplit(")", 1)[1].split()
        switches = re.findall(r"ctxt_switches:\s+(\d+)", (task / "status").read_text())
        seen[task.name] = fields[7:15] + switches + [(task / "syscall").read_text()]
    return seen


def well(server, what):
    equal(server.ask("/debug/pprof/heap").status, 200, f"heap after {what}")
    equal(server.ask("/metrics").status, 200, f"metrics after {what}")


@case("serving asks nothing of the program: not a cycle, a page fault, a context switch or a system call of it")
def _():
    with running([target("hold")], "--exact") as p, serving(p.pid) as s:
        well(s, "the start")
        before = footprint(p.pid)
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda i: s.ask(("/debug/pprof/heap", "/debug/pprof/allocs?debug=1", "/metrics",
                                                     "/debug/pprof/allocs?seconds=1")[i % 4]).status, range(120)))
        equal(set(answers), {200}, "statuses")
        equal(footprint(p.pid), before, "what the program did meanwhile")


PATHS = ("/../../../../../../{0}", "/debug/pprof/../../{0}", "/debug/pprof/{0}", "/debug/pprof//{0}", "/{0}", "//{0}",
         "/debug/pprof/%2e%2e%2f%2e%2e%2f{0}", "/debug/pprof/heap%00{0}", "/debug/pprof/heap?file={0}", "/debug/pprof/heap?file=file://{0}",
         "/debug/pprof/heap?file=%2e%2f{0}", "/debug/pprof/cmdline?file={0}", "/debug/pprof/symbol?file={0}&0x1",
         "/debug/pprof/heap?pid={0}", "/debug/pprof/heap?pid=1&pid={0}", "/metrics?file={0}", "/debug/pprof/heap?debug=1&file={0}",
         "/debug/pprof/allocs?seconds=1&file={0}", "/debug/pprof/profile?file={0}", "http://{0}/", "{0}", "*")


@case("no path and no parameter reads a file")
def _():
    Path("secret").write_text(SECRET)
    run([MEMPROF, "run", "-q", "-o", "secret.pb.gz", "--exact", "--", "/bin/true"])
    names = [str(Path("secret").absolute()), "secret", "./secret", str(Path("secret.pb.gz").absolute()), "secret.pb.gz"]
    with running([target("hold")], "--exact") as p, serving(p.pid) as s:
        tracer = subprocess.Popen(["strace", "-qf", "-e", "trace=openat,open,openat2,readlink,stat,newfstatat", "-o", "opened",
                                   "-p", str(s.process.pid)], stderr=subprocess.DEVNULL)
        while "TracerPid:\t0" in Path(f"/proc/{s.process.pid}/status").read_text():
            time.sleep(0.01)
        for name in names:
            for path in PATHS:
                with connect(s) as raw:
                    raw.sendall(f"GET {path.format(name)} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
                    body = b"".join(iter(lambda: raw.recv(65536), b""))
                check(SECRET.encode() not in body, path)
                fine = b" 200 " in body.split(b"\r\n")[0]
                # A path that ignores the parameter answers as if it were not there.
                check(not fine or path.startswith(("/metrics", "/debug/pprof/heap?pid=1&pid")), f"{path} of {name}: {body[:200]}")
        well(s, "all that")
        tracer.terminate()
        tracer.wait(60)
    log = Path("opened").read_text()
    check(".mprec" in log, "strace saw nothing")
    check("secret" not in log, [line for line in log.splitlines() if "secret" in line][:3])


def junk(seed):
    draw = random.Random(seed)
    return bytes(draw.randrange(256) for _ in range(draw.randrange(1, 2000)))


@case("junk, half requests, endless headers and bodies are refused, and nothing else happens")
def _():
    with running([target("hold")], "--exact") as p, serving(p.pid) as s:
        before = footprint(p.pid)
        for seed in range(40):
            check(" 200 " not in send_raw(s, junk(seed)), f"junk {seed}")
        for text in ("GET", "GET /metrics", "GET /metrics HTTP/9.9\r\n\r\n", "\r\n\r\n",
                     "GET /metrics HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\n",
                     "POST /debug/pprof/symbol HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
                     "GET /" + "a" * 100_000 + " HTTP/1.1\r\nHost: localhost\r\n\r\n",
                     "GET /metrics HTTP/1.1\r\nHost: localhost\r\n" + "X: " + "y" * 100_000 + "\r\n\r\n",
                     "GET /metrics?" + "a=1&" * 20_000 + " HTTP/1.1\r\nHost: localhost\r\n\r\n"):
            check(" 200 " not in send_raw(s, text.encode()), text[:60])
        for length in 2 << 20, 1 << 40:
            head = f"POST /debug/pprof/symbol HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n"
            check(" 200 " not in send_raw(s, head.encode() + b"0x1+" * (1 << 19)), "a long body")
        for seconds in 3601, 10**18, 10**30:
            s.get(f"/debug/pprof/heap?seconds={seconds}", 400)
        well(s, "junk")
        equal(footprint(p.pid), before, "what the program did meanwhile")


@case("200 connections that do nothing, send slowly, do not read or are half closed keep nobody waiting")
def _():
    with running([target("hold")], "--exact") as p, serving(p.pid) as s:
        before = footprint(p.pid)
        request = b"GET /debug/pprof/heap?debug=1 HTTP/1.1\r\nHost: localhost\r\n\r\n"
        held = []
        for i in range(200):
            client = connect(s)
            held.append(client)
            if i % 4 == 1:
                client.sendall(request[:i % len(request)])  # the rest never comes
            elif i % 4 == 2:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
                client.sendall(request * 20)  # and does not read
            elif i % 4 == 3:
                client.sendall(request)
                client.shutdown(socket.SHUT_WR)
        for _ in range(5):
            well(s, "200 connections")
        for i, client in enumerate(held):
            if i % 4 == 1:
                client.sendall(request[i % len(request):])  # it comes after all
            if i % 4 in (1, 3):
                got = client.recv(65536)
                check(got.startswith(b"HTTP/1.1 200 OK"), f"connection {i}: {got[:100]}")
            client.close()
        well(s, "that")
        equal(footprint(p.pid), before, "what the program did meanwhile")


@case("500 clients that send a byte now and then do not keep their seats")
def _():
    with running([target("hold")], "--exact") as p, serving(p.pid) as s:
        well(s, "the start")
        held = [connect(s) for _ in range(500)]
        # The 501st is turned away until some of these have lost their seats.
        deadline = time.monotonic() + 120
        answered = False
        while not answered and time.monotonic() < deadline:
            for client in held:
                try:
                    client.sendall(b"G" if not answered else b"E")
                except OSError:
                    pass  # it has lost its seat
            try:
                answered = s.ask("/metrics").status == 200
            except OSError:
                time.sleep(0.2)
        check(answered, "the seats are still held")
        for client in held:
            client.close()
        well(s, "them")


@case("the clients of one address leave seats to others, where others may come")
def _():
    with running([target("hold")], "--exact") as p, \
            started([MEMPROF, "serve", "--http", "0.0.0.0:0", "--http-allow-remote", str(p.pid)], "stderr") as s:
        held = [socket.create_connection(("127.0.0.1", s.port), timeout=30) for _ in range(500)]
        with socket.create_connection(("127.0.0.1", s.port), timeout=30, source_address=("127.0.0.2", 0)) as other:
            other.sendall(b"GET /metrics HTTP/1.0\r\nHost: localhost\r\n\r\n")
            check(other.recv(65536).startswith(b"HTTP/1.1 200"), "another address is not answered")
        for client in held:
            client.close()


@case("200 requests for a profile at once are all answered; those for a difference have a limit")
def _():
    with running([target("churn"), "2"]) as p, serving(p.pid) as s:
        with ThreadPoolExecutor(200) as pool:
            bodies = [a.body for a in pool.map(lambda _: s.ask("/debug/pprof/allocs"), range(200))]
            statuses = [a.status for a in pool.map(lambda _: s.ask("/debug/pprof/heap?seconds=2"), range(100))]
        for i, body in enumerate({*bodies}):
            Path(f"{i}.pb.gz").write_bytes(body)
            run([MEMPROF, "top", f"{i}.pb.gz"])
        check(set(statuses) <= {200, 503} and statuses.count(200) >= 64, statuses)
        well(s, "them")


@case("clients that go away in the midst of a difference leave nothing behind")
def _():
    with running([target("hold")], "--exact") as p, serving(p.pid) as s:
        well(s, "the start")
        descriptors = len(os.listdir(f"/proc/{s.process.pid}/fd"))
        for _ in range(60):
            client = connect(s)
            client.sendall(b"GET /debug/pprof/heap?seconds=1 HTTP/1.1\r\nHost: localhost\r\n\r\n")
            client.close()
        s.get("/debug/pprof/heap?seconds=2")
        well(s, "them")
        def held():
            return [len(os.listdir(f"/proc/{s.process.pid}/{what}")) for what in ("fd", "task")]

        # Threads of connections end by themselves, and their sockets are closed when the next client comes.
        deadline = time.monotonic() + 30
        most = [descriptors + 2, 4 + 2]
        while not all(n <= m for n, m in zip(held(), most)) and time.monotonic() < deadline:
            well(s, "them")
        check(all(n <= m for n, m in zip(held(), most)), f"open files and threads of the server: {held()}, at most {most}")


@case("clients that abandon a wait of an hour free their seats")
def _():
    with running([target("hold")], "--exact") as p, serving(p.pid) as s:
        for _ in range(64):
            with connect(s) as client:
                client.sendall(b"GET /debug/pprof/heap?seconds=3600 HTTP/1.1\r\nHost: localhost\r\n\r\n")
        well(s, "64 abandoned waits")
        deadline = time.monotonic() + 60
        while len(os.listdir(f"/proc/{s.process.pid}/task")) > 6 and time.monotonic() < deadline:
            time.sleep(0.1)
        check(len(os.listdir(f"/proc/{s.process.pid}/task")) <= 6, "connections are still held")
        equal(s.ask("/debug/pprof/heap?seconds=1").status, 200, "a wait after them")


main()
