"""The page beside `go tool pprof -http` on the same profile: from the start to what a browser can show, bytes, CPU, memory.

`memprof page -o` writes one file with all views. pprof's server reads the profile at its start and makes each view when it is asked
for; the row is its first answer of /ui/flamegraph, as a browser is sent to it."""

import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

LONGEST = 300  # s


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def answer_of(url):
    """The body, once the server answers at all."""
    end = time.monotonic() + LONGEST
    while time.monotonic() < end:
        try:
            return urllib.request.urlopen(url, timeout=LONGEST).read()
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.01)
    raise TimeoutError(url)


def ended(process):
    """(CPU s, peak MiB)"""
    _, _, usage = os.wait4(process.pid, 0)
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def pprof_row(profile):
    """(elapsed s, CPU s, MB, peak MiB); pprof itself, without the `go` command around it."""
    tools = subprocess.run(["go", "env", "GOTOOLDIR"], check=True, capture_output=True, text=True).stdout.strip()
    port = free_port()
    start = time.perf_counter()
    server = subprocess.Popen([f"{tools}/pprof", f"-http=127.0.0.1:{port}", "-no_browser", "-symbolize=none", str(profile)],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        body = answer_of(f"http://127.0.0.1:{port}/ui/flamegraph")
        elapsed = time.perf_counter() - start
    finally:
        server.send_signal(signal.SIGKILL)
    return elapsed, *ended(server), len(body) / 1e6


def page_row(memprof, profile, page):
    start = time.perf_counter()
    process = subprocess.Popen([memprof, "page", str(profile), "-o", str(page)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    cpu, peak = ended(process)
    return time.perf_counter() - start, cpu, peak, page.stat().st_size / 1e6


def print_rows(memprof, what, profile, page, runs=3):
    """The best of some runs of each, taken in turns: both meet the same load."""
    found = [(page_row(memprof, profile, page), pprof_row(profile)) for _ in range(runs)]
    for name, rows in (("memprof page -o", [each[0] for each in found]), ("go tool pprof -http", [each[1] for each in found])):
        elapsed, cpu, peak, size = (min(values) for values in zip(*rows))
        spread = max(each[1] for each in rows)
        print(f"| {what} | `{name}` | {elapsed:.2f} | {cpu:.2f} to {spread:.2f} | {size:.2f} | {peak:.0f} |", flush=True)
