"""Who may read what is served: the token, and the Unix socket that is one user's alone."""

import html
import os
import re
import signal
import socket
import stat
import subprocess
import urllib.parse
from contextlib import contextmanager
from pathlib import Path

from client import running, serving
from running import child_of, complaint, end_program, memprof
from harness import MEMPROF, case, check, equal, main, read, run, target

GIVEN = "A-given.Token_of~26letters"
PATHS = ("/", "/debug/pprof/", "/debug/pprof/heap", "/debug/pprof/heap?seconds=1", "/debug/pprof/cmdline",
         "/debug/pprof/symbol?0x1", "/metrics", "/debug/pprof/nothing", "/elsewhere")


def bearer(token):
    return {"Authorization": "Bearer " + token}


def printed_token(server):
    """The token in the line that says where the server is."""
    found = re.findall(r"\?token=([\w.~-]+)", server.line)
    equal(len(found), 2, f"the token in the URL to open and the command to try: {server.line}")
    equal(found[0], found[1], "the token")
    return found[0]


@case("a token that was made is asked for at every path, by header and by query")
def _():
    with running([target("hold")], "--exact") as p, serving("--http-token", p.pid) as s, \
            serving("--http-token", p.pid) as other:
        token = printed_token(s)
        check(re.fullmatch("[0-9a-f]{48}", token), "192 bits: " + token)
        check(token != printed_token(other), "two servers have one token")
        check(token not in Path(f"/proc/{s.process.pid}/cmdline").read_text(), "the token is in the command line")
        wrong = ("", token[:-1], token + token[0], token[:-1] + chr(ord(token[-1]) ^ 1), token.upper() + "Z", token * 2)
        for path in PATHS:
            refused = [s.ask(path), s.ask(path, method="HEAD"), s.ask(path, method="POST", body=b"0x1")]
            refused += [s.ask(path, headers=bearer(w)) for w in wrong]
            refused += [s.ask(path, headers={"Authorization": "Basic " + token})]
            refused += [s.ask(path + ("&" if "?" in path else "?") + "token=" + w) for w in wrong]
            for answer in refused:
                equal(answer.status, 401, path)
                equal(answer.headers["WWW-Authenticate"], "Bearer", path)
                check(len(answer.text.splitlines()) <= 1 and token not in answer.text, answer.text)
            wanted = {"/debug/pprof/nothing": 404, "/elsewhere": 404}.get(path, 200)
            equal(s.ask(path, headers=bearer(token)).status, wanted, f"{path} by header")
            equal(s.ask(path, headers={"authorization": "bearer  " + token}).status, wanted, f"{path} by a lower-case header")
            by_query = s.ask(path + ("&" if "?" in path else "?") + "token=" + token)
            equal(by_query.status, wanted, f"{path} by query")
            equal(by_query.headers["Referrer-Policy"], "no-referrer", "referrers")
            equal(by_query.headers["Cache-Control"], "no-store", "caches")
        equal(s.get("/metrics", 403, headers={"Host": "evil.example", **bearer(token)}).headers["WWW-Authenticate"], None,
              "a host that is not ours, with the token")


@case("go tool pprof fetches with ?token=, and the profile does not have the token")
def _():
    with running([target("hold")], "--exact") as p, serving("--http-token", p.pid) as s:
        query = "token=" + printed_token(s)
        fetch = ["go", "tool", "pprof", "-proto", "-output"]
        run([*fetch, "whole.pb.gz", "-symbolize=none", f"{s.base}/debug/pprof/heap?{query}"], env={"PPROF_TMPDIR": os.getcwd()})
        equal(read("whole.pb.gz").flat("inuse_space")["hold_100"], 75000, "hold_100")
        run([*fetch, "delta.pb.gz", "-symbolize=none", "-seconds=1", f"{s.base}/debug/pprof/allocs?{query}"],
            env={"PPROF_TMPDIR": os.getcwd()})
        for name in "whole.pb.gz", "delta.pb.gz":
            check(query[6:] not in memprof("top", "--json", name), "the token is in a profile")


