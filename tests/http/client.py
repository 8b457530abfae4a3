"""An HTTP client that hides nothing, and the servers it talks to."""

import re
import subprocess
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from harness import MEMPROF, equal, read
from running import end_program, running


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body
        self.text = body.decode(errors="replace")


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


class Server:
    def __init__(self, process, base, line=""):
        self.process, self.base, self.line = process, base, line
        # The host is one of the addresses that this machine gives localhost, 127.0.0.1 or ::1.
        self.host, self.port = urlsplit(base).hostname, urlsplit(base).port

    def ask(self, path, method="GET", body=None, headers=None):
        request = urllib.request.Request(self.base + path, data=body, method=method, headers=headers or {})
        opener = urllib.request.build_opener(NoRedirect, urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=60) as response:
                return Answer(response.status, response.headers, response.read())
        except urllib.error.HTTPError as e:
            return Answer(e.code, e.headers, e.read())

    def get(self, path, status=200, **request):
        answer = self.ask(path, **request)
        equal(answer.status, status, f"status of {path}: {answer.text[:200]}")
        return answer

    def profile(self, path, **request):
        Path("fetched.pb.gz").write_bytes(self.get(path, **request).body)
        return read("fetched.pb.gz")


def read_base(stream):
    """The address in the line that says where it serves, and the line."""
    for line in stream:
        found = re.search(r"serving (http://\S+?)/debug/pprof/", line)
        if found:
            return found[1], line
    raise AssertionError("it does not say where it serves")


@contextmanager
def started(argv, stream, **options):
    """A server, told from the line of its output `stream`; ended by SIGTERM."""
    process = subprocess.Popen(argv, text=True, **{stream: subprocess.PIPE}, **options)
    output = getattr(process, stream)
    try:
        yield Server(process, *read_base(output))
    finally:
        process.terminate()
        process.wait(60)
        output.close()


def serving(*operands, **options):
    """memprof serve."""
    return started([MEMPROF, "serve", "--http", "localhost:0", *map(str, operands)], "stderr", **options)


@contextmanager
def running_http(argv, *options):
    """A program under memprof run --http, and its server."""
    log = open("stderr", "w+", encoding="utf-8")
    command = [MEMPROF, "run", "--http", "localhost:0", "-o", "end.pb.gz", *options, "--", *argv]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True)
    try:
        equal(process.stdout.readline(), "ready\n", "first line")
        log.seek(0)
        yield process, Server(process, *read_base(log))
    finally:
        end_program(process)
        log.close()


__all__ = ["Answer", "Server", "running", "running_http", "serving", "started"]
