"""The page beside `go tool pprof -http` on the same profile: from the start to what a browser can show, bytes, CPU.

`memprof page -o` writes one file with all views. pprof's server reads the profile at its start and makes each view when it is asked
for; the row is its first answer of /ui/flamegraph, as a browser is sent to it."""

import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

LONGEST = 60  # s: after that a server counts as one that does not answer


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def answer_of(url):
    """The body, once the server answers; None if it does not."""
    end = time.monotonic() + LONGEST
    while time.monotonic() < end:
        try:
            return urllib.request.urlopen(url, timeout=end - time.monotonic()).read()
        except TimeoutError:
            return None
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.01)
    return None


def cpu_of(process):
    """Its CPU time in s, once it has ended."""
    _, _, usage = os.wait4(process.pid, 0)
    return usage.ru_utime + usage.ru_stime


def pprof_row(profile):
    """(elapsed s, CPU s, MB or None); pprof itself, without the `go` command around it."""
    tools = subprocess.run(["go", "env", "GOTOOLDIR"], check=True, capture_output=True, text=True).stdout.strip()
    port = free_port()
    start = time.perf_counter()
    server = subprocess.Popen([f"{tools}/pprof", f"-http=127.0.0.1:{port}", "-no_browser", "-symbolize=none", str(profile)],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    body = answer_of(f"http://127.0.0.1:{port}/ui/flamegraph")
    elapsed = time.perf_counter() - start
    server.send_signal(signal.SIGKILL)
    return elapsed, cpu_of(server), len(body) / 1e6 if body else None


def page_row(memprof, profile, page):
    start = time.perf_counter()
    process = subprocess.Popen([memprof, "page", str(profile), "-o", str(page)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    cpu = cpu_of(process)
    return time.perf_counter() - start, cpu, page.stat().st_size / 1e6


def print_row(what, name, rows):
    elapsed, cpu = ([each[i] for each in rows] for i in (0, 1))
    size, sign = rows[0][2], "" if rows[0][2] else "no answer in "
    print(f"| {what} | `{name}` | {sign}{min(elapsed):.2f} to {max(elapsed):.2f} | {min(cpu):.2f} to {max(cpu):.2f} | {f'{size:.2f}' if size else ''} |", flush=True)


def print_rows(memprof, what, profile, page, runs):
    """Runs of each, taken in turns: both meet the same load."""
    found = [(page_row(memprof, profile, page), pprof_row(profile)) for _ in range(runs)]
    print_row(what, "memprof page -o", [each[0] for each in found])
    print_row(what, "go tool pprof -http", [each[1] for each in found])
