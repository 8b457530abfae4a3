"""Small pprof files that ask for much: huge.py LINES REPEATS LINE > FILE writes a profile of one sample whose stack is one
location, REPEATS times, of LINES inlined lines with the number LINE."""

import gzip
import sys


def varint(n):
    out = bytearray()
    while n > 127:
        out.append(n & 127 | 128)
        n >>= 7
    out.append(n)
    return bytes(out)


def number(field, n):
    return varint(field << 3) + varint(n)


def text(field, data):
    return varint(field << 3 | 2) + varint(len(data)) + data


def main():
    lines, repeats, line = map(int, sys.argv[1:])
    value_type = number(1, 1) + number(2, 2)
    sample = text(1, varint(1) * repeats) + text(2, varint(7))
    location = number(1, 1) + text(4, number(1, 1) + number(2, line)) * lines
    function = number(1, 1) + number(2, 3) + number(4, 4)
    strings = [b"", b"space", b"bytes", b"f", b"f.c"]
    profile = (text(1, value_type) + text(2, sample) + text(4, location) + text(5, function)
               + b"".join(text(6, s) for s in strings))
    sys.stdout.buffer.write(gzip.compress(profile))


main()
