"""The page's modules as units, by node's test runner: units.mjs, and intervals.mjs beside memprof's own intervals."""

import gzip
import math
import os
import random
import subprocess
from pathlib import Path

from tap import case, check, main
from wire import message, number, varint

TYPES = ("alloc_objects", "alloc_space", "inuse_objects", "inuse_space")


def passes(name, **environment):
    units = Path(__file__).with_name(name)
    found = subprocess.run(["node", "--test", units], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
                           env={**os.environ, **environment})
    check(found.returncode == 0 and "# pass 0" not in found.stdout, found.stdout)


@case("the units of the page's modules")
def _():
    passes("units.mjs")


def samples():
    """Blocks of one size that were drawn at one rate: (stack, size, rate, live before, allocated since, live now), in blocks."""
    draw = random.Random(7)
    for i in range(60):
        size, rate = round(math.exp(draw.uniform(2, 12))), 1 << draw.randrange(10, 19)
        p = -math.expm1(-(size + 1) / rate)
        before, since = (round(draw.choice((0, 1, 2, 5, 40)) / p) for _ in range(2))
        yield [i % 13, 20 + i % 5, 30], size, rate, before, since, draw.randrange(before + since + 1) if i % 4 else before + since


def signed(n):
    return varint(n & (1 << 64) - 1)


def write(path, values_of, comments):
    """values_of(size, before, since, now): the values by TYPES, and a label `came` or None."""
    strings = ["", *TYPES, "count", "bytes", "rate", "came", *(f"f{i}" for i in range(31)), *comments]
    data = b"".join(message(1, number(1, i + 1) + number(2, 5 + i % 2)) for i in range(4))
    for stack, size, rate, before, since, now in samples():
        values, came = values_of(size, before, since, now)
        labels = [(6, size), (7, rate), *([(8, came)] if came is not None else [])]
        data += message(2, message(1, b"".join(varint(f + 1) for f in stack)) + message(2, b"".join(map(signed, values))) +
                        b"".join(message(3, number(1, key) + number(3, value)) for key, value in labels))
    for i in range(31):
        data += message(4, number(1, i + 1) + message(4, number(1, i + 1) + number(2, 1)))
        data += message(5, number(1, i + 1) + number(2, 9 + i) + number(4, 9 + i))
    data += b"".join(message(6, text.encode()) for text in strings)
    data += b"".join(number(13, 40 + i) for i in range(len(comments)))
    Path(path).write_bytes(gzip.compress(data))
    Path(path + ".json").write_bytes(report("page", path))
    for kind in ("alloc_space", "inuse_space"):
        Path(f"{path}.{kind}.json").write_bytes(report("top", "-n", "0", "--sample-index=" + kind, path))
    return path


def report(command, *arguments):
    return subprocess.run([os.environ["MEMPROF"], command, "--json", "--all-frames", *arguments], check=True, stdout=subprocess.PIPE).stdout


def moments():
    """At the first one all stacks have what is live before; what lives at the end is what came last."""
    first, second = [], []
    for _, size, _, before, since, now in samples():
        late = min(since, now)
        first.append(f"{int(bool(first))} {before * size} {before * size} {(now - late) * size}")
        second.append(f"{int(bool(second))} {since * size} {(now - before) * size} {late * size}")
    return [f"#moments: samples={len(first)}", *(f"#moment: {at} 1 1 1 {' '.join(each)}" for at, each in ((1000, first), (2000, second)))]


@case("intervals of windows are memprof's, and hold the truth in 95 of 100 cases")
def _():
    whole = write("whole.pb.gz", lambda size, before, since, now: ((before + since, (before + since) * size, now, now * size), None), moments())
    delta = write("delta.pb.gz", lambda size, before, since, now: ((since, since * size, now - before, (now - before) * size), min(now, since)), [])
    passes("intervals.mjs", WHOLE=os.path.abspath(whole), DELTA=os.path.abspath(delta))


main()
