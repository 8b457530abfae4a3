"""memprof serve for Prometheus, Parca, Alloy and go tool pprof, each fetching as it does.

Their requests are read off their sources. Parca (pkg/scrape/scrape.go, target.go): GET of /debug/pprof/allocs by Go's
client, that is with Accept-Encoding: gzip, User-Agent conprof/VERSION, each 10 s by default; for a delta profile
with seconds=INTERVAL; the status must be 200, the body not empty, and a profile's time is its own time_nanos. Alloy
(internal/component/pyroscope/scrape): the same path each 15 s, with its own user agent; it computes the difference to
the scrape before itself, for alloc_objects and alloc_space, sample by sample: the same stack and labels.
"""

import gzip
import http.client
import json
import os
import subprocess
import time
from pathlib import Path

from client import running, serving
from running import memprof
from harness import MEMPROF, case, check, equal, main, read, run, target

GO = {"Accept-Encoding": "gzip"}
PARCA = {"User-Agent": "conprof/0.24.0", **GO}
ALLOY = {"User-Agent": "Alloy/v1.11.0 (linux; docker)", **GO}
ALLOC, INUSE = ("alloc_objects", "alloc_space"), ("inuse_objects", "inuse_space")


def scrape(connection, path, headers, name):
    """One scrape on a connection that is kept: what Go's client hands to its caller."""
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    body = answer.read()
    equal(answer.status, 200, f"status: {body[:100]}")
    check(not answer.will_close, "the connection is not kept")
    # Go's client would decode this, and the scrapers would find no gzip file.
    equal(answer.headers["Content-Encoding"], None, "Content-Encoding")
    equal(body[:2], b"\x1f\x8b", "a gzip file")
    gzip.decompress(body)
    Path(name).write_bytes(body)
    return read(name)


def scraper(server):
    return http.client.HTTPConnection("localhost", server.port, timeout=60)


def keyed(profile):
    """As Alloy's fastdelta knows samples: by addresses and labels. Twice the same would be counted once."""
    samples = {}
    for sample in profile.samples:
        key = (tuple(sample.frames), tuple(sorted(sample.labels.items())))
        check(key not in samples, f"two samples of one stack and the same labels: {key}")
        samples[key] = [sample.values[kind] for kind in ALLOC]
    return samples


@case("Parca: scrapes of allocs on one connection, each with a time of its own")
def _():
    with running([target("churn"), "2"]) as p, serving(p.pid) as s:
        connection, times = scraper(s), []
        for _ in range(3):
            profile = scrape(connection, "/debug/pprof/allocs", PARCA, "parca.pb.gz")
            check(all(v >= 0 for x in profile.samples for v in x.values.values()), "negative figures")
            check({*ALLOC, *INUSE} <= set(profile.samples[0].values), "types")
            head = json.loads(memprof("top", "--json", "parca.pb.gz"))
            times.append(head["time_nanos"])
            equal(head["duration_nanos"], 0, "it would be taken for a delta")
            time.sleep(0.05)
        check(sorted(set(times)) == times, times)


@case("Parca: a delta profile, with seconds as long as its interval")
def _():
    with running([target("churn"), "2"]) as p, serving(p.pid) as s:
        profile = scrape(scraper(s), "/debug/pprof/allocs?seconds=1", PARCA, "parca.pb.gz")
        check(all(x.values[kind] >= 0 for x in profile.samples for kind in ALLOC), "allocated less than before")
        check(profile.total("alloc_space") > 0, "nothing happened")
        check(json.loads(memprof("top", "--json", "parca.pb.gz"))["duration_nanos"] >= 10**9, "duration")