@case("links and redirections carry the token where it came by query, and only there")
def _():
    with running([target("hold")], "--exact") as p, serving("--http-token", p.pid) as s:
        token = printed_token(s)
        equal(s.ask("/debug/pprof?token=" + token).headers["Location"], "/debug/pprof/?token=" + token, "where it leads")
        equal(s.ask("/debug/pprof", headers=bearer(token)).headers["Location"], "/debug/pprof/", "where it leads by header")
        page = s.get("/debug/pprof/?token=" + token).text
        links = [html.unescape(link) for link in re.findall(r'href="([^"]*)"', page)]
        equal(len(links), 7, "links")
        for link in links:
            s.get(urllib.parse.urljoin("/debug/pprof/", link.replace("seconds=10", "seconds=1")))
        check(token not in s.get("/debug/pprof/", headers=bearer(token)).text, "the page has the token")


@case("a token that is given is not printed, and memprof's program does not inherit it")
def _():
    Path("token").write_text(GIVEN + "\nmore\n")
    os.chmod("token", 0o600)
    argv = [MEMPROF, "run", "--http", "localhost:0", "-o", "end.pb.gz", "--exact"]
    for options, variable in (["--http-token=token"], {}), ([], {"MEMPROF_HTTP_TOKEN": GIVEN}):
        with open("stderr", "w+", encoding="utf-8") as log:
            process = subprocess.Popen([*argv, *options, "--", target("hold")], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                       stderr=log, text=True, env={**os.environ, **variable})
            equal(process.stdout.readline(), "ready\n", "first line")
            said = Path("stderr").read_text()
            base = re.search(r"serving (http://\S+)/debug/pprof/ \(with the token that was given\)", said)[1]
            curl = ["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}"]
            equal(run([*curl, base + "/metrics"]).stdout, b"401", "without")
            equal(run([*curl, "-H", "Authorization: Bearer " + GIVEN, base + "/metrics"]).stdout, b"200", "with")
            for pid in process.pid, child_of(process.pid):
                for name in "environ", "cmdline":
                    check(GIVEN.encode() not in Path(f"/proc/{pid}/{name}").read_bytes(), f"the token is in {name} of {pid}")
            check(b"MEMPROF_HTTP_TOKEN" not in Path(f"/proc/{child_of(process.pid)}/environ").read_bytes(), "the variable")
            end_program(process)
            check(GIVEN not in Path("stderr").read_text(), "the token was printed")
        check(GIVEN not in memprof("top", "--json", "end.pb.gz"), "the token is in the profile")


@case("what is no token is refused in one line that does not show them")
def _():
    Path("junk").write_text("junk")
    for text, wanted in (("short", "16 to 256 letters, this one 5"), ("", "16 to 256 letters, this one 0"),
                         ("x" * 257, "16 to 256 letters"), ("a token with a blank", "letter 2 is another"),
                         ("percent%41aaaaaaaaaaa", "letter 8 is another")):
        Path("token").write_text(text + "\n")
        os.chmod("token", 0o600)
        said = complaint("serve", "--http", "localhost:0", "--http-token=token")
        check("--http-token=token: " in said and wanted in said and (not text or text not in said), said)
        result = run([MEMPROF, "serve", "--http", "localhost:0"], env={"MEMPROF_HTTP_TOKEN": text}, status=2)
        check(wanted in result.stderr.decode() and (not text or text not in result.stderr.decode()), result.stderr)
    check("missing: cannot read it" in complaint("serve", "--http-token=missing"), "no file")
    check("--quiet" in complaint("serve", "-q", "--http", "localhost:0", "--http-token"), "a token that nobody learns")
    Path("token").write_text(GIVEN)
    os.chmod("token", 0o644)
    with running([target("hold")], "--exact") as p:
        server = subprocess.Popen([MEMPROF, "serve", "--http", "localhost:0", "--http-token=token", str(p.pid)],
                                  stderr=subprocess.PIPE, text=True)
        check("--http-token=token: other users may read it" in server.stderr.readline(), "a file that others can read")
        server.terminate()
        server.communicate()


def curl(path, url="http://localhost/metrics", *options):
    result = subprocess.run(["curl", "-s", "-o", "body", "-w", "%{http_code}", "--unix-socket", path, *options, url],
                            stdout=subprocess.PIPE, check=False)
    return result.stdout.decode()


