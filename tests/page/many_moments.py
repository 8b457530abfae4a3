"""A profile of 10,000 stacks with 200 moments, as `memprof run --history` keeps at most: 300,000 changes in all."""

import gzip
import random
from pathlib import Path

from wire import message, number, varint

STACKS, MOMENTS, CHANGES, DEPTH, FUNCTIONS = 10000, 200, 1500, 20, 2000
RATE, BLOCK = 1 << 18, 1000  # of a sampled profile: bytes from one sample to the next, and the size of each object


def moments(draw):
    """The comments, and what each stack allocated; all of it lives."""
    allocated, comments = [0] * STACKS, [f"#moments: samples={STACKS}"]
    for moment in range(1, MOMENTS + 1):
        before, changes = 0, []
        for stack in sorted(draw.sample(range(STACKS), CHANGES)):
            size = draw.randrange(16, 100000)
            allocated[stack] += size
            changes.append(f"{stack - before} {size} {size} {size}")
            before = stack
        comments.append(f"#moment: {moment * 10**9} {10**9} {sum(allocated)} {sum(allocated)} {' '.join(changes)}")
    return comments, allocated


def stack_of(stack, draw):
    """Functions, leaf first: near the root those of its neighbours, then its own."""
    return [draw.randrange(FUNCTIONS) for _ in range(DEPTH // 2)] + [(stack >> shift) % FUNCTIONS for shift in range(2, 2 + DEPTH // 2)]


def write_many_moments(path, sampled=False):
    """Two figures of an exact run, or all six of a sampled one, with the rate."""
    draw = random.Random(1)
    comments, allocated = moments(draw)
    types = {f"{kind}_space": "bytes" for kind in ("alloc", "inuse")}
    if sampled:
        types = {f"{kind}_{of}": unit for kind in ("alloc", "inuse", "peak") for of, unit in (("objects", "count"), ("space", "bytes"))}
    comments += [f"sampling: overhead=1% rate={RATE}"] * sampled
    strings = ["", "bytes", "count", "rate", *types, *(f"function_{i}" for i in range(FUNCTIONS)), *comments]
    functions = strings.index("function_0")
    data = b"".join(message(1, number(1, strings.index(name)) + number(2, strings.index(unit))) for name, unit in types.items())
    labels = b"".join(message(3, number(1, key) + number(3, value)) for key, value in ((1, BLOCK), (3, RATE))) if sampled else b""
    for stack, size in enumerate(allocated):
        ids = b"".join(varint(function + 1) for function in stack_of(stack, draw))
        values = b"".join(varint(size if unit == "bytes" else max(size // BLOCK, 1)) for unit in types.values())
        data += message(2, message(1, ids) + message(2, values) + labels)
    for i in range(FUNCTIONS):
        data += message(4, number(1, i + 1) + message(4, number(1, i + 1) + number(2, 1)))
        data += message(5, number(1, i + 1) + number(2, functions + i) + number(4, functions + i))
    data += b"".join(message(6, text.encode()) for text in strings)
    data += b"".join(number(13, functions + FUNCTIONS + i) for i in range(len(comments)))
    Path(path).write_bytes(gzip.compress(data))
    return sum(allocated)
