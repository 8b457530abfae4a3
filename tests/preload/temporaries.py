#!/usr/bin/env python3
"""Blocks that were freed again, and how long they lived: top --temporaries, and --sample-index=lifetime, which shows means."""

import json
import re

from harness import MEMPROF, case, check, equal, main, read, record, run, target

FREED = {"a_1000": (30, 30_000), "b_500": (100, 50_000)}  # by targets/staircase.c


def staircase(*options):
    record([target("staircase")], "--exact")
    text = run([MEMPROF, "top", *options, "p.pb.gz"]).stdout.decode()
    document = json.loads(run([MEMPROF, "top", "--json", *options, "p.pb.gz"]).stdout)
    return text, {node["name"]: node for node in document["nodes"]}


def mean_of(name):
    return read("p.pb.gz").flat("lifetime")[name] / FREED[name][0]


def in_ns(text):
    number, unit = text.split()
    return float(number) * {"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9}[unit]


@case("top --temporaries: bytes and blocks that were freed, and their mean life with its unit")
def _():
    text, nodes = staircase("--temporaries")
    for name, (blocks, size) in FREED.items():
        node = nodes[name]
        equal((node["temporary_objects"], node["temporary_bytes"]), (blocks, size), name)
        equal(node["life_nanos"], int(mean_of(name)), f"life of {name}")
    equal((nodes["main"]["temporary_objects"], nodes["main"]["life_nanos"]), (0, None), "main frees none of its own")
    check(re.search(r" temporary +blocks +life +name$", text, re.M), text)
    check(re.search(r" 29\.3 KiB +30 +[\d.]+ [num]?s +a_1000$", text, re.M), text)
    check(re.search(r" 48\.8 KiB +100 +[\d.]+ [num]?s +b_500$", text, re.M), text)


@case("without --temporaries there are no such columns")
def _():
    text, nodes = staircase()
    check("temporary" not in text and "life" not in text and "life_nanos" not in nodes["a_1000"], text)


@case("lifetime is shown as a mean with its unit, not as a sum")
def _():
    text, nodes = staircase("--sample-index=lifetime")
    total = read("p.pb.gz").total("lifetime")
    head = re.search(r"^Mean: ([\d.]+ \w+) over 130 blocks that were freed", text, re.M)
    check(head and "Total:" not in text and "%" not in text, text)
    shown = {m[2]: in_ns(m[1]) for m in re.finditer(r"^ *([\d.]+ [num]?s) .* (a_1000|b_500)$", text, re.M)}
    for value, wanted in [(in_ns(head[1]), total / 130), *[(shown[name], mean_of(name)) for name in FREED if mean_of(name)]]:
        check(abs(value - wanted) <= 0.05 * max(1, wanted) + 1, f"{value} for {wanted}: {text}")
    result = run([MEMPROF, "traces", "--sample-index=lifetime", "p.pb.gz"])
    check(b"lifetimes are sums here; `memprof top` shows means" in result.stderr, result.stderr)


main()