@case("Alloy: the differences that it computes between scrapes add up to what was allocated")
def _():
    for options in [], ["--exact"], ["--rate=4KiB", "--threads"]:
        with running([target("churn"), "3"], *options) as p, serving(p.pid) as s:
            connection = scraper(s)
            first = scrape(connection, "/debug/pprof/allocs", ALLOY, "first.pb.gz")
            before, grown = keyed(first), [0, 0]
            for _ in range(3):
                time.sleep(0.2)
                last = scrape(connection, "/debug/pprof/allocs", ALLOY, "last.pb.gz")
                now = keyed(last)
                for key, values in now.items():
                    for i, value in enumerate(values):
                        change = value - before.get(key, [0, 0])[i]
                        check(change >= 0, f"{options}: {key} went back by {-change}")
                        grown[i] += change
                check(set(before) <= set(now), f"{options}: samples are gone: {[*set(before) - set(now)][:2]}")
                before = now
            equal(grown, [last.total(kind) - first.total(kind) for kind in ALLOC], f"{options}: growth")


class Redis:
    """redis-server under memprof run, and a load of redis-benchmark."""

    def __enter__(self):
        socket = os.path.abspath("redis.sock")
        self.run = subprocess.Popen([MEMPROF, "run", "-q", "-o", "end.pb.gz", "--", "redis-server", "--port", "0", "--unixsocket",
                                     socket, "--save", "", "--appendonly", "no"], stdout=subprocess.PIPE, text=True)
        for line in self.run.stdout:
            if "ready to accept connections" in line.lower():
                break
        self.pid = int(Path(f"/proc/{self.run.pid}/task/{self.run.pid}/children").read_text().split()[0])
        self.load = subprocess.Popen(["redis-benchmark", "-s", socket, "-q", "-n", "1000000000", "-r", "20000", "-d", "300", "-P", "8",
                                      "-t", "set"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while json.loads(memprof("stats", "--json", self.pid))["mallocs"] < 100_000:
            time.sleep(0.05)
        return self

    def stop_load(self):
        self.load.kill()
        self.load.wait()
        time.sleep(0.3)  # the server has dealt with all requests

    def __exit__(self, *_):
        self.load.kill()
        self.load.wait()
        self.run.terminate()
        self.run.wait(60)
        self.run.stdout.close()


def fetch(name, server, path, *options):
    run(["go", "tool", "pprof", "-symbolize=none", "-proto", "-output", name, *options, server.base + path],
        env={"PPROF_TMPDIR": os.getcwd()})
    return read(name)


def snapshot(name, pid):
    memprof("snapshot", "-q", "-o", name, pid)
    return read(name)


def check_between(low, profile, high, kind, what):
    low, got, high = low.flat(kind), profile.flat(kind), high.flat(kind)
    for name in {*low, *got, *high}:
        check(low[name] <= got[name] <= high[name], f"{what}, {kind} of {name}: {low[name]} <= {got[name]} <= {high[name]}")


@case("go tool pprof and a redis-server under load: heap and allocs, with and without seconds, agree with memprof snapshot")
def _():
    with Redis() as redis_server, serving(redis_server.pid) as s:
        for path in "/debug/pprof/heap", "/debug/pprof/allocs":
            before = snapshot("before.pb.gz", redis_server.pid)
            profile = fetch("fetched.pb.gz", s, path)
            after = snapshot("after.pb.gz", redis_server.pid)
            for kind in ALLOC:
                check_between(before, profile, after, kind, path)
            before = snapshot("before.pb.gz", redis_server.pid)
            delta = fetch("delta.pb.gz", s, path, "-seconds=1")
            after = snapshot("after.pb.gz", redis_server.pid)
            for kind in ALLOC:
                growth = after.total(kind) - before.total(kind)
                check(0 < delta.total(kind) <= growth, f"{path} {kind}: {delta.total(kind)} of {growth}")
        redis_server.stop_load()
        rest = snapshot("rest.pb.gz", redis_server.pid)
        for path in "/debug/pprof/heap", "/debug/pprof/allocs":
            profile = fetch("fetched.pb.gz", s, path)
            # A server that idles still does a little ten times a second.
            for kind in INUSE:
                ours, theirs = profile.total(kind), rest.total(kind)
                check(abs(ours - theirs) <= theirs / 100, f"{path} {kind} at rest: {ours}, by snapshot {theirs}")


main()
