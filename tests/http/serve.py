"""memprof serve and memprof run --http: what HTTP clients get."""

import html
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

from client import running, running_http, serving, started
from running import child_of, complaint, memprof, wait_for
from harness import MEMPROF, case, check, equal, main, read, run, target

HELD_100, LATER = 750 * 100, 50 * 3000  # of tests/live/targets/hold.c
KINDS = ("alloc_objects", "alloc_space", "inuse_objects", "inuse_space")


def default_type(path):
    raw = run(["go", "tool", "pprof", "-symbolize=none", "-raw", path]).stdout.decode()
    return re.search(r"(\w+)/\w+\[dflt\]", raw)[1]


def flats(profile, kind):
    return {name: n for name, n in profile.flat(kind).items() if n}


@case("heap and allocs are what memprof snapshot says, with symbols")
def _():
    with running([target("hold")], "--exact") as p, serving(p.pid) as s:
        memprof("snapshot", "-q", "-o", "s.pb.gz", p.pid)
        snapshot = read("s.pb.gz")
        for path in "heap", "allocs":
            profile = s.profile("/debug/pprof/" + path)
            for kind in (*KINDS, "peak_space"):
                equal(profile.flat(kind), snapshot.flat(kind), f"{path} {kind}")
            equal(profile.flat("inuse_space")["hold_100"], HELD_100, "hold_100")
            check(any(f[1].endswith("hold.c") and f[2] > 0 for x in profile.samples for f in x.frames), "lines")
            equal(default_type("fetched.pb.gz"), {"heap": "inuse_space", "allocs": "alloc_space"}[path], "default type")