@contextmanager
def serving_unix(path, *operands, **options):
    process = subprocess.Popen([MEMPROF, "serve", "--http", "unix:" + path, *map(str, operands)], stderr=subprocess.PIPE,
                               text=True, **options)
    line = process.stderr.readline()
    check(f"serving unix:{path}" in line, f"it does not say where it serves: {line}")
    try:
        yield process
    finally:
        process.terminate()
        process.wait(60)
        process.stderr.close()


@case("a Unix socket serves its owner alone, whatever the umask and the Host, and is removed at the end")
def _():
    with running([target("hold")], "--exact") as p:
        for end in signal.SIGTERM, signal.SIGINT, signal.SIGHUP:
            with serving_unix("socket", p.pid, preexec_fn=lambda: os.umask(0)) as server:
                mode = os.lstat("socket").st_mode
                check(stat.S_ISSOCK(mode), "a socket")
                equal(stat.S_IMODE(mode), 0o600, "mode")
                equal(curl("socket"), "200", "curl")
                equal(curl("socket", "http://any.example/debug/pprof/heap"), "200", "another host")
                equal(read("body").flat("inuse_space")["hold_100"], 75000, "hold_100")
                server.send_signal(end)
                server.wait(60)
            check(not os.path.lexists("socket"), f"the socket is left behind by signal {end}")
        with serving_unix("socket", "--http-token", p.pid):
            equal(curl("socket"), "401", "without its token")


@case("other users cannot connect to the Unix socket")
def _():
    with running([target("hold")], "--exact") as p, serving_unix(os.path.abspath("socket"), p.pid):
        os.chmod(".", 0o755)
        connect = "import socket, sys; socket.socket(socket.AF_UNIX).connect(sys.argv[1])"
        as_other = ["setpriv", "--reuid=65534", "--clear-groups", "--bounding-set=-all"] if os.geteuid() == 0 else \
            ["unshare", "-r", "setpriv", "--bounding-set=-all", "false"]
        result = subprocess.run([*as_other, "/usr/bin/python3", "-c", connect, "socket"], stderr=subprocess.PIPE, check=False)
        check(result.returncode != 0, "another user connects")


@case("memprof run --http unix: serves until the program ends, and removes the socket")
def _():
    argv = [MEMPROF, "run", "--http", "unix:socket", "-o", "end.pb.gz", "--exact", "--", target("hold")]
    process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    equal(process.stdout.readline(), "ready\n", "first line")
    equal(curl("socket"), "200", "curl")
    end_program(process)
    check(not os.path.lexists("socket"), "the socket is left behind")


@case("a dead socket is replaced; a living one, another file and a long path are refused")
def _():
    with running([target("hold")], "--exact") as p:
        with serving_unix("socket", p.pid) as server:
            said = complaint("serve", "--http", "unix:socket", p.pid)
            check("--http=unix:socket: another server answers there already" in said, said)
            equal(curl("socket"), "200", "the first one after that")
            server.kill()
            server.wait(60)
        check(os.path.lexists("socket"), "it was not killed")
        with serving_unix("socket", p.pid):
            equal(curl("socket"), "200", "at a dead socket's place")
        Path("file").write_text("precious")
        os.symlink("nowhere", "link")
        for name in "file", "link":
            check("which is no socket" in complaint("serve", "--http", f"unix:{name}", p.pid), name)
        equal(Path("file").read_text(), "precious", "the file")
        check("1 to 107 bytes, this one 108" in complaint("serve", "--http", "unix:" + "x" * 108, p.pid), "a long path")
        check("1 to 107 bytes, this one 0" in complaint("serve", "--http", "unix:", p.pid), "no path")
        check("No such file" in complaint("serve", "--http", "unix:none/socket", p.pid), "no folder")


@case("a socket that has taken the place of the server's own is left alone")
def _():
    with running([target("hold")], "--exact") as p, socket.socket(socket.AF_UNIX) as other:
        with serving_unix("socket", p.pid):
            os.unlink("socket")
            other.bind("socket")
        check(os.path.lexists("socket"), "another's socket was removed")


main()
