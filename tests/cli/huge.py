"""Small pprof files that ask for much: huge.py NAME [NUMBER...] > FILE. Each function below that is in KINDS is a NAME."""

import gzip
import random
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "lib"))
from wire import message, number, varint

KINDS = {}


def kind(function):
    KINDS[function.__name__] = function
    return function


TYPE = message(1, number(1, 1) + number(2, 2))
STRINGS = b"".join(message(6, s) for s in (b"", b"space", b"bytes", b"f", b"f.c"))
FUNCTION = message(5, number(1, 1) + number(2, 3) + number(4, 4))
LOCATION = message(4, number(1, 1) + message(4, number(1, 1) + number(2, 7)))


def sample(stack, more=b""):
    return message(2, message(1, stack) + message(2, varint(7)) + more)


SMALL = TYPE + sample(varint(1)) + LOCATION + FUNCTION + STRINGS


@kind
def stack(lines, repeats, line):
    """A location of `lines` inlined lines with the number `line`, `repeats` times in one stack."""
    location = message(4, number(1, 1) + message(4, number(1, 1) + number(2, line)) * lines)
    return TYPE + sample(varint(1) * repeats) + location + FUNCTION + STRINGS


@kind
def roots(depth, n):
    """n stacks of `depth` functions that differ in their roots alone, so that no node of a call tree is shared."""
    strings = b"".join(message(6, b"f%d" % i) for i in range(n))
    functions = b"".join(message(5, number(1, i + 2) + number(2, i + 5)) for i in range(n))
    locations = b"".join(message(4, number(1, i + 2) + message(4, number(1, i + 2))) for i in range(n))
    samples = b"".join(sample(varint(1) * depth + varint(i + 2)) for i in range(n))
    return TYPE + samples + LOCATION + locations + FUNCTION + functions + STRINGS + strings


@kind
def unknown(mib):
    """A field that profile.proto does not have."""
    return SMALL + message(99, bytes(mib << 20))


@kind
def samples(n):
    """n samples with two frames each, all different; n is a square."""
    side = int(n**0.5)
    locations = b"".join(message(4, number(1, i + 2) + number(3, i)) for i in range(side))
    return (TYPE + b"".join(sample(varint(i + 2) + varint(j + 2)) for i in range(side) for j in range(side))
            + LOCATION + locations + FUNCTION + STRINGS)


@kind
def same_samples(n):
    return TYPE + sample(varint(1)) * n + LOCATION + FUNCTION + STRINGS


@kind
def labels(n_samples, n):
    return TYPE + sample(varint(1), message(3, number(1, 3) + number(3, 1)) * n) * n_samples + LOCATION + FUNCTION + STRINGS


@kind
def label_values(n):
    """n samples of one stack, each with a value of its own."""
    samples_ = b"".join(sample(varint(1), message(3, number(1, 3) + number(2, i + 5))) for i in range(n))
    return TYPE + samples_ + LOCATION + FUNCTION + STRINGS + b"".join(message(6, b"v%d" % i) for i in range(n))


@kind
def strings(n):
    """n empty strings of two bytes."""
    return SMALL + message(6, b"") * n


@kind
def different_strings(n):
    return SMALL + b"".join(message(6, b"%d" % i) for i in range(n))


@kind
def types(n):
    return TYPE * n + message(2, message(2, varint(7) * n)) + STRINGS


@kind
def name(length, repeats):
    """A stack of one function with a long name, `repeats` times."""
    strings_ = b"".join(message(6, s) for s in (b"", b"space", b"bytes", b"f" * length, b"f.c"))
    return TYPE + sample(varint(1) * repeats) + LOCATION + FUNCTION + strings_


@kind
def drop_frames(n):
    """n functions whose names each take thousands of steps to be compared with what the profile says is to be dropped."""
    strings_ = b"".join(message(6, s) for s in (b"", b"space", b"bytes", b"(x+x+)+(y|z)"))
    strings_ += b"".join(message(6, b"x" * 14 + b"%d" % i) for i in range(n))
    functions = b"".join(message(5, number(1, i + 1) + number(2, i + 4)) for i in range(n))
    locations = b"".join(message(4, number(1, i + 1) + message(4, number(1, i + 1))) for i in range(n))
    return TYPE + b"".join(sample(varint(i + 1)) for i in range(n)) + locations + functions + strings_ + number(7, 3)


@kind
def period(n):
    """The same field of a header again and again: each takes protobuf-c's notes."""
    return SMALL + number(12, 1) * n


def main():
    profile = KINDS[sys.argv[1]](*map(int, sys.argv[2:]))
    packed = gzip.compress(profile)
    if len(profile) > 240 * len(packed):  # more would be refused as a gzip bomb
        profile += message(100, random.Random(1).randbytes(len(profile) // 230 - len(packed)))
    sys.stdout.buffer.write(gzip.compress(profile))


main()
