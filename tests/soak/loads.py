"""The programs of the soak and who gives them work. Each runs twice side by side: bare and under memprof run."""

import csv
import io
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

from harness import target


def quietly(*command, **options):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120, text=True, **options).stdout


class Load:
    """A program in a folder of its own. `command` starts it; burst() gives it the same work each time, and returns the milliseconds in
    which 99 of 100 requests were answered, or None."""

    def __init__(self, folder):
        self.folder, self.who = folder, {}
        self.prepare()

    def prepare(self):
        pass

    def begin(self, process, pid):
        """`pid` is the program's, `process` may be memprof's."""
        self.process, self.pid = process, pid

    def end(self):
        """Asks the program to end."""
        self.process.stdin.close()

    def final(self):
        """The output of a program that ended."""
        return self.process.stdout.read()


def until(works):
    deadline = time.monotonic() + 60
    while True:
        try:
            return works()
        except (subprocess.CalledProcessError, OSError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


class Relay(Load):
    """Threads that free each other's blocks, and forks: tests/preload/targets/relay.c."""
    command = [target("relay"), "2", "idle", "forks"]

    def begin(self, process, pid):
        super().begin(process, pid)
        process.stdout.readline()

    def burst(self):
        time.sleep(0.5)


SQL = ("CREATE TABLE t(id INTEGER PRIMARY KEY, name TEXT); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) "
       "INSERT INTO t SELECT i, 'name ' || (i * 7919 % 10007) FROM n; CREATE INDEX by_name ON t(name); "
       "SELECT count(*) FROM t a JOIN t b ON a.name = b.name; SELECT length(group_concat(name)) FROM t; DROP TABLE t;\n.print done\n")


class Sqlite(Load):
    command = ["sqlite3", ":memory:"]

    def burst(self):
        self.process.stdin.write(SQL)
        self.process.stdin.flush()
        while self.process.stdout.readline() != "done\n":
            if self.process.poll() is not None:
                raise OSError("sqlite3 ended")


class Redis(Load):
    """redis-benchmark's requests, then two saves, each by a forked child: 256 children are there before half of the time, when memprof
    begins to make profiles of them. Its log goes to a file: nobody reads its output before the end."""

    def prepare(self):
        self.command = ["redis-server", "--port", "0", "--unixsocket", f"{self.folder}/s", "--save", "", "--dir", self.folder,
                        "--logfile", f"{self.folder}/log"]

    def ask(self, *words):
        return quietly("redis-cli", "-s", f"{self.folder}/s", *words)

    def begin(self, process, pid):
        super().begin(process, pid)
        until(lambda: self.ask("ping"))

    def check_saved(self):
        if "rdb_bgsave_in_progress:0" not in self.ask("info", "persistence"):
            raise OSError("the child still saves")

    def burst(self):
        table = quietly("redis-benchmark", "-s", f"{self.folder}/s", "--csv", "-n", "3000", "-c", "10", "-r", "10000",
                        "-t", "set,get,lpush,lpop,sadd,hset,zadd")
        for _ in range(2):
            self.ask("bgsave")
            until(self.check_saved)
        found = sorted(float(row["p99_latency_ms"]) for row in csv.DictReader(io.StringIO(table)))
        return found[len(found) // 2]

    def end(self):
        until(lambda: self.ask("shutdown", "nosave", "now", "force"))

    def final(self):
        return ""  # its log has times in it


class Nginx(Load):
    """wrk asks for a compressed page."""

    def prepare(self):
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            self.port = s.getsockname()[1]
        Path(self.folder, "index.html").write_text("<p>" + "".join(f"line {i}\n" for i in range(500)))
        user = "user root;" if os.getuid() == 0 else ""
        Path(self.folder, "conf").write_text(f"""daemon off; {user} worker_processes 1; pid {self.folder}/pid; error_log {self.folder}/error;
events {{}} http {{ access_log off; gzip on; server {{ listen 127.0.0.1:{self.port}; root {self.folder}; }} }}""")
        self.command = ["nginx", "-p", self.folder, "-c", f"{self.folder}/conf", "-e", f"{self.folder}/error"]

    def ask(self, *options):
        return quietly("wrk", "-t1", "--latency", "-H", "Accept-Encoding: gzip", *options, f"http://127.0.0.1:{self.port}/index.html")

    def begin(self, process, pid):
        super().begin(process, pid)
        until(lambda: socket.create_connection(("127.0.0.1", self.port)).close())

    def burst(self):
        amount, unit = re.search(r"99% +([\d.]+)(us|ms|s)", self.ask("-c4", "-d1s")).groups()
        return float(amount) * {"us": 1e-3, "ms": 1, "s": 1e3}[unit]

    def end(self):
        os.kill(self.pid, signal.SIGQUIT)


class Postgres(Load):
    """pgbench's transactions, each time by two new connections: two forks. postgres does not run as root."""

    def prepare(self):
        programs = max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name))
        self.who = {"user": "postgres", "group": "postgres"} if os.getuid() == 0 else {}
        if self.who:
            shutil.chown(self.folder, **self.who)
        quietly(str(programs / "initdb"), "-D", f"{self.folder}/data", "-A", "trust", "-U", "soak", cwd=self.folder, **self.who)
        self.command = [str(programs / "postgres"), "-D", f"{self.folder}/data", "-c", "listen_addresses=", "-c", "fsync=off",
                        "-c", f"unix_socket_directories={self.folder}"]

    def bench(self, *options):
        return quietly("pgbench", "-h", self.folder, "-U", "soak", *options, "postgres", cwd=self.folder, **self.who)

    def begin(self, process, pid):
        super().begin(process, pid)
        until(lambda: self.bench("-i", "-q"))

    def burst(self):
        self.bench("-n", "-c", "2", "-t", "100", "-l", "--log-prefix=log")
        logs = list(Path(self.folder).glob("log.*"))
        found = sorted(int(line.split()[2]) / 1e3 for log in logs for line in log.read_text().splitlines())
        for log in logs:
            log.unlink()
        return found[len(found) * 99 // 100]

    def end(self):
        os.kill(self.pid, signal.SIGINT)


# Those of the gate's short form first.
ROWS = {"relay": (Relay, []), "relay, exact": (Relay, ["--exact"]), "sqlite3, exact": (Sqlite, ["--exact"]), "redis": (Redis, []),
        "sqlite3": (Sqlite, []), "nginx": (Nginx, []), "postgres": (Postgres, [])}
SHORT = ("relay", "relay, exact", "sqlite3, exact", "redis")
