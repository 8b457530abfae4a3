"""A profile of 10,000 stacks with 200 moments, as `memprof run --history` keeps at most: 300,000 changes in all."""

import gzip
import random
from pathlib import Path

from wire import message, number, varint

STACKS, MOMENTS, CHANGES, DEPTH, FUNCTIONS = 10000, 200, 1500, 20, 2000


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


def write_many_moments(path):
    draw = random.Random(1)
    comments, allocated = moments(draw)
    strings = ["", "alloc_space", "inuse_space", "bytes", *(f"function_{i}" for i in range(FUNCTIONS)), *comments]
    data = message(1, number(1, 1) + number(2, 3)) + message(1, number(1, 2) + number(2, 3))
    for stack, size in enumerate(allocated):
        ids = b"".join(varint(function + 1) for function in stack_of(stack, draw))
        data += message(2, message(1, ids) + message(2, varint(size) * 2))
    for i in range(FUNCTIONS):
        data += message(4, number(1, i + 1) + message(4, number(1, i + 1) + number(2, 1)))
        data += message(5, number(1, i + 1) + number(2, i + 4) + number(4, i + 4))
    data += b"".join(message(6, text.encode()) for text in strings)
    data += b"".join(number(13, 4 + FUNCTIONS + i) for i in range(len(comments)))
    Path(path).write_bytes(gzip.compress(data))
    return sum(allocated)