@case("go tool pprof fetches, also what happens in ?seconds, from memprof run --http")
def _():
    with running_http([target("hold")], "--exact") as (process, s):
        os.environ["PPROF_TMPDIR"] = os.getcwd()
        for path in "heap", "allocs":
            fetch = ["go", "tool", "pprof", "-symbolize=none", "-proto", "-output"]
            run([*fetch, "whole.pb.gz", f"{s.base}/debug/pprof/{path}"])
            equal(read("whole.pb.gz").flat("inuse_space")["hold_100"], HELD_100, path)
            delta = subprocess.Popen([*fetch, "delta.pb.gz", "-seconds=2", f"{s.base}/debug/pprof/{path}"],
                                     stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
            time.sleep(1)  # it is in the midst of its two seconds, or begins later and sees nothing
            process.stdin.write("a")
            process.stdin.flush()
            equal(process.stdout.readline(), "done\n", "answer")
            equal(delta.wait(), 0, "go tool pprof -seconds")
            profile = read("delta.pb.gz")
            for kind, wanted in zip(KINDS, (50, LATER, 50, LATER)):
                equal(flats(profile, kind), {"later_50_of_3000": wanted}, f"{path} {kind} in 2 seconds")
            equal(sorted(profile.samples[0].values), sorted(KINDS), "a difference has no peak")
            equal(default_type("delta.pb.gz"), {"heap": "inuse_space", "allocs": "alloc_space"}[path], "default type")


@case("a profile's time is now; only a difference has a duration, as Go has it and Parca wants it")
def _():
    with running([target("hold")], "--exact") as p, serving(p.pid) as s:
        before = int(time.time())
        s.profile("/debug/pprof/allocs")
        head = json.loads(memprof("top", "--json", "fetched.pb.gz"))
        check(before - 1 <= head["time_nanos"] / 1e9 <= time.time() + 1, head["time_nanos"])
        equal(head["duration_nanos"], 0, "duration")
        s.profile("/debug/pprof/allocs?seconds=1")
        head = json.loads(memprof("top", "--json", "fetched.pb.gz"))
        check(10**9 <= head["duration_nanos"] < 60 * 10**9, head["duration_nanos"])


@case("?debug=1 is the text that go tool pprof reads, and /debug/pprof/symbol names its addresses")
def _():
    with running([target("hold")], "--exact") as p, serving(p.pid) as s:
        text = s.get("/debug/pprof/heap?debug=1")
        equal(text.headers["Content-Type"], "text/plain; charset=utf-8", "type")
        equal(text.headers["Content-Disposition"], None, "disposition")
        first = text.text.splitlines()[0]
        check(re.fullmatch(r"heap profile: \d+: \d+ \[\d+: \d+\] @ heapprofile", first), first)
        check(re.search(r"^750: 75000 \[1000: 100000\] @( 0x[0-9a-f]+)+$", text.text, re.M), "hold_100's line")
        check(re.search(r"^#\t0x[0-9a-f]+\thold_100\t\S*hold\.c:\d+$", text.text, re.M), "hold_100's frame")
        run(["go", "tool", "pprof", "-symbolize=remote", "-proto", "-output", "named.pb.gz",
             f"{s.base}/debug/pprof/heap?debug=1"], env={"PPROF_TMPDIR": os.getcwd()})
        named = read("named.pb.gz")
        s.profile("/debug/pprof/heap")
        for kind in KINDS:
            equal(flats(named, kind)["hold_100"], flats(read("fetched.pb.gz"), kind)["hold_100"], kind)
        check(any(f[0] == "hold_100" for x in named.samples for f in x.frames), "named by /debug/pprof/symbol")


@case("/debug/pprof/symbol by GET and POST, as gdb names the addresses")
def _():
    with running([target("hold")], "--exact") as p, serving(p.pid) as s:
        table = run(["nm", target("hold")]).stdout.decode()
        base = next(int(line.split("-")[0], 16) for line in Path(f"/proc/{p.pid}/maps").read_text().splitlines())
        place = {name: base + int(re.search(rf"^(\w+) \w {name}$", table, re.M)[1], 16) + 1 for name in ("main", "hold_100")}
        wanted = "num_symbols: 1\n" + "".join(f"{at:#x} {name}\n" for name, at in place.items())
        query = "+".join(f"{at:#x}" for at in place.values())
        equal(s.get("/debug/pprof/symbol?" + query).text, wanted, "GET")
        equal(s.get("/debug/pprof/symbol", method="POST", body=query.encode()).text, wanted, "POST")
        equal(s.get("/debug/pprof/symbol").text, "num_symbols: 1\n", "no address")
        equal(s.get("/debug/pprof/symbol", method="POST", body=b"0x1+junk++0xffffffffffffffff+-").text, "num_symbols: 1\n",
              "no addresses of code")


# Requests that net/http/pprof and we answer alike: path, and whether the body is the same too.
LIKE_GO = (
    ("/debug/pprof/heap", False), ("/debug/pprof/allocs", False), ("/debug/pprof/heap?gc=1", False),
    ("/debug/pprof/heap?debug=0", False), ("/debug/pprof/heap?debug=1", False), ("/debug/pprof/heap?debug=x", False),
    ("/debug/pprof/heap?seconds=1", False), ("/debug/pprof/allocs?seconds=1", False), ("/debug/pprof/heap?seconds=", False),
    ("/debug/pprof/heap?seconds=0", True), ("/debug/pprof/heap?seconds=-1", True), ("/debug/pprof/heap?seconds=x", True),
    ("/debug/pprof/heap?seconds=1.5", True), ("/debug/pprof/heap?seconds=1&debug=1", True),
    ("/debug/pprof/nothing", True), ("/debug/pprof/heap/", True), ("/debug/pprof/", False),
    ("/debug/pprof/cmdline", False), ("/debug/pprof/symbol", True), ("/debug/pprof/symbol?0x1", True),
    ("/debug/pprof", False), ("/elsewhere", True))


@case("status, headers and faults are those of net/http/pprof")
def _():
    run(["go", "build", "-o", "reference", Path(__file__).parent / "reference/main.go"], env={"GOCACHE": os.getcwd()})
    with running([target("hold")], "--exact") as p, serving(p.pid) as s, \
            started(["./reference"], "stdout", stdin=subprocess.PIPE) as go:
        for path, same_body in LIKE_GO:
            ours, wanted = s.ask(path), go.ask(path)
            equal(ours.status, wanted.status, f"status of {path}")
            for header in "Content-Type", "Content-Disposition", "X-Content-Type-Options", "X-Go-Pprof", "Location":
                if wanted.headers[header] is not None or header == "Content-Disposition":
                    got, want = ours.headers[header], wanted.headers[header]
                    equal(got.lower() if got else got, want.lower() if want else want, f"{header} of {path}")
            if same_body:
                equal(ours.text, wanted.text, f"body of {path}")
        equal(s.ask("/debug/pprof/cmdline").text, "\0".join([target("hold")]), "command line")


@case("HEAD is answered without a body, other methods with 405")
def _():
    with running([target("hold")], "--exact") as p, serving(p.pid) as s:
        head = s.get("/debug/pprof/heap", method="HEAD")
        equal(head.body, b"", "body")
        check(int(head.headers["Content-Length"]) > 100, "length")
        for method, path in ("POST", "/debug/pprof/heap"), ("DELETE", "/debug/pprof/heap"), ("PUT", "/metrics"):
            equal(s.get(path, 405, method=method, body=b"x").headers["Allow"], "GET, HEAD", method)


@case("/metrics passes promtool, and its figures are the program's")
def _():
    with running([target("hold")], "--exact") as p, serving(p.pid) as s:
        answer = s.get("/metrics")
        equal(answer.headers["Content-Type"], "text/plain; version=0.0.4; charset=utf-8", "type")
        checked = run(["promtool", "check", "metrics"], input=answer.body, status=None)
        equal((checked.returncode, checked.stdout + checked.stderr), (0, b""), "promtool")
        figures = {m[1]: m[2] for m in re.finditer(r'^memprof_(\w+)\{pid="%d",program="hold"\} (\S+)$' % p.pid, answer.text, re.M)}
        stats = json.loads(memprof("stats", "--json", p.pid))
        for name, wanted in (("live_bytes", stats["live_bytes"]["value"]), ("live_objects", stats["live_objects"]),
                             ("peak_bytes", stats["peak_bytes"]["value"]), ("allocated_bytes_total", stats["total_bytes"]),
                             ("allocations_total", stats["mallocs"]), ("frees_total", stats["frees"]),
                             ("dropped_events_total", 0), ("sampling_distance_bytes", 1)):
            equal(int(figures[name]), wanted, name)
        check("overhead_ratio" not in figures, "the overhead of an exact recording is not measured")
        # The first rate is over the process's life, later ones since the last scrape.
        equal(float(figures["allocations_per_second"]), stats["mallocs"] / float(figures["recorded_seconds"]), "rate")
        time.sleep(1.1)
        check('memprof_allocations_per_second{pid="%d",program="hold"} 0\n' % p.pid in s.get("/metrics").text, "rate at rest")


@case("/metrics of a program with an overhead budget and an odd name")
def _():
    shutil.copy(target("churn"), "a\"b\\c\nd")
    with running([os.path.abspath("a\"b\\c\nd"), "2"]) as p, serving(p.pid) as s:
        text, ratio = "", None
        # Until 1% of its CPU time comes to 2 ms the ratio is missing.
        def is_measured():
            nonlocal text, ratio
            text = s.get("/metrics").text
            ratio = re.search(r'^memprof_overhead_ratio\{pid="%d",program="a\\"b\\\\c\\nd"\} (\S+)$' % p.pid, text, re.M)
            return ratio is not None
        wait_for(is_measured, "the overhead")
        equal(run(["promtool", "check", "metrics"], input=text.encode(), status=None).returncode, 0, "promtool")
        check(0 <= float(ratio[1]) < 1, text[:2000])


@case("several processes and files: ?pid and ?file choose, the first answers without")
def _():
    memprof("run", "-q", "-o", "ended.pb.gz", "--exact", "--", "/bin/true")
    with running([target("hold")], "--exact") as p, running([target("churn"), "1"]) as q, \
            serving(p.pid, q.pid, "ended.pb.gz") as s:
        first = s.profile("/debug/pprof/heap")
        equal(first.flat("inuse_space")["hold_100"], HELD_100, "the first")
        equal(s.profile(f"/debug/pprof/heap?pid={p.pid}").flat("inuse_space"), first.flat("inuse_space"), "by pid")
        check(f"pid={q.pid}" in s.profile(f"/debug/pprof/heap?pid={q.pid}").comment("process"), "the other")
        of_file = s.profile("/debug/pprof/allocs?file=ended.pb.gz")
        equal(of_file.total("alloc_space"), read("ended.pb.gz").total("alloc_space"), "the file")
        equal(set(re.findall(r'memprof_live_bytes\{pid="(\d+)"', s.get("/metrics").text)), {str(p.pid), str(q.pid)}, "metrics")
        s.get("/debug/pprof/heap?pid=1", 404)
        s.get("/debug/pprof/heap?pid=x", 400)
        s.get("/debug/pprof/heap?pid=-1", 400)
        s.get(f"/debug/pprof/heap?pid={p.pid}&file=ended.pb.gz", 400)
        s.get("/debug/pprof/heap?file=ended.pb.gz&seconds=1", 400)
        page = s.get("/debug/pprof/").text
        links = [html.unescape(link) for link in re.findall(r'href="([^"]+)"', page)]
        check(len(links) > 10, links)
        for link in links:
            if "seconds" not in link:
                s.get(link if link.startswith("/") else "/debug/pprof/" + link)


@case("names are escaped in the index page")
def _():
    with running([target("hold"), "<script>alert('1')</script>", "a&b\"c"], "--exact") as p, serving(p.pid) as s:
        page = s.get("/debug/pprof/").text
        check("<script>" not in page and "&#60;script&#62;alert(&#39;1&#39;)" in page and "a&#38;b&#34;c" in page, page)


@case("memprof run --http serves the program and its children; the program has no socket and no thread of ours")
def _():
    with running_http(["/bin/sh", "-c", f"{target('hold')}; exit 7"], "--exact") as (process, s):
        shell = child_of(process.pid)
        hold = child_of(shell)
        check(f"pid={shell} " in s.profile("/debug/pprof/heap").comment("process"), "the program comes first")
        equal(s.profile(f"/debug/pprof/heap?pid={hold}").flat("inuse_space")["hold_100"], HELD_100, "its child")
        for pid, threads in (shell, 1), (hold, 2):
            equal(len(os.listdir(f"/proc/{pid}/task")), threads, "threads")
            links = [os.readlink(f"/proc/{pid}/fd/{fd}") for fd in os.listdir(f"/proc/{pid}/fd")]
            equal([link for link in links if "socket" in link], [], "sockets")
        process.stdin.close()
        equal(process.wait(60), 7, "status")
    check(Path("end.pb.gz").exists(), "the profile at the end")


@case("memprof run --http passes signals on, and answers what is unfinished at the end")
def _():
    with running_http([target("hold")], "--exact") as (process, s):
        delta = subprocess.Popen(["curl", "-s", "-o", "delta", "-w", "%{http_code}", f"{s.base}/debug/pprof/heap?seconds=600"],
                                 stdout=subprocess.PIPE, text=True)
        while Path(f"/proc/{delta.pid}/syscall").read_text().split()[0] not in ("7", "271"):  # until it polls
            time.sleep(0.01)
        time.sleep(0.2)
        process.send_signal(signal.SIGTERM)
        equal(process.wait(60), 128 + signal.SIGTERM, "status")
        equal(delta.communicate(timeout=60)[0], "503", "status of the unfinished request")
    check(Path("end.pb.gz").exists(), "the profile at the end")


@case("an address that cannot be had is reported before the program starts")
def _():
    with running([target("hold")], "--exact") as p, serving(p.pid) as s:
        for address, wanted in ((f"localhost:{s.port}", "in use"), ("0.0.0.0:0", "--http-allow-remote"), ("[::]:0", "allow-remote"),
                                (":0", "allow-remote"), ("nonsense", "such as localhost:6060"), ("::1:80", "such as"),
                                ("http://localhost:80", "such as"), ("localhost:65536", "such as"), ("localhost:", "such as"),
                                ("no-such-host.invalid:1", "no-such-host")):
            line = complaint("run", "--http", address, "--", "/usr/bin/touch", "started")
            check(wanted in line and address in line, line)
            check(wanted in complaint("serve", "--http", address, p.pid), address)
        check(not Path("started").exists(), "the program was started")


@case("an address that others can reach is served only with --http-allow-remote and a warning")
def _():
    with running([target("hold")], "--exact") as p:
        process = subprocess.Popen([MEMPROF, "serve", "-q", "--http", "0.0.0.0:0", "--http-allow-remote", str(p.pid)],
                                   stderr=subprocess.PIPE, text=True)
        line = process.stderr.readline()
        check("warning" in line and "no password" in line, line)
        port = re.search(r"0\.0\.0\.0:(\d+)", line)[1]
        run(["curl", "-sf", "-o", "m", "-H", "Host: db7.example.com", f"http://127.0.0.1:{port}/metrics"])
        process.terminate()
        equal(process.wait(60), 0, "status")
        process.stderr.close()


@case("a web page cannot read what is served here under a name of its own")
def _():
    with running([target("hold")], "--exact") as p, serving(p.pid) as s:
        for host in "evil.example", "localhost.evil.example", "evil.example:80", "":
            s.get("/debug/pprof/heap", 403, headers={"Host": host})
        for host in "localhost", "LOCALHOST:80", "127.0.0.1:1", "[::1]:6060", "a.localhost:6060":
            s.get("/debug/pprof/cmdline", headers={"Host": host})


@case("memprof serve ends with the last process, and with Ctrl-C; ended ones are not found")
def _():
    with running([target("hold")], "--exact") as p:
        with serving(p.pid) as s:
            s.process.send_signal(signal.SIGINT)
            equal(s.process.wait(60), 0, "status after SIGINT")
        with running([target("hold")], "--exact") as q, serving(p.pid, q.pid) as s:
            q.process.stdin.close()
            q.process.wait(60)
            s.get(f"/debug/pprof/heap?pid={q.pid}", 404)
            s.get("/debug/pprof/heap")
            p.process.stdin.write("x")
            p.process.stdin.flush()
            equal(s.process.wait(60), 0, "status at the end")
            check("have ended" in s.process.stderr.read(), "it says why it ends")


@case("memprof serve without operands serves all that is recorded, also what comes later")
def _():
    with serving() as s, running([target("hold")], "--exact") as p:
        equal(s.profile(f"/debug/pprof/heap?pid={p.pid}").flat("inuse_space")["hold_100"], HELD_100, "a later one")


@case("who is no process and no profile is refused at once")
def _():
    Path("junk").write_text("junk")
    check("is not being recorded" in complaint("serve", os.getpid()), "this process")
    check("junk" in complaint("serve", "junk"), "no profile")
    check("missing" in complaint("serve", "missing"), "no file")

def serving_with_hosts(hosts, port=0):
    """memprof serve --http localhost:PORT where /etc/hosts is `hosts`."""
    Path("hosts").write_text(hosts)
    flag = "-m" if os.geteuid() == 0 else "-rm"
    script = 'mount --bind hosts /etc/hosts && exec "$@"'
    return started(["unshare", flag, "sh", "-c", script, "sh", MEMPROF, "serve", "--http", f"localhost:{port}"], "stderr")


DEBIAN_HOSTS = "127.0.0.1 localhost\n127.0.1.1 machine\n::1 localhost ip6-localhost ip6-loopback\n"


@case("localhost is 127.0.0.1 and ::1 in Debian's /etc/hosts: both answer at the port that is said")
def _():
    with serving_with_hosts(DEBIAN_HOSTS) as server:
        equal(server.host, "127.0.0.1", "the address that is said")
        for address in "127.0.0.1", "[::1]":
            server.base = f"http://{address}:{server.port}"
            server.get("/metrics")


@case("where localhost is ::1 alone, that is listened at and said")
def _():
    with serving_with_hosts("::1 localhost\n") as server:
        equal(server.host, "::1", "the address that is said")
        server.get("/metrics")


@case("a port that another program has at one of localhost's addresses is refused")
def _():
    with socket.socket(socket.AF_INET6) as other:
        other.bind(("::1", 0))
        other.listen()
        port = other.getsockname()[1]
        try:
            with serving_with_hosts(DEBIAN_HOSTS, port):
                raise RuntimeError("it serves where others would answer")
        except AssertionError:  # it does not say where it serves
            pass


main()
